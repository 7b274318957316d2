import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { type Answer, bearer, type CallSpec, type Driver, rawOf, type Target } from '../driver.ts'
import { CALLERS } from '../tokens.ts'
import { fromMcp, type McpExchange } from './mcp-exchange.ts'

export const MODERN = '2026-07-28'

/** What differs between the two eras. */
export interface McpEra {
  readonly name: 'mcp-legacy' | 'mcp-modern'
  readonly mode: 'legacy' | { readonly pin: string }
  /** Headers that a call by hand needs. */
  headers(tool: string): Record<string, string>
  /** `_meta` members that a call by hand needs. */
  readonly meta: Readonly<Record<string, unknown>>
}

/** Who the official client can connect as: it says hello first, and that needs a credential. */
const CAN_CONNECT: ReadonlySet<string | null> = new Set([
  CALLERS.reader,
  CALLERS.writer,
  CALLERS.admin,
])

/** Calls tools with the official client; by hand for callers it cannot connect as. */
export function mcpDriver(era: McpEra, { url }: Target): Driver {
  const clients = new Map<string | null, Promise<Connected>>()
  return {
    name: era.name,
    source: 'mcp',
    entrypoint: 'server',
    async call(spec) {
      if (!CAN_CONNECT.has(spec.token)) return callByHand(era, url, spec)
      const connected = clients.get(spec.token) ?? connect(era, url, spec.token)
      clients.set(spec.token, connected)
      return callWithClient(await connected, spec)
    },
    async close() {
      for (const connected of clients.values()) await (await connected).client.close()
    },
  }
}

interface Connected {
  readonly client: Client
  /** The newest exchange, whatever the client made of it. */
  readonly last: LastExchange
}

class LastExchange {
  #exchange: McpExchange | null = null

  keep(exchange: McpExchange): void {
    this.#exchange = exchange
  }

  clear(): void {
    this.#exchange = null
  }

  /** The newest exchange. */
  take(): McpExchange {
    if (this.#exchange === null) throw new Error('the client sent nothing')
    return this.#exchange
  }
}

async function connect(era: McpEra, url: string, token: string | null): Promise<Connected> {
  const last = new LastExchange()
  const client = new Client(
    { name: 'parity', version: '1.0.0' },
    { versionNegotiation: { mode: era.mode } },
  )
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers: bearer(token) },
    fetch: async (input, init) => {
      const response = await fetch(input, init)
      last.keep(await exchangeOf(response.clone()))
      return response
    },
  })
  await client.connect(transport)
  return { client, last }
}

async function callWithClient({ client, last }: Connected, spec: CallSpec): Promise<Answer> {
  last.clear()
  let understood = false
  try {
    const params = { name: spec.action, arguments: { ...spec.args }, ...metaOf(spec, {}) }
    await client.callTool(params)
    understood = true
  } catch {
    // The client throws for JSON-RPC and OAuth errors; the exchange says which.
  }
  const exchange = last.take()
  if (understood !== exchange.text.includes('"result"')) {
    throw new Error(`the official client did not understand: ${exchange.text}`)
  }
  return fromMcp(exchange)
}

async function callByHand(era: McpEra, url: string, spec: CallSpec): Promise<Answer> {
  const params = { name: spec.action, arguments: spec.args, ...metaOf(spec, era.meta) }
  const response = await fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...era.headers(spec.action),
      ...bearer(spec.token),
    },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
  })
  return fromMcp(await exchangeOf(response))
}

function metaOf({ approval, dryRun }: CallSpec, base: Readonly<Record<string, unknown>>): object {
  const _meta = {
    ...base,
    ...(approval === undefined ? {} : { approvalToken: approval }),
    ...(dryRun === undefined ? {} : { dryRun }),
  }
  return Object.keys(_meta).length === 0 ? {} : { _meta }
}

async function exchangeOf(response: Response): Promise<McpExchange> {
  const text = await response.text()
  return {
    status: response.status,
    challenge: response.headers.get('www-authenticate'),
    text,
    raw: rawOf(response, text),
  }
}
