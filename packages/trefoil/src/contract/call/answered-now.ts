import { isPromiseLike } from '../../base/promise.ts'
import type { Schema, SchemaResult } from '../params/schema.ts'
import { validatorOf } from '../params/validate.ts'

/**
 * What a schema says about a value that nobody sent, where nobody can wait for it: `later` where it
 * would have to be waited for, `throws` for code of the developer's that was never meant to see the
 * value.
 */
export function asked(schema: Schema, value: unknown): SchemaResult | 'later' | 'throws' {
  try {
    const result = validatorOf(schema)(value)
    if (!isPromiseLike(result)) return plainResult(result)
    // Nobody waits for it, and a rejection nobody handles ends the process.
    result.then(undefined, () => {})
    return 'later'
  } catch {
    return 'throws'
  }
}

/**
 * What a schema answered, read once: of foreign code it may be anything.
 *
 * @throws whatever reading it throws, and TypeError where it is nothing
 */
export function plainResult({ issues, value }: SchemaResult & { value?: unknown }): SchemaResult {
  return issues === undefined ? { value } : { issues: [...issues] }
}

/** As {@link asked}; `null` for no answer, whichever the reason. */
export function answeredNow(schema: Schema, value: unknown): SchemaResult | null {
  const answer = asked(schema, value)
  return typeof answer === 'string' ? null : answer
}
