import { isRecord } from '../../base/plain/is-record.ts'

/**
 * Follows the fragment of a local reference (RFC 6901 §6) through own members only.
 *
 * @param fragment `` for the whole document, or `/`-separated tokens, percent-encoded
 * @returns `undefined` when it leads nowhere
 */
export function followFragment(document: unknown, fragment: string): unknown {
  const tokens = fragmentTokens(fragment)
  if (tokens === null) return undefined
  let value = document
  for (const token of tokens) {
    if (Array.isArray(value))
      value = /^(0|[1-9]\d*)$/.test(token) ? value[Number(token)] : undefined
    else if (isRecord(value) && Object.hasOwn(value, token)) value = value[token]
    else return undefined
  }
  return value
}

/** @returns the decoded tokens, or `null` when the fragment is not a JSON Pointer */
export function fragmentTokens(fragment: string): readonly string[] | null {
  if (fragment === '') return []
  if (!fragment.startsWith('/')) return null
  return decoded(fragment)
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What is not percent-encoded is taken as it stands: libraries write a name with a `%` that way. */
function decoded(fragment: string): string {
  try {
    return decodeURIComponent(fragment)
  } catch {
    return fragment
  }
}

/** The reverse of {@link fragmentTokens}. */
export function fragmentOf(tokens: readonly string[]): string {
  const one = (token: string): string =>
    `/${encodeURIComponent(token.replaceAll('~', '~0').replaceAll('/', '~1'))}`
  return tokens.map(one).join('')
}
