import { parseIp, parseIpRange } from '../../base/ip.ts'

/** Loopback, private, link-local (where clouds keep credentials), shared, unspecified, multicast, unique local. */
const INSIDE = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '224.0.0.0/3',
  '::/127',
  '64:ff9b::/96',
  'fc00::/7',
  'fe80::/10',
  'ff00::/8',
].map((range) => parseIpRange(range))

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((range) => parseIpRange(range))

/** True for this machine, by an address or by the name that always means it. */
export function isLoopback(url: URL): boolean {
  const hostname = url.hostname.replace(/\.$/, '')
  if (hostname === 'localhost' || hostname.endsWith('.localhost')) return true
  return isIn(hostname, LOOPBACK)
}

/** True where an address, not a name, says that it is inside of some network. */
export function isInside(url: URL): boolean {
  return isLoopback(url) || isIn(url.hostname, INSIDE)
}

/**
 * What is wrong with an address that keys or verdicts are to come from, in words that follow it; `null` for
 * nothing.
 *
 * Keys that came without TLS are anybody's on the way. On this machine there is no way, so loopback may
 * do without: a provider that one develops against. Such an authenticator is a production risk.
 */
export function addressMistake(url: URL): string | null {
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url))) {
    return 'must be an https address, or http on this machine'
  }
  if (url.username !== '' || url.password !== '') return 'must not hold a user or password'
  return url.hash === '' ? null : 'must not have a fragment'
}

/**
 * True for a resolved address inside of some network, this machine included, and for one that nobody can
 * read: those with a zone are of a network.
 */
export function isInsideAddress(address: string): boolean {
  return parseIp(address) === null || isIn(address, INSIDE)
}

/** True for a resolved address of this machine. */
export function isLoopbackAddress(address: string): boolean {
  return isIn(address, LOOPBACK)
}

function isIn(hostname: string, ranges: readonly ReturnType<typeof parseIpRange>[]): boolean {
  const address = parseIp(hostname.replace(/^\[|\]$/g, ''))
  return address !== null && ranges.some((range) => range?.(address) === true)
}
