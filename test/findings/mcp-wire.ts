// One message to /mcp in either era, without a socket, and the validators of both official clients as
// they set them up.
import { AjvJsonSchemaValidator as Draft2020 } from '@modelcontextprotocol/client/validators/ajv'
import { AjvJsonSchemaValidator as Draft7 } from '@modelcontextprotocol/sdk/validation/ajv'
import { type Json, membersOf } from './surfaces.ts'

export type EraId = 'legacy' | 'modern'
export const ERAS = ['legacy', 'modern'] as const

const MODERN = '2026-07-28'

interface Fetched {
  fetch(request: Request): Promise<Response>
}

/** The result of a method. */
export async function ask(
  app: Fetched,
  era: EraId,
  method: string,
  params: Json = {},
): Promise<Json> {
  const isModern = era === 'modern'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': MODERN,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  const headers: Record<string, string> = {
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': isModern ? MODERN : '2025-11-25',
    ...(isModern ? { 'mcp-method': method } : {}),
    ...(isModern && typeof params['name'] === 'string' ? { 'mcp-name': params['name'] } : {}),
  }
  const response = await app.fetch(
    new Request('http://localhost/mcp', {
      method: 'POST',
      headers,
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method,
        params: isModern ? { ...params, _meta } : params,
      }),
    }),
  )
  return membersOf(membersOf(await response.json())['result'])
}

export interface ListedTool {
  readonly name: string
  readonly inputSchema: Json
  readonly outputSchema?: Json
}

const lists = new WeakMap<Fetched, Partial<Record<EraId, readonly ListedTool[]>>>()

/** Asked for once: it never changes. */
export async function listTools(app: Fetched, era: EraId): Promise<readonly ListedTool[]> {
  const before = lists.get(app)
  if (before?.[era] !== undefined) return before[era]
  const tools = await newList(app, era)
  lists.set(app, { ...before, [era]: tools })
  return tools
}

async function newList(app: Fetched, era: EraId): Promise<readonly ListedTool[]> {
  const { tools } = await ask(app, era, 'tools/list')
  // What the protocol says a tool is; what the tests are about is in the schemas.
  return tools as readonly ListedTool[]
}

/** Says why a value is refused; empty for one that is taken. */
export type Holding = (value: unknown) => readonly string[]

const known = new Map<string, Holding>()

/** Clients that hold values to a schema, by the dialects of both official ones. */
export function holdingTo(schema: Json): Holding {
  const text = JSON.stringify(schema)
  const before = known.get(text)
  if (before !== undefined) return before
  const holding: readonly Holding[] = [
    loaded('draft-07', () => new Draft7().getValidator(schema)),
    loaded('2020-12', () => new Draft2020().getValidator(schema)),
  ]
  const both: Holding = (value) => holding.flatMap((one) => one(value))
  known.set(text, both)
  return both
}

type Validator = (value: unknown) => {
  readonly valid: boolean
  readonly errorMessage?: string | undefined
}

function loaded(dialect: string, compile: () => Validator): Holding {
  try {
    const validate = compile()
    return (value) => {
      const { valid, errorMessage } = validate(value)
      return valid ? [] : [`${dialect}: ${errorMessage}`]
    }
  } catch (error) {
    return () => [`${dialect} cannot load it: ${error}`]
  }
}
