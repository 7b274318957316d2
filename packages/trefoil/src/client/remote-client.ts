import type { ByteSize } from '../base/bytes.ts'
import type { Duration } from '../base/duration.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { readDuration } from '../contract/options/read-duration.ts'
import { readSize } from '../contract/options/read-size.ts'
import { valueKind } from '../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import type {
  ActionAnswer,
  ActionCallRequest,
  ActionTarget,
  Manifest,
  ProblemEnvelope,
} from '../contract/protocol/action-protocol.ts'
import { CALL_PATH, MANIFEST_PATH } from '../contract/protocol/action-protocol.ts'
import { checkCallRequest } from '../contract/protocol/check-call-request.ts'
import { isDeeper, MAX_ANSWER_DEPTH } from './manifest-budget.ts'
import { refusal } from './problem-envelope.ts'
import { isFailure, readAnswer, readManifest, readProblem } from './read-answer.ts'
import { readLimited } from './read-limited.ts'
import { parseRemoteUrl } from './remote-url.ts'

export interface RemoteTargetOptions {
  /** Address of the app, by the rules of {@link parseRemoteUrl}. */
  readonly url: string
  /** Sent as `Authorization: Bearer …`, to this address only. */
  readonly token?: string | undefined
  /** More request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** From sending to the last byte of the answer. Default `10s`. */
  readonly timeout?: Duration | undefined
  /** Gives up what is being asked for: the connection is closed. */
  readonly signal?: AbortSignal | undefined
  /** Largest answer. Default `5mb`; exactly the limit passes. */
  readonly maxResponseSize?: ByteSize | undefined
  /** Advice when the credential is refused. Default: how to store a token. */
  readonly loginFix?: string | undefined
  /** Default: the global `fetch`. */
  readonly fetch?: typeof fetch | undefined
}

const OPTIONS: OptionNames<RemoteTargetOptions> = {
  url: true,
  token: true,
  headers: true,
  timeout: true,
  signal: true,
  maxResponseSize: true,
  loginFix: true,
  fetch: true,
}

const LOGIN_FIX =
  'Send a valid token: store one with `trefoil login <remote>`, or give `--token` for one command.'

/**
 * The actions of a remote app (RPC-2, RPC-3, CLI-19). Expected failures are answers, not
 * rejections: `remote_unreachable`, `remote_redirect`, `remote_invalid`, `response_too_large`,
 * `AUTHENTICATION_ERROR`, and every problem the remote itself answers with.
 *
 * @throws TypeError when the address, the token or a header is malformed; never says what they are
 * @throws ImproperlyConfigured for an unknown option, and a `timeout` or `maxResponseSize` that is none
 */
export function createRemoteTarget(options: RemoteTargetOptions): ActionTarget {
  checkOptionNames('createRemoteTarget()', options, OPTIONS)
  const remote = new Remote(options)
  return {
    manifest: () => remote.manifest(),
    call: (request) => remote.call(request),
  }
}

interface Received {
  readonly ok: true
  readonly status: number
  readonly value: unknown
}

class Remote {
  readonly #url: string
  readonly #headers: Headers
  readonly #timeoutMs: number
  readonly #signal: AbortSignal | undefined
  readonly #maxBytes: number
  readonly #loginFix: string
  readonly #fetch: typeof fetch

