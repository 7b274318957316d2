import { type JsonSchema, jsonSchemaOf, type Schema } from '../../../contract/params/schema.ts'
import { BIGINT_DOCUMENT, hasJsonForm } from './bigint-segment.ts'
import { dropFlagged } from './correct-document.ts'
import { memberWithoutJson, type SchemaPart } from './member-without-json.ts'
import { type ParamSite, wrongParam } from './param-site.ts'

/** Only a schema without a JSON form can be one of bigints. */
export function bigintDocument(name: string, declared: Schema | null, site: ParamSite): JsonSchema {
  if (declared !== null && hasJsonForm(declared)) {
    const hint = 'take the type off the path, or use a schema of bigints'
    throw wrongParam(
      site,
      name,
      `the path says bigint, but its schema takes something else; ${hint}`,
    )
  }
  return BIGINT_DOCUMENT
}

/** A pattern that refuses what is accepted keeps a model from sending it. */
function withoutFlags({ zodSchema, jsonSchema }: SchemaPart): void {
  // The library hands out the document it is making.
  dropFlagged(jsonSchema as Record<string, unknown>, zodSchema)
}

/**
 * JSON Schema of what a caller sends for a parameter.
 *
 * @param segment name of its path segment, `null` for a parameter from anywhere else
 * @returns `null` when its library offers none, and only text or a body has to be read
 * @throws ImproperlyConfigured saying which member has no JSON form
 */
export function documentOf(
  name: string,
  schema: Schema | null,
  segment: string | null,
  site: ParamSite,
): JsonSchema | null {
  if (schema === null) return { type: 'string', format: 'binary' }
  let document: JsonSchema | null
  try {
    document = jsonSchemaOf(schema, 'input', { override: withoutFlags })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    const member = memberWithoutJson(schema, reason)
    const spot = member === null ? reason : `${member}: ${reason}`
    // What the library's own message calls it is all there is to tell a schema of bigints by.
    const isBigint = segment !== null && member === null && /bigint/i.test(reason)
    const fix = isBigint
      ? `write {${segment}:bigint} in the path`
      : 'pass { jsonSchema } in a marker'
    throw wrongParam(site, name, `its schema has no JSON form (${spot}); ${fix}`)
  }
  if (document === null && site.agents) {
    throw wrongParam(
      site,
      name,
      'its schema library offers no JSON Schema, which tools and CLI actions need; pass { jsonSchema } in a marker',
    )
  }
  return document
}
