import { deepFreeze } from '../base/freeze.ts'
import type { ParamSpec } from '../contract/param-spec.ts'
import type { JsonSchema } from '../contract/schema.ts'

/**
 * The flat object that agents send (MCP-10): one member per argument, nothing else. Definitions
 * of the single schemas move to the top, under names that cannot collide: argument names have
 * no dot.
 */
export function inputSchemaOf(params: readonly ParamSpec[]): JsonSchema {
  const properties: Record<string, JsonSchema> = {}
  const defs: Record<string, unknown> = {}
  for (const { name, jsonSchema } of params) properties[name] = hoist(name, jsonSchema, defs)
  const required = params.filter((param) => param.required).map(({ name }) => name)
  return deepFreeze({
    type: 'object',
    properties,
    additionalProperties: false,
    ...(required.length === 0 ? {} : { required }),
    ...(Object.keys(defs).length === 0 ? {} : { $defs: defs }),
  })
}

function hoist(name: string, schema: JsonSchema, defs: Record<string, unknown>): JsonSchema {
  const { $defs: own, ...rest } = schema
  const isRecursive = JSON.stringify(schema).includes('"$ref":"#"')
  if (own === undefined && !isRecursive) return schema
  const rename = (ref: string) =>
    ref === '#' ? `#/$defs/${name}` : ref.replace('#/$defs/', `#/$defs/${name}.`)
  for (const [key, definition] of Object.entries(own ?? {})) {
    defs[`${name}.${key}`] = renameRefs(definition, rename)
  }
  const moved = renameRefs(rest, rename) as JsonSchema
  if (!isRecursive) return moved
  defs[name] = moved
  return { $ref: `#/$defs/${name}` }
}

function renameRefs(node: unknown, rename: (ref: string) => string): unknown {
  if (Array.isArray(node)) return node.map((item) => renameRefs(item, rename))
  if (typeof node !== 'object' || node === null) return node
  return Object.fromEntries(
    Object.entries(node).map(([key, value]) => [
      key,
      key === '$ref' && typeof value === 'string' ? rename(value) : renameRefs(value, rename),
    ]),
  )
}
