import { type SecurityScheme, UNKNOWN_SCHEME } from '../../contract/auth/security-scheme.ts'
import { UniqueNames } from '../schema/unique-names.ts'

/** A way in under the name that operations refer to it by. */
export interface SecurityEntry {
  /** Key in `components.securitySchemes`. */
  readonly name: string
  readonly scheme: SecurityScheme
}

/**
 * Gives every scheme a name; generated clients show them, so they say what is asked for.
 *
 * @param isAsked false when nobody has to be known: there is nothing to describe then
 */
export function securityEntries(
  isAsked: boolean,
  schemes: readonly SecurityScheme[] = UNKNOWN_SCHEME,
): readonly SecurityEntry[] {
  if (!isAsked) return []
  const names = new UniqueNames()
  return schemes.map((scheme) => ({ name: names.take(nameOf(scheme)), scheme }))
}

function nameOf(scheme: SecurityScheme): string {
  if (scheme.type === 'openIdConnect') return 'openIdConnect'
  if (scheme.type === 'mutualTLS') return 'mutualTLS'
  if (scheme.type === 'http') return `${scheme.scheme}Auth`
  return { header: 'apiKeyAuth', cookie: 'cookieAuth', query: 'queryKeyAuth' }[scheme.in]
}

/** What a caller has to send, as the pages say it; names in backquotes. */
export function schemeInWords(scheme: SecurityScheme): string {
  if (scheme.type === 'openIdConnect') return 'bearer token (OpenID Connect)'
  if (scheme.type === 'mutualTLS') return 'client certificate (mutual TLS)'
  if (scheme.type === 'apiKey') {
    if (scheme.in === 'cookie') return `cookie \`${scheme.name}\``
    return `API key in the ${scheme.in} \`${scheme.name}\``
  }
  if (scheme.scheme === 'basic') return 'name and password (HTTP Basic)'
  if (scheme.scheme === 'dpop') return 'DPoP token and proof'
  return scheme.bearerFormat === undefined
    ? 'bearer token'
    : `bearer token (${scheme.bearerFormat})`
}
