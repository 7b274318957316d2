import { networkOf } from '../base/ip.ts'

/**
 * The network that lines about an address are counted by: /24 of IPv4, /64 of IPv6. `null` for none, for
 * one of this link alone, and for what is no address.
 */
export function clientPrefix(address: string | null): string | null {
  const network = address === null ? null : networkOf(address)
  if (network === null || network.zone !== '') return null
  const { bytes } = network
  if (bytes.length === IPV4_BYTES) return `${bytes.slice(0, 3).join('.')}.0/24`
  const groups: string[] = []
  for (let index = 0; index < bytes.length; index += 2) {
    groups.push((((bytes[index] ?? 0) << 8) | (bytes[index + 1] ?? 0)).toString(16))
  }
  return `${groups.join(':')}::/64`
}

const IPV4_BYTES = 4
