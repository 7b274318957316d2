import type { Duration } from '../base/duration.ts'
import { readDuration } from '../contract/options/read-duration.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { ImproperlyConfigured, Problem, refuse } from '../contract/problems/problem.ts'
import { parseRemoteUrl } from './remote-url.ts'

/** A credential, or what gives one: asked anew for every call, and never kept. */
export type Token = string | (() => string | Promise<string>)

/** Whether a browser adds its cookies, as in `fetch`. */
export type SentCredentials = 'omit' | 'same-origin' | 'include'

/** What every way to a remote app has. */
export interface ConnectionOptions {
  /** Absolute https address of the app, with the path it is mounted under; http for localhost only. */
  readonly url: string
  readonly token?: Token | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Default `10s`. */
  readonly timeout?: Duration | undefined
  readonly signal?: AbortSignal | undefined
  /** Default `omit`. */
  readonly credentials?: SentCredentials | undefined
  readonly fetch?: typeof fetch | undefined
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
  readonly #url: string
  readonly #token: Token | undefined
  readonly #headers: Headers
  readonly #timeoutMs: number
  readonly #signal: AbortSignal | undefined
  readonly #credentials: SentCredentials
  readonly #fetch: typeof fetch

  /**
   * @param where what is called, for messages
   * @throws TypeError when the address, the token or a header is malformed; ImproperlyConfigured for a
   * timeout that is no duration
   */
  constructor(where: string, options: ConnectionOptions) {
    const { token, headers, timeout = '10s', signal, credentials = 'omit' } = options
    checkUrl(where, options.url)
    const url = parseRemoteUrl(options.url)
    if (!url.ok) throw new TypeError(url.error)
    this.#url = url.value
    if (token !== undefined && typeof token !== 'function') bearer(where, token)
    this.#token = token
    this.#headers = readHeaders(where, headers)
    this.#timeoutMs = timeoutOf(where, timeout)
    this.#signal = signal
    this.#credentials = credentials
    this.#fetch = options.fetch ?? fetch
  }

  /**
   * @param read reads the answer; in time, unless it hands the response out
   * @returns what `read` gave, or why nothing came
   */
  async send<T>(
    request: OutgoingRequest,
    read: (response: Response) => Promise<T>,
  ): Promise<T | Problem> {
    const timeoutMs = request.timeoutMs ?? this.#timeoutMs
    const late = new AbortController()
    // Not AbortSignal.timeout: a response that is handed out may be read for longer.
    const timer = setTimeout(() => late.abort(), timeoutMs)
    const ends = [late.signal, this.#signal, request.signal].filter((each) => each !== undefined)
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
    const headers = new Headers(this.#headers)
    const token = this.#token
    if (token !== undefined) {
      try {
        const text = typeof token === 'string' ? token : await token()
        headers.set('authorization', bearer('token()', text))
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
    const open = this.#fetch
    return open(this.#url + target, {
      method,
      headers,
      body: body ?? null,
      // A followed redirect hands the token to whoever the answer names, and turns the POST into a
      // GET (W-1).
      redirect: 'manual',
      credentials: this.#credentials,
      signal,
    })
  }
}

function checkUrl(where: string, url: unknown): void {
  if (typeof url === 'string' && url !== '') return
  throw new ImproperlyConfigured(
    `${where}: url must be the address of the app, got ${valueKind(url)}`,
  )
}

const TOKEN = /^[\x21-\x7e]+$/

/** @throws TypeError, without the token in it */
function bearer(where: string, token: unknown): string {
  if (typeof token !== 'string' || token === '') {
    throw new TypeError(`${where}: token must be text, got ${valueKind(token)}`)
  }
  if (TOKEN.test(token)) return `Bearer ${token}`
  throw new TypeError(`${where}: token has characters a header cannot carry`)
}

/** Written one by one: what the platform says of a value it refuses quotes it, secret or not. */
export function readHeaders(
  where: string,
  given: Readonly<Record<string, string>> | undefined,
): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries<unknown>(given ?? {})) {
    const mistake = `${where}: the value of header '${name}' cannot be sent`
    if (typeof value !== 'string') throw new TypeError(`${mistake}: it is ${valueKind(value)}`)
    try {
      headers.set(name, value)
    } catch {
      throw new TypeError(`${mistake}: it, or the name, has characters a header cannot carry`)
    }
  }
  return headers
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

/** @throws ImproperlyConfigured unless it is a duration */
export function timeoutOf(where: string, given: unknown): number {
  return Math.min(readDuration(`${where}: timeout`, given), LONGEST)
}
