import { parseIp, parseIpRange } from '../../base/ip.ts'
import { isPublicAddress } from '../../web/public-address.ts'

const LOOPBACK = ['127.0.0.0/8', '::1/128'].map((range) => parseIpRange(range))

/** True for this machine, by an address or by the name that always means it. */
export function isLoopback(url: URL): boolean {
  const hostname = url.hostname.replace(/\.$/, '')
  return hostname.endsWith('.localhost') || isThisMachine(bare(hostname))
}

/**
 * True for a host, as one listens at or connects to it, that is this machine: the one name that every resolver
 * knows, or an address. Other names below `localhost` may be somebody's to answer.
 */
export function isThisMachine(host: string): boolean {
  return host.toLowerCase() === 'localhost' || isLoopbackAddress(host)
}

/** True where an address, not a name, says that it is inside of some network. */
export function isInside(url: URL): boolean {
  const host = bare(url.hostname)
  return isLoopback(url) || (parseIp(host) !== null && !isPublicAddress(host))
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

/** True for a resolved address of this machine. */
export function isLoopbackAddress(address: string): boolean {
  const bytes = parseIp(address)
  return bytes !== null && LOOPBACK.some((range) => range?.(bytes) === true)
}

function bare(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '')
}
