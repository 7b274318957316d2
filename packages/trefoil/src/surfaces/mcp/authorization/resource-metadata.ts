import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import { MCP_PATH, RESOURCE_METADATA_PATH } from '../../../contract/protocol/paths.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import { quoted } from '../../../web/bearer.ts'
import { compileDiscoveryPlan } from '../../agent/discovery-plan.ts'
import { EndpointInbound, NO_AGENT_OPTIONS } from '../../agent/endpoint-inbound.ts'
import type { Endpoint, EndpointRequest } from '../../endpoint.ts'
import { type Found, type Surface, walk } from '../../walk.ts'

/** The endpoint as a resource server (RFC 9728). */
export interface McpAuthorization {
  /** URL of the endpoint, as people type it. */
  readonly resource: string
  readonly servers: readonly string[]
  readonly scopes: readonly string[]
  readonly documentation: string | null
}

/** It changes when the server is replaced. */
const CACHE = 'public, max-age=3600'

/**
 * Who gives tokens for the endpoint, said to everybody who asks: under the path of the resource (RFC 9728 §3.1), where clients
 * look first, and at the root, where others do. It is made of what the developer wrote, never of a `Host`: a header would
 * decide where people sign in.
 */
export function resourceMetadata(
  authorization: McpAuthorization,
  app: AppContext,
): readonly Endpoint[] {
  const { resource, servers, scopes, documentation } = authorization
  const text = JSON.stringify({
    resource,
    authorization_servers: servers,
    ...(scopes.length === 0 ? {} : { scopes_supported: scopes }),
    bearer_methods_supported: ['header'],
    resource_name: app.name,
    ...(documentation === null ? {} : { resource_documentation: documentation }),
  })
  const headers = ['content-type', 'application/json', 'cache-control', CACHE]
  const reply: HttpReply = { status: 200, headers, body: text }
  return pathsOf(resource).map((path) => metadataEndpoint(path, reply, app))
}

/** Where its document is: for `https://shop.example/mcp` it is `https://shop.example/.well-known/oauth-protected-resource/mcp`. */
export function metadataUrl(resource: string): string {
  const url = new URL(resource)
  return `${url.origin}${wellKnown(url.pathname)}${url.search}`
}

function wellKnown(path: string): string {
  return `${RESOURCE_METADATA_PATH}${path === '/' ? '' : path}`
}

/** As the server sees them: where the app is mounted under a path, that path has been taken off. */
function pathsOf(resource: string): readonly string[] {
  const { pathname } = new URL(resource)
  return [
    ...new Set([
      RESOURCE_METADATA_PATH,
      `${RESOURCE_METADATA_PATH}${MCP_PATH}`,
      wellKnown(pathname),
    ]),
  ]
}

function metadataEndpoint(path: string, reply: HttpReply, app: AppContext): Endpoint {
  const plan = compileDiscoveryPlan('mcp', 'mcp.authorization', app, true)
  const verbs: Surface<EndpointRequest, Found, HttpReply | Problem> = {
    find: () => ({ plan }),
    decode: (request) =>
      new EndpointInbound(request, {
        surface: 'mcp',
        args: {},
        options: NO_AGENT_OPTIONS,
        wholeAnswers: 0,
        cancels: false,
      }),
    encode: () => ({ ...reply, headers: reply.headers.slice() }),
    encodeProblem: (_request, problem) => problem,
  }
  return {
    method: 'GET',
    path,
    surface: 'mcp',
    isPublic: true,
    handle: (request) => walk(verbs, request),
  }
}

/**
 * A refusal that says where tokens come from: `resource_metadata` in the challenge, and the scopes to begin with where no
 * token was sent (RFC 9728 §5.1).
 */
export function pointing(reply: HttpReply, { resource, scopes }: McpAuthorization): HttpReply {
  if (reply.status !== 401 && reply.status !== 403) return reply
  const at = reply.headers.indexOf('www-authenticate')
  const challenge = at === -1 ? undefined : reply.headers[at + 1]
  if (challenge === undefined) return reply
  const place = `resource_metadata=${quoted(metadataUrl(resource))}`
  const isFirst = scopes.length > 0 && !/(?:^|[ ,])(?:error|scope)=/.test(unquoted(challenge))
  const wanted = isFirst ? `${place}, scope=${quoted(scopes.join(' '))}` : place
  const headers = reply.headers.slice()
  headers[at + 1] = withParameters(challenge, wanted)
  return { ...reply, headers }
}

/** Into the challenge of a bearer token, wherever it stands among others. */
function withParameters(challenge: string, parameters: string): string {
  const bare = unquoted(challenge)
  const found = /(^|, )(Bearer)(?=$|[ ,])/.exec(bare)
  if (found === null) return `${challenge}, Bearer ${parameters}`
  const end = found.index + found[0].length
  const rest = challenge.slice(end)
  // What follows a space is its own parameters, what follows a comma is another challenge.
  return `${challenge.slice(0, end)} ${parameters}${rest.startsWith(' ') ? `, ${rest.slice(1)}` : rest}`
}

/** With what stands between quotes as blanks: a reason of an authenticator is no challenge. */
function unquoted(text: string): string {
  return text.replace(/"(?:[^"\\]|\\.)*"/g, (quote) => `"${' '.repeat(quote.length - 2)}"`)
}
