import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'

/** What whoever makes an endpoint must not reach through us: our own network, and what only looks like another. */
const REFUSED_4: readonly (readonly [net: string, bits: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  // Where clouds keep the credentials of a machine.
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
]
/** Of what is assigned (2000::/3): transition and documentation, which hold or mean another address. */
const REFUSED_6: readonly (readonly [net: string, bits: number])[] = [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
]

const refused = new BlockList()
for (const [net, bits] of REFUSED_4) refused.addSubnet(net, bits, 'ipv4')
for (const [net, bits] of REFUSED_6) refused.addSubnet(net, bits, 'ipv6')
const assigned = new BlockList()
assigned.addSubnet('2000::', 3, 'ipv6')

/** An endpoint is not where it may be. Says no address: whoever asks would learn our network. */
export class AddressRefused extends Error {
  override readonly name = 'AddressRefused'

  constructor() {
    super('The endpoint is at an address that is not public')
  }
}

/** Which addresses requests may go to. */
export class Destinations {
  readonly #allowed = new BlockList()

  /**
   * @param allowed networks that are open although they are not public, such as `10.1.0.0/16`
   * @throws Error for what is none
   */
  constructor(allowed: readonly string[]) {
    for (const text of allowed) {
      const [net = '', bits] = text.split('/')
      const family = isIP(net)
      const most = family === 4 ? 32 : 128
      const count = bits === undefined ? most : Number(bits)
      if (family === 0 || !/^\d{1,3}$/.test(bits ?? '0') || count > most) {
        throw new TypeError(`'${text}' is no network such as 10.1.0.0/16`)
      }
      this.#allowed.addSubnet(net, count, family === 4 ? 'ipv4' : 'ipv6')
    }
  }

  /** @param address as the resolver gives it, or as it stands in a URL, without brackets */
  admits(address: string): boolean {
    const family = isIP(address)
    if (family === 0 || address.includes('%')) return false
    const kind = family === 4 ? 'ipv4' : 'ipv6'
    if (this.#allowed.check(address, kind)) return true
    if (family === 4) return !refused.check(address, 'ipv4')
    return assigned.check(address, 'ipv6') && !refused.check(address, 'ipv6')
  }

  /**
   * Resolves a name once, and the connection is made to what was looked at: a name that has another address the
   * second time leads nowhere else. One address that is not public refuses the name.
   */
  readonly lookup: LookupFunction = (host, options, callback) => {
    resolve(host, { ...options, all: true }, (error, addresses) => {
      if (error !== null) {
        callback(error, '')
        return
      }
      const [first] = addresses
      if (first === undefined || !addresses.every(({ address }) => this.admits(address))) {
        callback(new AddressRefused(), '')
        return
      }
      if (options.all === true) callback(null, addresses)
      else callback(null, first.address, first.family)
    })
  }
}
