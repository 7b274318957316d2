import { systemClock } from '../../../base/clock.ts'
import type { Call } from '../../../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../../../contract/options/option-names.ts'
import { checkFlag } from '../../../contract/options/option-values.ts'
import { ImproperlyConfigured, refuse } from '../../../contract/problems/problem.ts'
import { toEntityTag, withoutCodings } from '../../../web/etag.ts'
import { evaluatePreconditions } from '../../../web/preconditions.ts'
import { ENCODINGS } from './compression-options.ts'

/** Options of {@link checkPreconditions}. */
export interface PreconditionOptions {
  /** Refuse HTTP callers that send no precondition (428). Default false. */
  readonly required?: boolean
}

const OPTIONS: OptionNames<PreconditionOptions> = { required: true }

/**
 * Stops a change that was decided on an older state: call it in a handler before anything is
 * written, with the tag of what is stored now, and again inside the transaction when others may
 * write at the same time. MCP and CLI callers have no such headers and pass.
 *
 * @param etag text as for `reply(…, { etag })`, or `null` when the resource does not exist
 * @throws Problem `precondition_failed` (412), `precondition_required` (428)
 * @throws ImproperlyConfigured for text that a tag cannot hold, and an unknown option
 */
export function checkPreconditions(
  call: Call,
  etag: string | null,
  options: PreconditionOptions = {},
): void {
  checkOptionNames('checkPreconditions()', options, OPTIONS)
  checkFlag('checkPreconditions(): required', options.required)
  const { headers, method } = call.request
  const tag = etag === null ? null : toEntityTag(etag)
  if (etag !== null && tag === null) {
    throw new ImproperlyConfigured('checkPreconditions(): etag must be visible text')
  }
  const isConditional = headers.has('if-match') || headers.has('if-none-match')
  if (options.required === true && call.source === 'api' && !isConditional) {
    throw refuse('precondition_required')
  }
  const state = { etag: tag, lastModified: null, exists: etag !== null }
  const read = (name: string) => {
    const header = headers.get(name)
    // Read in a coding, and changed on the strength of that: it is the same version.
    if (header === null || tag === null || !name.endsWith('match')) return header
    return withoutCodings(header, tag, ENCODINGS, tag)
  }
  // There is no date to compare with: the clock does not matter.
  const verdict = evaluatePreconditions(method, read, state, systemClock)
  if (verdict === 'failed') throw refuse('precondition_failed')
}
