import { isPromiseLike } from '../base/promise.ts'
import type { Schema, SchemaResult } from './schema.ts'
import { validatorOf } from './validate.ts'

/**
 * What a schema says about a value that nobody sent, where nobody can wait for it.
 *
 * @returns `null` when it answers later, or throws: code of the developer's that was never meant
 * to see the value
 */
export function answeredNow(schema: Schema, value: unknown): SchemaResult | null {
  try {
    const result = validatorOf(schema)(value)
    if (!isPromiseLike(result)) return result
    // Nobody waits for it, and a rejection nobody handles ends the process.
    result.then(undefined, () => {})
    return null
  } catch {
    return null
  }
}
