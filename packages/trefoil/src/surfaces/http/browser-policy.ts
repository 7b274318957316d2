import type { HttpReply } from '../../contract/exchange.ts'
import { addVary, type Cors } from '../../policy/cors.ts'
import type { RawHeaders } from '../../web/raw-headers.ts'

/** Whose CORS rules hold for which path: MCP follows its own list of origins (W-30). */
export interface BrowserPolicy {
  corsFor(path: string): Cors | null
}

/** @returns `null` when no page of another origin is ever answered */
export function createBrowserPolicy(
  api: Cors | null,
  mcp: Cors | null,
  mcpPath: string,
): BrowserPolicy | null {
  if (api === null && mcp === null) return null
  return { corsFor: (path) => (path === mcpPath ? mcp : api) }
}

/** An answer with its CORS headers; `vary` is extended, never repeated (CORS-5). */
export function withCors(reply: HttpReply, cors: Cors, raw: RawHeaders): HttpReply {
  const headers = [...reply.headers]
  const added = cors.headers(raw)
  for (let index = 0; index < added.length; index += 2) {
    const name = added[index] as string
    if (name === 'vary') addVary(headers, added[index + 1] as string)
    else headers.push(name, added[index + 1] as string)
  }
  return { ...reply, headers }
}
