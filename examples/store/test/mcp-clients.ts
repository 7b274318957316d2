import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client'
import { Client as FirstClient } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport as FirstTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { z } from 'zod'

const INFO = { name: 'store-test', version: '1.0.0' }

/** What a test reads of a tool result, whichever client brought it. */
export interface ToolResult {
  readonly isError: boolean
  readonly structured: unknown
  readonly text: string
}

/** One connected MCP client. */
export interface McpCaller {
  /** The revision that client and server agreed on. */
  readonly revision: string | undefined
  toolNames(): Promise<string[]>
  call(name: string, args: Record<string, unknown>, approval?: string): Promise<ToolResult>
  close(): Promise<void>
}

/** A token, or the headers that are sent. */
type Credential = string | Readonly<Record<string, string>>
type Connect = (url: string, credential: Credential) => Promise<McpCaller>

/** The official clients, by what they speak. */
export const MCP_CLIENTS: ReadonlyMap<string, Connect> = new Map<string, Connect>([
  ['@modelcontextprotocol/client, legacy', (url, token) => connect(url, token, 'legacy')],
  [
    '@modelcontextprotocol/client, 2026-07-28',
    (url, token) => connect(url, token, { pin: '2026-07-28' }),
  ],
  ['@modelcontextprotocol/sdk', connectFirst],
])

async function connect(
  url: string,
  token: Credential,
  mode: 'legacy' | { pin: string },
): Promise<McpCaller> {
  const client = new Client(INFO, { versionNegotiation: { mode } })
  await client.connect(new StreamableHTTPClientTransport(new URL(`${url}/mcp`), bearer(token)))
  return {
    revision: client.getNegotiatedProtocolVersion(),
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, approval) =>
      toToolResult(await client.callTool({ name, arguments: args, ...meta(approval) })),
    close: () => client.close(),
  }
}

async function connectFirst(url: string, token: Credential): Promise<McpCaller> {
  const client = new FirstClient(INFO)
  const transport = new FirstTransport(new URL(`${url}/mcp`), bearer(token))
  // The first SDK's own types disagree under exactOptionalPropertyTypes.
  await client.connect(transport as Parameters<typeof client.connect>[0])
  return {
    revision: transport.protocolVersion,
    toolNames: async () => (await client.listTools()).tools.map(({ name }) => name),
    call: async (name, args, approval) =>
      toToolResult(await client.callTool({ name, arguments: args, ...meta(approval) })),
    close: () => client.close(),
  }
}

function bearer(token: Credential): { requestInit: RequestInit } {
  const headers = typeof token === 'string' ? { authorization: `Bearer ${token}` } : token
  return { requestInit: { headers } }
}

function meta(approval: string | undefined): { _meta?: Record<string, unknown> } {
  return approval === undefined ? {} : { _meta: { approval_token: approval } }
}

const RawResult = z.object({
  isError: z.boolean().default(false),
  structuredContent: z.unknown().optional(),
  content: z.array(z.object({ type: z.literal('text'), text: z.string() })).length(1),
})

function toToolResult(result: unknown): ToolResult {
  const { isError, structuredContent, content } = RawResult.parse(result)
  return { isError, structured: structuredContent, text: content[0]?.text ?? '' }
}
