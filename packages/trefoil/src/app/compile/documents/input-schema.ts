import { deepFreeze } from '../../../base/plain/freeze.ts'
import {
  type Inlined,
  inlineReferences,
  renameReferences,
} from '../../../contract/json-schema/inline.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'

/**
 * The flat object that agents send (MCP-10): one member per argument, nothing else. Each argument's
 * schema was a document of its own, so its references are taken out of it; what is recursive moves to
 * the top, under names that cannot collide: argument names have no dot.
 *
 * @throws UnresolvedReference, RangeError, which `checkAgentSchemas` has asked for before
 */
export function inputSchemaOf(params: readonly ParamSpec[]): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const defs: Record<string, JsonSchema> = {}
  for (const { name, jsonSchema } of params) {
    properties[name] = adopt(name, inlineReferences(jsonSchema, name), defs)
  }
  const required = params.filter((param) => param.required).map(({ name }) => name)
  return deepFreeze({
    type: 'object',
    properties,
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...(Object.keys(defs).length === 0 ? {} : { $defs: defs }),
  })
}

function adopt(
  name: string,
  { schema, definitions }: Inlined,
  defs: Record<string, JsonSchema>,
): JsonSchema {
  if (Object.keys(definitions).length === 0) return schema
  const rename = (key: string) => (key === name ? name : `${name}.${key}`)
  for (const [key, definition] of Object.entries(definitions)) {
    defs[rename(key)] = renameReferences(definition, rename)
  }
  return renameReferences(schema, rename)
}
