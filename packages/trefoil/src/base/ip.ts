/** An IP address as bytes: 4 for IPv4 (also when written as `::ffff:…`), 16 for IPv6. */
export type IpBytes = readonly number[]

const OCTET = /^(?:0|[1-9][0-9]{0,2})$/
const GROUP = /^[0-9a-f]{1,4}$/

/**
 * Parses an IP address strictly: no leading zeros, no octal or hexadecimal octets, no zone. Two
 * programs that read `010.0.0.1` differently disagree on who is trusted.
 *
 * @returns `null` when it is not an address
 */
export function parseIp(text: string): IpBytes | null {
  const lower = text.toLowerCase()
  const bytes = lower.includes(':') ? parseIpv6(lower) : parseIpv4(lower)
  return bytes === null ? null : unmapped(bytes)
}

function parseIpv4(text: string): IpBytes | null {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => OCTET.test(part) && Number(part) <= 255)) {
    return null
  }
  return parts.map(Number)
}

const IPV6_GROUPS = 8

function parseIpv6(text: string): IpBytes | null {
  const halves = text.split('::')
  if (halves.length > 2) return null
  const [head, tail] = halves.map((half, index) => parseGroups(half, index === halves.length - 1))
  if (head === undefined || head === null || tail === null) return null
  if (tail === undefined) return head.length === 2 * IPV6_GROUPS ? head : null
  const zeros = 2 * IPV6_GROUPS - head.length - tail.length
  return zeros < 2 ? null : [...head, ...new Array<number>(zeros).fill(0), ...tail]
}

/** Groups between colons as bytes; the very last may be an IPv4 address. */
function parseGroups(text: string, atEnd: boolean): IpBytes | null {
  if (text === '') return []
  const bytes: number[] = []
  const groups = text.split(':')
  for (const [index, group] of groups.entries()) {
    if (atEnd && group.includes('.') && index === groups.length - 1) {
      const ipv4 = parseIpv4(group)
      if (ipv4 === null) return null
      bytes.push(...ipv4)
    } else if (GROUP.test(group)) {
      const value = Number.parseInt(group, 16)
      bytes.push(value >> 8, value & 0xff)
    } else return null
  }
  return bytes
}

/** Dual-stack sockets report IPv4 peers as `::ffff:a.b.c.d`; a rule for IPv4 must still match. */
function unmapped(bytes: IpBytes): IpBytes {
  const isMapped =
    bytes.length === 16 &&
    bytes.slice(0, 10).every((byte) => byte === 0) &&
    bytes[10] === 0xff &&
    bytes[11] === 0xff
  return isMapped ? bytes.slice(12) : bytes
}

/** True for the addresses of a range. */
export type IpRange = (address: IpBytes) => boolean

const PREFIX = /^(?:0|[1-9][0-9]{0,2})$/

/**
 * Parses an address or a CIDR range; host bits may be set (APP-11).
 *
 * @returns `null` when it is neither
 */
export function parseIpRange(text: string): IpRange | null {
  const slash = text.indexOf('/')
  const base = parseIp(slash === -1 ? text : text.slice(0, slash))
  if (base === null) return null
  const suffix = slash === -1 ? String(base.length * 8) : text.slice(slash + 1)
  const bits = Number(suffix)
  if (!PREFIX.test(suffix) || bits > base.length * 8) return null
  return (address) => address.length === base.length && samePrefix(address, base, bits)
}

function samePrefix(left: IpBytes, right: IpBytes, bits: number): boolean {
  const whole = bits >> 3
  for (let index = 0; index < whole; index++) if (left[index] !== right[index]) return false
  const rest = bits & 7
  if (rest === 0) return true
  const shift = 8 - rest
  return (left[whole] as number) >> shift === (right[whole] as number) >> shift
}

const MAPPED = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i

/**
 * An address as one would write it: dual-stack sockets report IPv4 peers as `::ffff:a.b.c.d`, and a
 * client must not have two names in logs and in counts per address.
 */
export function plainAddress(address: string): string {
  return MAPPED.exec(address)?.[1] ?? address
}

/**
 * An address and the interface that Node puts behind one of the same link (`fe80::1%eth0`), `%` included:
 * two interfaces are two networks, and whoever is on one can have any address of it.
 */
function splitZone(address: string): readonly [address: string, zone: string] {
  const at = address.indexOf('%')
  return at === -1 ? [address, ''] : [address.slice(0, at), address.slice(at)]
}

const IPV6_NETWORK_BYTES = 8

/** Who an address is of, where addresses are counted. */
export interface Network {
  /** Four of IPv4, eight of IPv6. */
  readonly bytes: readonly number[]
  /** `%` and the interface, of an address that is of one link alone; empty for every other. */
  readonly zone: string
}

/**
 * Whoever has one address of an IPv6 /64 has all of it, and would be a new caller with each. An IPv4
 * address is one in every spelling: `::ffff:203.0.113.7` must not be counted once more (PW-31).
 *
 * @returns `null` for what is no address
 */
export function networkOf(address: string): Network | null {
  const [plain, zone] = splitZone(address)
  const bytes = parseIp(plain)
  if (bytes === null) return null
  return { bytes: bytes.length === 4 ? [...bytes] : [...bytes.slice(0, IPV6_NETWORK_BYTES)], zone }
}
