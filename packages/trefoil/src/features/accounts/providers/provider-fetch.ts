import { addressMistake, askJson, isInside, type Reach, ServiceFailed } from '../../../inner.ts'

/** Bytes of an answer. */
const MOST = 262_144

/** As `oauth4webapi` calls it. */
export type ProviderFetch = (
  url: string,
  options: {
    readonly method: string
    readonly headers: Readonly<Record<string, string>>
    readonly body?: unknown
  },
) => Promise<Response>

/** What stands in for `fetch`. */
export interface GuardedFetch {
  readonly fetch: ProviderFetch
  /** True once an answer came from inside of a network. */
  readonly cameFromInside: () => boolean
}

/**
 * Asks a provider as keys are asked for: no redirect is followed, an answer has an end, a name is looked up once.
 * `fetch` would let nobody see where a name leads.
 *
 * @param reach `outside` for addresses that a provider outside has named (GHSA-5rr4-8452-hf4v)
 * @param timeout milliseconds
 */
export function guardedFetch(reach: Reach, timeout: number): GuardedFetch {
  let wasInside = false
  return {
    cameFromInside: () => wasInside,
    async fetch(address, { method, headers, body }) {
      const url = new URL(address)
      if (addressMistake(url) !== null || (reach === 'outside' && isInside(url))) {
        throw new ServiceFailed('names an address that is not asked')
      }
      if (method !== 'GET' && method !== 'POST') throw new ServiceFailed('is asked in another way')
      const answer = await askJson({
        url,
        method,
        headers: { ...headers },
        body: body === undefined || body === null ? null : String(body),
        timeout,
        mostBytes: MOST,
        reach,
        agent: null,
      })
      wasInside = answer.isInside
      return new Response(JSON.stringify(answer.value), {
        headers: { 'content-type': 'application/json' },
      })
    },
  }
}
