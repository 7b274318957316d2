import { singleQuoted } from '../../base/shell-quote.ts'
import type { SecurityScheme } from '../../contract/auth/security-scheme.ts'
import type { ParameterShape } from '../openapi/request-shape.ts'

/** How a `curl` command sends a credential, which is a variable of the reader's shell. */
export interface CurlCredential {
  readonly options: readonly string[]
  /** Query parameter without its value, percent-encoded: `key=`; empty for none. */
  readonly query: string
  /** What follows the quoted address: the value of that parameter. */
  readonly queryValue: string
  /** True for a parameter that the credential itself is sent in. */
  sends(parameter: ParameterShape): boolean
}

/** @param scheme `undefined` for a call without credentials */
export function curlCredential(scheme: SecurityScheme | undefined): CurlCredential {
  if (scheme === undefined) return sentBy([])
  if (scheme.type === 'http' && scheme.scheme === 'basic') {
    return sentBy(['--user "$NAME:$PASSWORD"'])
  }
  if (scheme.type === 'http' && scheme.scheme === 'dpop') {
    return sentBy(['--header "authorization: DPoP $TOKEN"', '--header "dpop: $PROOF"'])
  }
  if (scheme.type === 'mutualTLS') return sentBy(['--cert "$CERT"', '--key "$KEY"'])
  if (scheme.type !== 'apiKey') return sentBy(['--header "authorization: Bearer $TOKEN"'])
  const { in: place, name } = scheme
  const sends = (parameter: ParameterShape): boolean =>
    parameter.in === place && sameName(parameter.name, name, place === 'header')
  if (place === 'query') {
    const query = `${encodeURIComponent(name)}=`
    return { options: [], query, queryValue: '"$API_KEY"', sends }
  }
  const option =
    place === 'cookie'
      ? `--cookie ${withVariable(`${name}=`, '$COOKIE')}`
      : `--header ${withVariable(`${name.toLowerCase()}: `, '$API_KEY')}`
  return { ...sentBy([option]), sends }
}

function sentBy(options: readonly string[]): CurlCredential {
  return { options, query: '', queryValue: '', sends: () => false }
}

function sameName(left: string, right: string, ignoreCase: boolean): boolean {
  return ignoreCase ? left.toLowerCase() === right.toLowerCase() : left === right
}

/** A header's name may hold a backquote or a dollar sign, which act inside double quotes. */
function withVariable(text: string, variable: string): string {
  return /^[\w.=: -]+$/.test(text) ? `"${text}${variable}"` : `${singleQuoted(text)}"${variable}"`
}
