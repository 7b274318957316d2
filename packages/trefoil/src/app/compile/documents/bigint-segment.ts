import { type JsonSchema, jsonSchemaOf, type Schema } from '../../../contract/params/schema.ts'
import { validatorOf } from '../../../contract/params/validate.ts'

const DIGITS = /^(?:0|[1-9][0-9]*)$/

/**
 * JSON Schema of `{name:bigint}`: digits as text, because a JSON number would already have lost
 * the last of them on its way (ROUTE-5).
 */
export const BIGINT_DOCUMENT: JsonSchema = Object.freeze({
  type: 'string',
  pattern: '^(?:0|[1-9][0-9]*)$',
})

/** True for a schema of something else: bigints have no JSON form, so none can be had from it. */
export function hasJsonForm(schema: Schema): boolean {
  try {
    return jsonSchemaOf(schema, 'input') !== null
  } catch {
    return false
  }
}

/** Reads digits into a bigint on every surface; the declared schema then judges that. */
export function bigintSchema(declared: Schema | null): Schema {
  const validate: Schema['~standard']['validate'] = (text) => {
    if (typeof text !== 'string' || !DIGITS.test(text)) {
      return { issues: [{ message: 'Expected an integer, written in digits as text' }] }
    }
    const value = BigInt(text)
    if (declared === null) return { value }
    return validatorOf(declared)(value)
  }
  return { '~standard': { version: 1, vendor: 'trefoil', validate } }
}
