import { fetchDocument, KeysNotFetched } from './fetch-document.ts'
import { addressMistake, isInside } from './key-address.ts'

const WELL_KNOWN = '/.well-known/openid-configuration'

/** An issuer by its address, and how it may write its own name. */
export interface DiscoveredIssuer {
  /** Where its discovery document is. */
  readonly document: URL
  /** What the document must say that it is, and tokens that they are from. */
  readonly names: readonly string[]
}

/**
 * An issuer's discovery document (OpenID Connect Discovery 1.0 §4). As text, the address is the name of
 * the issuer to the letter; a `URL` cannot say whether there is a `/` behind the host, so both are it.
 */
export function discoveredIssuer(issuer: string | URL): DiscoveredIssuer {
  const base = new URL(issuer)
  const path = base.pathname.replace(/\/$/, '')
  const names =
    typeof issuer === 'string'
      ? [issuer]
      : [base.href, ...(base.pathname === '/' ? [base.origin] : [])]
  return { document: new URL(`${path}${WELL_KNOWN}`, base), names }
}

/**
 * Where the keys of an issuer are, by its own document. The document must be of that very issuer: one of
 * another would have its tokens taken for this one's (§4.3 there).
 *
 * @throws KeysNotFetched
 */
export async function discoverKeys(
  { document, names }: DiscoveredIssuer,
  timeout: number,
): Promise<URL> {
  const { issuer, jwks_uri: address } = await fetchDocument(document, timeout)
  if (typeof issuer !== 'string' || !names.includes(issuer)) {
    throw new KeysNotFetched('is the document of another issuer; write its name to the letter')
  }
  const keys = typeof address === 'string' && URL.canParse(address) ? new URL(address) : null
  if (keys === null || addressMistake(keys) !== null) {
    throw new KeysNotFetched('names no https address of its keys')
  }
  // The address is the other side's word: from outside it must not send us looking around inside.
  if (isInside(keys) && !isInside(document)) {
    throw new KeysNotFetched('names an address of its keys that is inside of a network')
  }
  return keys
}
