import type { LookupFunction } from 'node:net'
import { isPublicAddress } from '../../web/public-address.ts'
import { isLoopbackAddress } from './address.ts'

/**
 * What a name may resolve to. `loopback`: this machine alone, for requests without TLS, since nothing
 * else keeps what they carry. `outside`: nothing inside of a network, for an address that somebody
 * outside has named.
 */
export type Reach = 'loopback' | 'outside' | 'any'

/** As `dns.lookup`, as far as it is used. */
export type Resolve = (
  hostname: string,
  options: { readonly all: true },
  done: (error: Error | null, addresses: readonly ResolvedAddress[]) => void,
) => void

export interface ResolvedAddress {
  readonly address: string
  readonly family: number
}

/** A name that resolves to where it must not lead. */
export class ForbiddenAddress extends Error {
  override readonly name: string = 'ForbiddenAddress'
}

/**
 * Resolves names for a connection, and refuses where they must not lead. It is part of connecting: a name
 * that was looked up before, and once more to connect, could answer differently the second time (DNS
 * rebinding). One bad address refuses the name: the connection may be made to any of them.
 */
export function guardedLookup(reach: Exclude<Reach, 'any'>, resolve: Resolve): LookupFunction {
  const isAllowed = reach === 'loopback' ? isLoopbackAddress : isPublicAddress
  return (hostname, options, callback) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) {
        callback(error ?? new Error('The name has no address'), '')
      } else if (!addresses.every(({ address }) => isAllowed(address))) {
        callback(new ForbiddenAddress('The name resolves to an address that it must not have'), '')
      } else if (options.all === true) {
        callback(null, [...addresses])
      } else callback(null, first.address, first.family)
    })
  }
}
