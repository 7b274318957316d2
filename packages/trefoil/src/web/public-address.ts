import { type IpRange, parseIp, parseIpRange } from '../base/ip.ts'

/** IPv4 that is somebody's own network, or none at all. */
const REFUSED_4 = ranges(
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  // Where clouds keep the credentials of a machine.
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/3',
)
/** What is assigned of IPv6: loopback, link-local, NAT64 and all the others that mean another address are not in it. */
const ASSIGNED_6 = ranges('2000::/3')
/** Of what is assigned: transition and documentation, which hold or mean another address. */
const REFUSED_6 = ranges('2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20')

/**
 * True for an IP address of the public internet. One of our own network, one that only looks like another,
 * one with a zone and a text that is none are not: whoever names where we are to go must not reach through us.
 *
 * @param address as a resolver gives it, or as it stands in a URL, without brackets
 */
export function isPublicAddress(address: string): boolean {
  const bytes = parseIp(address)
  if (bytes === null) return false
  const isIn = (all: readonly IpRange[]) => all.some((range) => range(bytes))
  return bytes.length === 4 ? !isIn(REFUSED_4) : isIn(ASSIGNED_6) && !isIn(REFUSED_6)
}

function ranges(...texts: readonly string[]): readonly IpRange[] {
  return texts.map((text) => {
    const range = parseIpRange(text)
    if (range === null) throw new Error(`${text} is no range`)
    return range
  })
}
