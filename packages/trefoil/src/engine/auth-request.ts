import type { AuthRequest } from '../contract/call.ts'
import type { ActionFacts, CallRequest, HeaderReader } from '../contract/call-facts.ts'
import type { Dependency } from '../contract/dependency.ts'
import type { Logger } from '../contract/logger.ts'
import type { Entrypoint, SurfaceName } from '../contract/surface-name.ts'
import { bearerToken } from '../web/bearer.ts'
import { firstHeader, HeaderView } from '../web/raw-headers.ts'
import type { RunningCall } from './running-call.ts'

const NOTHING_HIDDEN: ReadonlySet<string> = new Set()

/** What an authenticator is given: the only view of a call that shows its credentials. */
export class AuthRequestView implements AuthRequest {
  readonly #call: RunningCall
  #headers: HeaderReader | null = null

  constructor(call: RunningCall) {
    this.#call = call
  }

  get source(): SurfaceName {
    return this.#call.source
  }
  get entrypoint(): Entrypoint {
    return this.#call.entrypoint
  }
  get requestId(): string {
    return this.#call.requestId
  }
  get action(): ActionFacts {
    return this.#call.action
  }
  get request(): CallRequest {
    return this.#call.request
  }
  get signal(): AbortSignal {
    return this.#call.signal
  }
  get log(): Logger {
    return this.#call.log
  }

  get headers(): HeaderReader {
    this.#headers ??= new HeaderView(this.#call['~inbound'].rawHeaders, NOTHING_HIDDEN)
    return this.#headers
  }

  get bearer(): string | null {
    return bearerToken(firstHeader(this.#call['~inbound'].rawHeaders, 'authorization'))
  }

  resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return this.#call.resolve(dependency)
  }
}
