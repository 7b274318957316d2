import type { HttpReply } from '../../../contract/answer/exchange.ts'
import { RESOURCE_METADATA_PATH } from '../../../contract/protocol/paths.ts'
import { addVary, type Cors } from '../../../policy/cors.ts'
import type { RawHeaders } from '../../../web/raw-headers.ts'

/** Whose CORS rules hold for which path: MCP follows its own list of origins (W-30). */
export interface BrowserPolicy {
  corsFor(path: string): Cors | null
}

/** @returns `null` when no page of another origin is ever answered */
export function createBrowserPolicy(
  api: Cors | null,
  mcp: Cors | null,
  mcpPath: string,
  metadata: Cors | null = null,
): BrowserPolicy | null {
  if (api === null && mcp === null && metadata === null) return null
  return {
    corsFor: (path) => {
      if (path === mcpPath) return mcp
      return metadata !== null && isMetadata(path) ? metadata : api
    },
  }
}

function isMetadata(path: string): boolean {
  return path === RESOURCE_METADATA_PATH || path.startsWith(`${RESOURCE_METADATA_PATH}/`)
}

/** An answer with its CORS headers. */
export function withCors(reply: HttpReply, cors: Cors, raw: RawHeaders): HttpReply {
  return { ...reply, headers: joinCors(reply.headers, cors.headers(raw)) }
}

const GRANT = 'access-control-allow-origin'
const CREDENTIALS = 'access-control-allow-credentials'

/**
 * Headers with those of CORS: in the place of any that a handler or the app set, because browsers
 * take two origins for none (SW-17). `vary` is extended, never repeated (CORS-5).
 */
export function joinCors(headers: readonly string[], added: readonly string[]): string[] {
  const joined: string[] = []
  // A handler's word on credentials is not about the origin that is granted here.
  const isGranted = has(added, GRANT)
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string
    const isReplaced =
      name.startsWith('access-control-') &&
      (has(added, name) || (isGranted && name === CREDENTIALS))
    if (!isReplaced) joined.push(name, headers[index + 1] as string)
  }
  for (let index = 0; index < added.length; index += 2) {
    const name = added[index] as string
    const value = added[index + 1] as string
    if (name !== 'vary') joined.push(name, value)
    else for (const field of value.split(', ')) addVary(joined, field)
  }
  return joined
}

function has(headers: readonly string[], name: string): boolean {
  for (let index = 0; index < headers.length; index += 2) if (headers[index] === name) return true
  return false
}
