import { isJsonMediaType } from '../../base/json/json-media-type.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { Answer, AnswerHead } from '../../contract/answer/answer.ts'
import { PartialContent } from '../../contract/answer/partial-content.ts'
import { Reply } from '../../contract/answer/reply.ts'
import type { Action, AnswerForm } from '../../contract/call/action.ts'
import { ImproperlyConfigured, type Problem, refuse } from '../../contract/problems/problem.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import type { CallState } from '../call-state.ts'
import { type ReadHead, readHead } from './answer-head.ts'
import { collectStream } from './collect-stream.ts'
import { toJson } from './json-text.ts'
import { discardStream, holdStream, isStream } from './stream.ts'
import { Late, type OutputValidator } from './validate-output.ts'

/** What is known of a value beside the value. */
interface Site {
  readonly read: ReadHead | null
  readonly action: Action
  /** True when what a text is sent as is the action's to say. */
  readonly isPromised: boolean
}

/**
 * Makes the answer of what the developer's code returned: validates it and writes its text, or
 * copies its bytes, in one synchronous step. From then on nothing that runs can change what
 * leaves: no other call that holds the same object, no dependency that is being closed (FND-2).
 * One writer for every surface, so what has no form to be sent in is refused alike (FND-3).
 *
 * @param validate holds the value to the action's promise; `null` where there is none
 * @returns a problem where the surface cannot take the answer
 * @throws InvalidOutput, TypeError for a value with no form, ImproperlyConfigured for bad options of
 * `reply()`
 */
export function makeAnswer(
  state: CallState,
  returned: unknown,
  validate: OutputValidator | null,
): Awaitable<Answer | Problem> {
  const isReply = returned instanceof Reply
  const value: unknown = isReply ? returned.value : returned
  try {
    const site: Site = {
      read: isReply ? readHead(returned.options) : null,
      action: state.site.action,
      isPromised: validate !== null,
    }
    if (validate === null) return write(state, value, site)
    const valid = validate(value)
    if (!(valid instanceof Late)) return write(state, valid, site)
    holdStream(value)
    return valid.checked.then(
      // Its caller has been told that the time was up: nothing of the developer's is asked any more.
      (late) => {
        if (!state.ended) return write(state, late.value, site)
        discardStream(value)
        return refuse('TIMEOUT')
      },
      (error: unknown) => drop(value, error),
    )
  } catch (error) {
    return drop(value, error)
  }
}

/** A stream that is not going to be read holds what it holds. */
function drop(value: unknown, error: unknown): never {
  discardStream(value)
  throw error
}

function write(state: CallState, value: unknown, site: Site): Awaitable<Answer | Problem> {
  if (value === undefined || value === null) return answer('none', null, site)
  const form = site.isPromised ? site.action.answers : 'by-value'
  if (typeof value === 'string') {
    // Under a type that is not JSON the handler has said what the text is: a page, say.
    return form === 'json' && isJsonMediaType(mediaTypeOf(site) ?? 'application/json')
      ? answer('json', toJson(value), site)
      : answer('text', value, site)
  }
  const isBinary = value instanceof Uint8Array || value instanceof ArrayBuffer
  const isPieces = isStream(value)
  if (isBinary || isPieces) refuseUntyped(form, site)
  // A copy, since whoever holds the memory may write the next answer into it.
  if (isBinary) return answer('bytes', new Uint8Array(isView(value) ? value : value.slice(0)), site)
  if (!isPieces) {
    const text = form === 'text' ? textOf(value) : null
    return text === null ? answer('json', toJson(value), site) : answer('text', text, site)
  }
  const limit = state.inbound.wholeAnswers
  if (limit !== null) {
    return collectStream(state, value, limit, mediaTypeOf(site)).then((whole) =>
      'code' in whole ? whole : answer(whole.kind, whole.body, site),
    )
  }
  if (site.read?.head.etag === true) {
    throw new ImproperlyConfigured('reply(): etag: true needs a whole body; give a stream a text')
  }
  return answer('stream', value, site)
}

function answer(
  kind: Answer['kind'],
  body: Answer['body'],
  { read, action, isPromised }: Site,
): Answer {
  return {
    kind,
    body,
    promised: isPromised,
    status: read?.status ?? action.status ?? (kind === 'none' ? 204 : 200),
    head: read?.head ?? null,
    content: body instanceof PartialContent ? body : null,
  }
}

function isView(value: Uint8Array | ArrayBuffer): value is Uint8Array {
  return value instanceof Uint8Array
}

/** A date, say: what JSON would make of it, without the quotes. */
function textOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('toJSON' in value)) return null
  const text: unknown = typeof value.toJSON === 'function' ? value.toJSON('') : null
  return typeof text === 'string' ? text : null
}

/** A client would read them as what the document says they are (FND-6). */
function refuseUntyped(form: AnswerForm, site: Site): void {
  if (form === 'by-value' || mediaTypeOf(site) !== null) return
  const promised = form === 'json' ? 'JSON' : 'text'
  throw new TypeError(
    `Cannot send bytes where 'returns' promises ${promised}: say what they are, with ` +
      `headers: { 'content-type': … } of the route, or leave 'returns' out`,
  )
}

/** The type that handler or route named; `null` for none. */
function mediaTypeOf({ read, action }: Site): string | null {
  return namedType(read?.head ?? null, action)
}

function namedType(head: AnswerHead | null, { headers }: Action): string | null {
  const named = head === null ? undefined : firstHeader(head.pairs, 'content-type')
  return named ?? headers?.['content-type'] ?? null
}

/** Media type of an answer's bytes, for surfaces that name it beside them. */
export function typeOfBytes(made: Answer, action: Action): string {
  return namedType(made.head, action) ?? 'application/octet-stream'
}
