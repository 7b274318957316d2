import { addressMistake, isInside } from '../../outbound/address.ts'
import { ServiceFailed } from '../../outbound/ask-service.ts'
import type { Reach } from '../../outbound/guarded-lookup.ts'
import { fetchDocument } from './fetch-document.ts'

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

/** Where an issuer says that its keys are. */
export interface DiscoveredKeys {
  readonly url: URL
  /** What the name may resolve to. */
  readonly reach: Reach
}

/**
 * Where the keys of an issuer are, by its own document. The document must be of that very issuer: one of
 * another would have its tokens taken for this one's (§4.3 there).
 *
 * @param fetch for tests
 * @throws ServiceFailed
 */
export async function discoverKeys(
  { document, names }: DiscoveredIssuer,
  timeout: number,
  fetch: typeof fetchDocument = fetchDocument,
): Promise<DiscoveredKeys> {
  const fetched = await fetch(document, timeout, 'any')
  const { issuer, jwks_uri: address } = fetched.value
  if (typeof issuer !== 'string' || !names.includes(issuer)) {
    throw new ServiceFailed('is the document of another issuer; write its name to the letter')
  }
  const keys = typeof address === 'string' && URL.canParse(address) ? new URL(address) : null
  if (keys === null || addressMistake(keys) !== null) {
    throw new ServiceFailed('names no https address of its keys')
  }
  // The address is the other side's word: from outside it must not send us looking around inside, by
  // address or by a name that resolves to one.
  if (isInside(document) || fetched.isInside) return { url: keys, reach: 'any' }
  if (isInside(keys)) {
    throw new ServiceFailed('names an address of its keys that is inside of a network')
  }
  return { url: keys, reach: 'outside' }
}
