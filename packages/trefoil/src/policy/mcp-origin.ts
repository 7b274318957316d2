import { type Problem, refuse } from '../contract/problems/problem.ts'
import { isOriginOf } from '../web/origin.ts'

/** What the decision about the page behind an MCP request goes by. */
export interface McpPlace {
  readonly scheme: 'http' | 'https'
  /** Host name and port as accepted; `null` where every host is. */
  readonly host: string | null
  /** Exact origins; `*` allows every one. */
  readonly allowed: ReadonlySet<string>
}

/**
 * Whether a browser page may talk to the MCP endpoint (MCP-3, FND-31). A program sends no `Origin`
 * and passes; a page of this server passes, because its host was accepted; any other must be listed,
 * or every web site could drive a local server through its visitor's browser. Where every host is
 * accepted the page may have chosen it (DNS rebinding), so being of the same host proves nothing.
 *
 * @param origin value of the `Origin` header
 */
export function decideMcpOrigin(origin: string, place: McpPlace): Problem | undefined {
  const { scheme, host, allowed } = place
  if (allowed.has(origin) || allowed.has('*')) return undefined
  if (host === null) return refuse('invalid_origin', { fix: NAME_HOSTS })
  if (isOriginOf(origin, scheme, host)) return undefined
  // TLS ended in front of us, and whoever ended it is not believed about the scheme.
  const isOurTwin = scheme === 'http' && isOriginOf(origin, 'https', host)
  return isOurTwin ? refuse('invalid_origin', OTHER_SCHEME) : refuse('invalid_origin')
}

const NAME_HOSTS =
  'Add the origin to `mcp.allowedOrigins`, or name the hosts of this server in `edge.hosts`: while every host is accepted, no page counts as its own.'

const OTHER_SCHEME = {
  detail: 'Invalid MCP Origin: a page of this host over https, while this request came over http',
  fix: 'Where a proxy ends TLS, list it in `edge.proxies` so that its `X-Forwarded-Proto` counts; or add the origin to `mcp.allowedOrigins`.',
}
