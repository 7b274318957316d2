import { networkOf } from '../../base/ip.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'

/**
 * Who is calling, as one text: no two callers have the same. Joined with a colon, tenant `a` with
 * subject `b:c` would have taken the places of tenant `a:b` with subject `c` (PW-31).
 *
 * @param address of whoever nobody knows; a network of IPv6 is one, because whoever has one address
 * of it has all
 */
export function callerKey(auth: AuthContext | null, address: string | null): string {
  if (auth === null)
    return JSON.stringify(['address', address === null ? null : networkText(address)])
  return JSON.stringify(['caller', auth.tenant, auth.issuer ?? null, auth.subject])
}

/** Whose customer is calling: all callers without a tenant are one. */
export function tenantKey(auth: AuthContext | null): string {
  return JSON.stringify([auth?.tenant ?? null])
}

function networkText(address: string): string {
  const network = networkOf(address)
  return network === null ? address : `${network.bytes.join('.')}${network.zone}`
}
