import { parseIp } from '../base/ip.ts'

/**
 * The network that an address is counted by: /24 of IPv4, /64 of IPv6, which is what one customer
 * has. `null` for none, and for what is no address.
 */
export function clientPrefix(address: string | null): string | null {
  if (address === null) return null
  const bytes = parseIp(address)
  if (bytes === null) return null
  if (bytes.length === IPV4_BYTES) return `${bytes.slice(0, 3).join('.')}.0/24`
  const groups: string[] = []
  for (let index = 0; index < IPV6_PREFIX_BYTES; index += 2) {
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16))
  }
  return `${groups.join(':')}::/64`
}

const IPV4_BYTES = 4
const IPV6_PREFIX_BYTES = 8
