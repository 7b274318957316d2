import { isJsonMediaType, mediaTypeEssence } from '../../../base/json/json-media-type.ts'
import { isRecord } from '../../../base/plain/is-record.ts'
import type { Action } from '../../../contract/call/action.ts'
import { definitionOf, inlineReferences } from '../../../contract/json-schema/inline.ts'
import { someSchema } from '../../../contract/json-schema/references.ts'
import { mayBeUndefined } from '../../../contract/params/may-be-undefined.ts'
import type { JsonSchema } from '../../../contract/params/schema.ts'
import { isAnything } from './choices.ts'
import { portableSchema } from './portable-schema.ts'
import type { Reader } from './reader.ts'

/** A pattern that readers of tool schemas could not compile. */
export interface LeftOutPattern {
  readonly tool: string
  readonly argument: string
  readonly pattern: string
}

/** What is advertised of one tool. */
export interface ToolSchemas {
  readonly input: JsonSchema
  /** The same with the headers that clients of 2026-07-28 repeat arguments in (`x-mcp-header`). */
  readonly modernInput: JsonSchema
  /** `null` where nothing is known of the answer, or nothing but that it is one. */
  readonly output: JsonSchema | null
  /** The same for clients that take only objects: anything else stands under `result`. */
  readonly legacyOutput: JsonSchema | null
  /** True when legacy clients get the answer under `result`. */
  readonly wrapped: boolean
  readonly leftOut: readonly LeftOutPattern[]
}

export function toolSchemas(action: Action): ToolSchemas {
  const leftOut: LeftOutPattern[] = []
  const output = outputOf(action)
  const wrapped = action.outputSchema !== null && output?.['type'] !== 'object'
  const input = inputOf(action, leftOut)
  return {
    input,
    modernInput: withHeaders(input, action),
    output,
    legacyOutput: output === null || !wrapped ? output : underResult(output),
    wrapped,
    leftOut,
  }
}

/** Each argument for itself, so that it can be told which one a pattern is of. */
function inputOf(
  { name: tool, inputSchema, isWhole }: Action,
  leftOut: LeftOutPattern[],
): JsonSchema {
  if (isWhole) return inputSchema
  const { $defs, ...rest } = inputSchema
  const rewritten = (schemas: unknown) =>
    Object.fromEntries(
      Object.entries(isRecord(schemas) ? schemas : {}).map(([name, schema]) => {
        const [argument = name] = name.split('.')
        const reader: Reader = {
          side: 'input',
          leaveOut: (pattern) => leftOut.push({ tool, argument, pattern }),
        }
        return [name, portableSchema(schema, reader) ?? {}]
      }),
    )
  return withDefinitions({ ...rest, properties: rewritten(rest['properties']) }, rewritten($defs))
}

function withHeaders(input: JsonSchema, { params }: Action): JsonSchema {
  const named = params.filter(({ mcpHeader }) => mcpHeader !== undefined)
  const { properties } = input
  if (named.length === 0 || !isRecord(properties)) return input
  const added = named.map(({ name, mcpHeader }) => {
    const property = properties[name]
    return [name, { ...(isRecord(property) ? property : {}), 'x-mcp-header': mcpHeader }]
  })
  return { ...input, properties: { ...properties, ...Object.fromEntries(added) } }
}

function outputOf(action: Action): JsonSchema | null {
  const { name, outputSchema, returns } = action
  if (outputSchema === null || isOfOtherType(action)) return null
  const { schema, definitions } = inlineReferences(outputSchema, name)
  const reader: Reader = { side: 'output', leaveOut: () => {} }
  const made = portableSchema(schema, reader) ?? {}
  if (isAnything(made)) return null
  const defs = Object.entries(definitions).map(([key, definition]) => {
    return [key, portableSchema(definition, reader) ?? {}]
  })
  // No value is sent as null.
  const isNullable = returns !== null && mayBeUndefined(returns)
  return withDefinitions(
    isNullable ? { anyOf: [made, { type: 'null' }] } : made,
    Object.fromEntries(defs),
  )
}

/** A picture, say, which is content and has no structure. */
function isOfOtherType({ headers }: Action): boolean {
  const type = headers?.['content-type']
  if (typeof type !== 'string') return false
  return !isJsonMediaType(type) && !mediaTypeEssence(type).startsWith('text/')
}

function underResult({ $defs, ...result }: JsonSchema): JsonSchema {
  return withDefinitions(
    { type: 'object', properties: { result }, required: ['result'] },
    isRecord($defs) ? $defs : {},
  )
}

/** Only those that are still referred to. */
function withDefinitions(schema: JsonSchema, definitions: Readonly<Record<string, unknown>>) {
  const used = new Set<string>()
  const enter = (part: JsonSchema): void => {
    someSchema(part, (schema) => {
      const name = definitionOf(schema)
      const definition = name === null ? undefined : definitions[name]
      if (name !== null && isRecord(definition) && !used.has(name)) {
        used.add(name)
        enter(definition)
      }
      return false
    })
  }
  enter(schema)
  if (used.size === 0) return schema
  return {
    ...schema,
    $defs: Object.fromEntries(Object.entries(definitions).filter(([name]) => used.has(name))),
  }
}
