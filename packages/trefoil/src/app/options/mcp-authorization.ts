import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import { isScope, SCOPE_RULE } from '../../contract/auth/scope.ts'
import { list, orNull } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import type { OptionGroup, Values } from '../../contract/options/option-rows.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { serviceUrlMistake } from '../../web/service-url.ts'

/**
 * `createApp({ mcp: { authorization } })`: the MCP endpoint as a resource server of OAuth 2.1 (RFC 9728). Off
 * while there is no `resource`.
 */
export interface McpAuthorizationOptions {
  /**
   * The URL that people type for the endpoint, to the letter: `https://shop.example/mcp`. Clients ask for tokens for it,
   * and a bearer token that names another audience, or none, is refused. Http on loopback alone. Default none.
   */
  readonly resource?: string | null
  /** Issuers of the authorization servers that give such tokens; at least one. */
  readonly servers?: readonly string[]
  /** Scopes that a client asks for at first; others are asked for when a tool needs them. Default none. */
  readonly scopes?: readonly string[]
  /** Where people read about it. Default none. */
  readonly documentation?: string | null
}

/** {@link McpAuthorizationOptions} after reading. */
export type McpAuthorizationValues = Values<McpAuthorizationOptions>

const serviceUrl: OptionKind<string> = {
  words: 'text',
  fromText: (value) => ({ value }),
  read(value) {
    if (typeof value !== 'string') return { mistake: `must be a URL, got ${valueKind(value)}` }
    const mistake = serviceUrlMistake(value)
    return mistake === null ? { value } : { mistake }
  },
}

/** Clients make a link of it, which a person follows. */
const pageUrl: OptionKind<string> = {
  words: 'text',
  fromText: (value) => ({ value }),
  read(value) {
    if (typeof value !== 'string') return { mistake: `must be a URL, got ${valueKind(value)}` }
    const protocol = URL.parse(value)?.protocol
    return protocol === 'https:' || protocol === 'http:'
      ? { value }
      : { mistake: 'must be the URL of a page, such as https://shop.example/agents' }
  },
}

/** The rows of {@link McpAuthorizationOptions}. */
export const MCP_AUTHORIZATION: OptionGroup<McpAuthorizationOptions, McpAuthorizationValues> = {
  name: 'mcp.authorization',
  prefix: 'TREFOIL_MCP_AUTHORIZATION',
  rows: {
    resource: {
      read: orNull(serviceUrl),
      default: null,
      variable: true,
      doc: 'URL of the endpoint as people type it, which tokens have to be for; `null` for none.',
    },
    servers: {
      read: list(serviceUrlMistake),
      default: [],
      variable: true,
      doc: 'Issuers of the authorization servers whose tokens are for it.',
    },
    scopes: {
      read: list((scope) => (isScope(scope) ? null : `is no scope of OAuth: ${SCOPE_RULE}`)),
      default: [],
      variable: true,
      doc: 'Scopes that clients ask for at first.',
    },
    documentation: {
      read: orNull(pageUrl),
      default: null,
      variable: true,
      doc: 'URL of a page for people.',
    },
  },
}

/**
 * @param entry of `auth` that covers MCP, if any
 * @throws ImproperlyConfigured for options that do not go together, naming them
 */
export function checkMcpAuthorization(
  { resource, servers, scopes, documentation }: McpAuthorizationValues,
  entry: Pick<AuthEntry, 'name' | 'audiences'> | undefined,
): void {
  if (resource === null) {
    if (servers.length > 0 || scopes.length > 0 || documentation !== null) {
      throw new ImproperlyConfigured(
        'mcp.authorization has no resource: write the URL that people type for the endpoint, such as https://shop.example/mcp',
      )
    }
    return
  }
  if (servers.length === 0) {
    throw new ImproperlyConfigured(
      'mcp.authorization.servers must name at least one issuer: clients have nobody to ask for a token',
    )
  }
  if (entry === undefined) {
    throw new ImproperlyConfigured(
      "mcp.authorization needs an authenticator that covers 'mcp', such as jwtAuth({ jwks, issuer, audience })",
    )
  }
  // To the letter, as tokens are looked at: every one would be refused, and none of those who try would know why.
  if (entry.audiences !== null && !entry.audiences.includes(resource)) {
    throw new ImproperlyConfigured(
      `Authenticator '${entry.name}' takes no token that is for mcp.authorization.resource: write the same URL as its audience, ` +
        'to the letter, such as jwtAuth({ …, audience: resource })',
    )
  }
}
