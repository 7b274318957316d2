import { freezeClass } from '../../base/plain/freeze-class.ts'
import { held } from '../../base/promise.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import type { ActionFacts, HeaderReader, SentValues } from '../../contract/call/call-facts.ts'
import type { Dependency } from '../../contract/call/dependency.ts'
import { bearerToken } from '../../web/bearer.ts'
import { SentCookies } from '../../web/cookie-header.ts'
import { parseQuery, type QueryPairs } from '../../web/query.ts'
import { firstHeader, HeaderView } from '../../web/raw-headers.ts'
import { SentValuesView } from '../../web/sent-values.ts'
import type { CallState } from '../call-state.ts'
import { resolveDependency } from '../dependencies/resolve-dependency.ts'
import type { Inbound } from '../inbound.ts'
import { FactsView } from './facts-view.ts'

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()

/** What an authenticator is given: the only view of a call that shows its credentials. */
export class AuthRequestView extends FactsView implements AuthRequest {
  /**
   * Tells it from the views of handlers and providers. {@link stateOf} answers for any of them, so a
   * getter taken from here would read the token of every call its thief is shown later.
   */
  readonly #shown: CallState
  #query: SentValues | null = null
  #cookies: SentValues | null = null

  constructor(state: CallState) {
    super(state, 'authenticator')
    this.#shown = state
    Object.preventExtensions(this)
  }

  get action(): ActionFacts | null {
    const { facts, isListing } = this.#shown.site
    return isListing ? null : facts
  }

  get headers(): HeaderReader {
    return new HeaderView(this.#shown.inbound.rawHeaders, NOTHING_HIDDEN)
  }

  get query(): SentValues {
    this.#query ??= new SentValuesView(queryOf(this.#shown.inbound))
    return this.#query
  }

  get cookies(): SentValues {
    this.#cookies ??= new SentValuesView(cookiesOf(this.#shown.inbound).list())
    return this.#cookies
  }

  get bearer(): string | null {
    return bearerToken(firstHeader(this.#shown.inbound.rawHeaders, 'authorization'))
  }

  get certificate(): Uint8Array | null {
    const { certificate = null, viaProxy = false } = this.#shown.inbound
    // Of a proxy it is the proxy's own: whoever sends through it is not the proxy.
    return certificate === null || viaProxy ? null : certificate.slice()
  }

  get viaProxy(): boolean {
    return this.#shown.inbound.viaProxy === true
  }

  body(): Promise<Uint8Array | null> {
    const body = this.#shown.inbound.openBody?.(this.#shown)
    return body === undefined ? Promise.resolve(null) : held(body.body())
  }

  resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return held(this.#resolve(dependency))
  }

  async #resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return await resolveDependency(this.#shown, dependency)
  }
}

freezeClass(AuthRequestView)

/** A malformed one is refused when arguments are bound; until then it holds no credential. */
function queryOf({ queryPairs, search }: Inbound): QueryPairs {
  return (queryPairs === undefined ? parseQuery(search) : queryPairs) ?? []
}

function cookiesOf({ cookies, rawHeaders }: Inbound): SentCookies {
  return cookies ?? new SentCookies(rawHeaders)
}
