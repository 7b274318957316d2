import { parseIp, splitZone } from '../../base/ip.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'

/** Bytes of an IPv6 address that one household or one machine can choose the rest of. */
const NETWORK_BYTES = 8

/**
 * Who is calling, as one text: no two callers have the same. Joined with a colon, tenant `a` with
 * subject `b:c` would have taken the places of tenant `a:b` with subject `c` (PW-31).
 *
 * @param address of whoever nobody knows; a network of IPv6 is one, because whoever has one address
 * of it has all
 */
export function callerKey(auth: AuthContext | null, address: string | null): string {
  if (auth === null) return JSON.stringify(['address', networkOf(address)])
  return JSON.stringify(['caller', auth.tenant, auth.issuer ?? null, auth.subject])
}

/** Whose customer is calling: all callers without a tenant are one. */
export function tenantKey(auth: AuthContext | null): string {
  return JSON.stringify([auth?.tenant ?? null])
}

/** In one spelling: `::ffff:203.0.113.7` must not have the places of `203.0.113.7` once more. */
function networkOf(address: string | null): string | null {
  if (address === null) return null
  const [plain, zone] = splitZone(address)
  const bytes = parseIp(plain)
  if (bytes === null) return address
  return `${bytes.slice(0, bytes.length === 4 ? 4 : NETWORK_BYTES).join('.')}${zone}`
}
