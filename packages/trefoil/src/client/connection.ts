import { valueKind } from '../contract/options/value-kind.ts'
import { Problem, refuse } from '../contract/problems/problem.ts'
import { isToken, revealedToken, type Token } from './option-kinds.ts'
import { addTrace, type TraceOption } from './sent-trace.ts'

/** Whether a browser adds its cookies, as in `fetch`. */
export type SentCredentials = 'omit' | 'same-origin' | 'include'

/** What every way to a remote app has, checked. */
export interface ConnectionValues {
  /** In the spelling of {@link parseRemoteUrl}. */
  readonly url: string
  readonly token: Token | null
  readonly headers: Headers
  readonly traceparent: TraceOption | null
  /** Milliseconds. */
  readonly timeout: number
  readonly signal: AbortSignal | null
  readonly credentials: SentCredentials
  readonly fetch: typeof fetch | null
}

/** One request to it. */
export interface OutgoingRequest {
  readonly method: string
  /** From the address on, with its query. */
  readonly target: string
  readonly headers?: Headers | undefined
  readonly body?: RequestInit['body'] | undefined
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
}

/** Sends requests to one address, with the credential of one caller. */
export class Connection {
  readonly #values: ConnectionValues

  constructor(values: ConnectionValues) {
    this.#values = values
  }

  /**
   * @param read reads the answer; in time, unless it hands the response out
   * @returns what `read` gave, or why nothing came
   */
  async send<T>(
    request: OutgoingRequest,
    read: (response: Response) => Promise<T>,
  ): Promise<T | Problem> {
    const timeoutMs = Math.min(request.timeoutMs ?? this.#values.timeout, LONGEST)
    const late = new AbortController()
    // Not AbortSignal.timeout: a response that is handed out may be read for longer.
    const timer = setTimeout(() => late.abort(), timeoutMs)
    const ends = [late.signal, this.#values.signal, request.signal].filter(
      (each) => each instanceof AbortSignal,
    )
    const signal = AbortSignal.any(ends)
    try {
      return await unlessAborted(this.#exchange(request, signal, read), signal)
    } catch (cause) {
      return refuse('remote_unreachable', {
        detail: failureText(cause, late, ends, timeoutMs),
        cause,
      })
    } finally {
      clearTimeout(timer)
    }
  }

  async #exchange<T>(
    request: OutgoingRequest,
    signal: AbortSignal,
    read: (response: Response) => Promise<T>,
  ): Promise<T | Problem> {
    const headers = await this.#headersOf(request)
    if (headers instanceof Problem) return headers
    // Whoever waited for a token that long waits no more.
    signal.throwIfAborted()
    const response = await this.#open(request, headers, signal)
    if (!isRedirect(response)) return read(response)
    await response.body?.cancel()
    return refuse('remote_redirect')
  }

  async #headersOf(request: OutgoingRequest): Promise<Headers | Problem> {
    const headers = new Headers(this.#values.headers)
    const { token, traceparent } = this.#values
    if (traceparent !== null) addTrace(headers, traceparent)
    if (token !== null) {
      try {
        const text = typeof token === 'function' ? await token() : token
        headers.set('authorization', bearer(text))
      } catch (cause) {
        return refuse('AUTHENTICATION_ERROR', {
          detail: 'The token function failed, so nothing was sent',
          fix: 'Let the function give the text of a token, or reject with what to do about it.',
          cause,
        })
      }
    }
    for (const [name, value] of request.headers ?? []) headers.set(name, value)
    return headers
  }

  #open(
    { method, target, body }: OutgoingRequest,
    headers: Headers,
    signal: AbortSignal,
  ): Promise<Response> {
    // Called as a function of its own: browsers refuse `fetch` as a method of anything else.
    const { url, credentials, fetch: open = null } = this.#values
    return (open ?? fetch)(url + target, {
      method,
      headers,
      body: body ?? null,
      // A followed redirect hands the token to whoever the answer names, and turns the POST into a
      // GET (W-1).
      redirect: 'manual',
      credentials,
      signal,
    })
  }
}

/** @throws TypeError, without the token in it */
function bearer(given: unknown): string {
  const token = revealedToken(given)
  if (isToken(token)) return `Bearer ${token}`
  throw new TypeError(`A token must be text that a header can carry, got ${valueKind(token)}`)
}

/** What never answers (a token function, an app in this process) must not outlive the call. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
    if (signal.aborted) stop()
  })
}

function isRedirect({ type, status }: Response): boolean {
  // Browsers hide the status of a redirect they did not follow.
  return type === 'opaqueredirect' || (status >= 300 && status < 400)
}

function failureText(
  cause: unknown,
  late: AbortController,
  ends: readonly AbortSignal[],
  timeoutMs: number,
): string {
  const givenUp = ends.some((signal) => signal !== late.signal && signal.aborted)
  if (givenUp) return 'Remote request was given up'
  if (late.signal.aborted) return `Remote did not answer within ${timeoutMs} ms`
  const code = causeCode(cause)
  return code === null ? 'Remote request failed' : `Remote request failed (${code})`
}

/** The system's word for what went wrong, such as `ECONNREFUSED`. */
function causeCode(error: unknown): string | null {
  const cause: unknown = error instanceof Error ? error.cause : null
  const code: unknown =
    typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null
  return typeof code === 'string' ? code : null
}

/** Timers count in 31 bits; what is longer would end at once. */
const LONGEST = 2 ** 31 - 1
