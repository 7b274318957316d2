import { lookup as resolve } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { isPublicAddress } from '../../inner.ts'

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
    for (const [index, text] of allowed.entries()) {
      const [net = '', bits] = text.split('/')
      const family = isIP(net)
      const most = family === 4 ? 32 : 128
      const count = bits === undefined ? most : Number(bits)
      if (family === 0 || !/^\d{1,3}$/.test(bits ?? '0') || count > most) {
        throw new TypeError(`entry ${index + 1} is no network such as 10.1.0.0/16`)
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
    return isPublicAddress(address)
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