  constructor(options: RemoteTargetOptions) {
    checkUrl(options.url)
    const url = parseRemoteUrl(options.url)
    if (!url.ok) throw new TypeError(url.error)
    this.#url = url.value
    this.#headers = readHeaders(options.headers, options.token)
    this.#timeoutMs = readDuration('createRemoteTarget(): timeout', options.timeout ?? '10s')
    this.#signal = options.signal
    this.#maxBytes = readSize(
      'createRemoteTarget(): maxResponseSize',
      options.maxResponseSize ?? '5mb',
    )
    this.#loginFix = options.loginFix ?? LOGIN_FIX
    this.#fetch = options.fetch ?? fetch
  }

  async manifest(): Promise<Manifest | ProblemEnvelope> {
    const received = await this.#send(MANIFEST_PATH, null)
    if (!received.ok) return received
    const { status, value } = received
    if (status >= 400) {
      const text = `Remote manifest request failed (${status})`
      return readProblem(value, status) ?? refusal('remote_invalid', { detail: text })
    }
    const manifest = readManifest(value)
    return manifest.ok ? manifest.value : refusal('remote_invalid', { detail: manifest.error })
  }

  async call(request: ActionCallRequest): Promise<ActionAnswer> {
    checkCallRequest(request)
    const received = await this.#send(CALL_PATH, JSON.stringify(request))
    if (!received.ok) return received
    const { status, value } = received
    return readAnswer(value, status, request.dry_run === true) ?? refusal('remote_invalid')
  }

  async #send(path: string, body: string | null): Promise<Received | ProblemEnvelope> {
    const headers = new Headers(this.#headers)
    if (body !== null) headers.set('content-type', 'application/json')
    let response: Response
    let text: Awaited<ReturnType<typeof readLimited>>
    try {
      response = await this.#fetch(this.#url + path, {
        method: body === null ? 'GET' : 'POST',
        headers,
        body,
        // A followed redirect hands the token to whoever the answer names, and turns the POST
        // into a GET (W-1).
        redirect: 'manual',
        credentials: 'omit',
        signal: this.#ends(),
      })
      if (isRedirect(response)) {
        await response.body?.cancel()
        return refusal('remote_redirect')
      }
      text = await readLimited(response, this.#maxBytes)
    } catch (error) {
      return refusal('remote_unreachable', { detail: this.#failureText(error), cause: error })
    }
    if (text.ok) return readDocument(text.value, response.status, this.#loginFix)
    if (text.error === 'not_text') return notJson(response.status, this.#loginFix)
    return refusal('response_too_large', { detail: 'Remote response is too large' })
  }

  #ends(): AbortSignal {
    const late = AbortSignal.timeout(this.#timeoutMs)
    return this.#signal === undefined ? late : AbortSignal.any([late, this.#signal])
  }

  #failureText(error: unknown): string {
    if (this.#signal?.aborted === true) return 'Remote request was given up'
    if (nameOf(error) === 'TimeoutError') {
      return `Remote did not answer within ${this.#timeoutMs} ms`
    }
    const code = causeCode(error)
    return code === null ? 'Remote request failed' : `Remote request failed (${code})`
  }
}

function checkUrl(url: unknown): void {
  if (typeof url === 'string' && url !== '') return
  throw new ImproperlyConfigured(
    `createRemoteTarget(): url must be the address of the app, got ${valueKind(url)}`,
  )
}

/** Written one by one: what the platform says of a value it refuses quotes it, token or not. */
function readHeaders(given: RemoteTargetOptions['headers'], token: unknown): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(given ?? {})) setHeader(headers, name, value)
  headers.set('accept', 'application/json')
  if (token === undefined) return headers
  if (typeof token !== 'string' || token === '') {
    throw new TypeError(`createRemoteTarget(): token must be text, got ${valueKind(token)}`)
  }
  setHeader(headers, 'authorization', `Bearer ${token}`)
  return headers
}

function setHeader(headers: Headers, name: string, value: unknown): void {
  const mistake = `createRemoteTarget(): the value of header '${name}' cannot be sent`
  if (typeof value !== 'string') throw new TypeError(`${mistake}: it is ${valueKind(value)}`)
  try {
    headers.set(name, value)
  } catch {
    throw new TypeError(`${mistake}: it, or the name, has characters a header cannot carry`)
  }
}

function isRedirect(response: Response): boolean {
  const { type, status } = response
  // Browsers hide the status of a redirect they did not follow.
  return type === 'opaqueredirect' || (status >= 300 && status < 400)
}

function readDocument(text: string, status: number, loginFix: string): Received | ProblemEnvelope {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return notJson(status, loginFix)
  }
  if (isDeeper(value, MAX_ANSWER_DEPTH)) {
    const detail = `Remote answer is nested deeper than ${MAX_ANSWER_DEPTH} levels`
    return refusal('remote_invalid', { detail })
  }
  if (status !== 401 || isFailure(value)) return { ok: true, status, value }
  const problem = readProblem(value, status)
  if (problem === null) return refusal('AUTHENTICATION_ERROR', { fix: loginFix })
  if (problem.error.code !== 'AUTHENTICATION_ERROR') return { ok: true, status, value }
  return { ...problem, error: { ...problem.error, fix: loginFix } }
}

function notJson(status: number, loginFix: string): ProblemEnvelope {
  if (status === 401) return refusal('AUTHENTICATION_ERROR', { fix: loginFix })
  return refusal('remote_invalid', { detail: `Remote returned non-JSON response (${status})` })
}

function nameOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'name' in error ? error.name : null
}

/** The system's word for what went wrong, such as `ECONNREFUSED`. */
function causeCode(error: unknown): string | null {
  const cause: unknown = error instanceof Error ? error.cause : null
  const code: unknown =
    typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : null
  return typeof code === 'string' ? code : null
}
