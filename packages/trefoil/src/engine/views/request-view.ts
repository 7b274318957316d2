import { freezeClass, freezeGenerators } from '../../base/plain/freeze-class.ts'
import type { CallRequest, HeaderReader } from '../../contract/call/call-facts.ts'
import type { RequestBody, RequestForm } from '../../contract/params/request-body.ts'
import { ImproperlyConfigured, Problem } from '../../contract/problems/problem.ts'
import { HeaderView } from '../../web/raw-headers.ts'
import type { CallState } from '../call-state.ts'

const ALL_HEADERS_HIDDEN: readonly string[] = []

/** The one view of a call's request. */
export function requestViewOf(state: CallState): CallRequest {
  state.requestView ??= new RequestView(state)
  return state.requestView
}

class RequestView implements CallRequest {
  readonly #state: CallState
  readonly #headers: HeaderReader

  constructor(state: CallState) {
    this.#state = state
    const { inbound, site } = state
    const raw = inbound.showsHeaders ? inbound.rawHeaders : ALL_HEADERS_HIDDEN
    this.#headers = new HeaderView(raw, site.app.credentialHeaders)
    Object.preventExtensions(this)
  }

  get method(): string {
    return this.#state.inbound.method
  }
  get path(): string {
    return this.#state.inbound.path
  }
  get search(): string {
    return this.#state.inbound.search
  }
  get scheme(): 'http' | 'https' {
    return this.#state.inbound.scheme
  }
  get host(): string {
    return this.#state.inbound.host
  }
  get mountPath(): string {
    return this.#state.inbound.mountPath ?? ''
  }
  get headers(): HeaderReader {
    return this.#headers
  }

  body(): Promise<Uint8Array> {
    return this.#read('body', (body) => body.body())
  }

  json(): Promise<unknown> {
    return this.#read('json', (body) => body.json())
  }

  form(): Promise<RequestForm> {
    return this.#read('form', (body) => body.form())
  }

  stream(): AsyncIterable<Uint8Array> {
    return watched(this.#open('stream').stream(), this.#state)
  }

  /**
   * A handler may fail before it awaits what it asked for. Left unhandled, the failure of the
   * reading would end the process, and a caller needs no more than half a body for that.
   */
  #read<Value>(member: string, read: (body: RequestBody) => Promise<Value>): Promise<Value> {
    const reading = this.#start(member, read)
    reading.catch(() => {})
    return reading
  }

  async #start<Value>(member: string, read: (body: RequestBody) => Promise<Value>): Promise<Value> {
    const body = this.#open(member)
    try {
      return await read(body)
    } catch (error) {
      noteWrongBody(this.#state, error)
      throw error
    }
  }

  #open(member: string): RequestBody {
    const body = this.#state.inbound.openBody?.(this.#state)
    if (body !== undefined) {
      this.#state.readsBody = true
      return body
    }
    throw new ImproperlyConfigured(
      `call.request.${member}() is for calls over HTTP only; what agents send too belongs in params`,
    )
  }
}

freezeClass(RequestView)

async function* watched(
  pieces: AsyncIterable<Uint8Array>,
  state: CallState,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* pieces
  } catch (error) {
    noteWrongBody(state, error)
    throw error
  }
}

freezeGenerators(watched)

/** Whatever is made of it later: a body that is too large, or broken off, is its sender's doing. */
function noteWrongBody(state: CallState, error: unknown): void {
  if (error instanceof Problem && error.status < 500) state.hasWrongBody = true
}
