import type { ByteSize } from '../base/bytes.ts'
import type { Duration } from '../base/duration.ts'
import { isRecord } from '../base/plain/is-record.ts'
import { callable, duration, kind, size, text } from '../contract/options/kinds.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import { type OptionGroup, REQUIRED, type Values } from '../contract/options/option-rows.ts'
import { readOptions } from '../contract/options/read-options.ts'
import { valueKind } from '../contract/options/value-kind.ts'
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

const LOGIN_FIX =
  'Send a valid token: store one with `trefoil login <remote>`, or give `--token` for one command.'

/** {@link RemoteTargetOptions} after reading: milliseconds and bytes. */
type RemoteValues = Values<
  RemoteTargetOptions,
  {
    readonly url: string
    readonly token: string | null
    readonly headers: Headers
    readonly timeout: number
    readonly signal: AbortSignal | null
    readonly maxResponseSize: number
    readonly loginFix: string
    readonly fetch: typeof fetch | null
  }
>

/** Names and values, one by one: what the platform says of a value it refuses quotes it, token or not. */
const headersKind: OptionKind<Headers> = {
  words: 'object',
  read(value) {
    if (!isRecord(value)) {
      return { mistake: `must be an object of header names and values, got ${valueKind(value)}` }
    }
    const headers = new Headers()
    for (const [name, text] of Object.entries(value)) {
      if (!setHeader(headers, name, text)) {
        return { mistake: `cannot have '${name}': what cannot be in a header is in name or value` }
      }
    }
    return { value: headers }
  },
}

const tokenKind: OptionKind<string> = {
  words: 'text',
  read: (value) =>
    typeof value === 'string' && value !== '' && setHeader(new Headers(), 'authorization', value)
      ? { value }
      : { mistake: `must be text that a header can carry, got ${valueKind(value)}` },
}

const urlKind: OptionKind<string> = {
  words: 'text',
  read(value) {
    if (typeof value !== 'string') return { mistake: `must be text, got ${valueKind(value)}` }
    const url = parseRemoteUrl(value)
    return url.ok ? { value: url.value } : { mistake: `is refused: ${url.error}` }
  },
}

/** The rows of {@link RemoteTargetOptions}. */
export const REMOTE_TARGET: OptionGroup<RemoteTargetOptions, RemoteValues> = {
  name: 'createRemoteTarget()',
  prefix: 'TREFOIL_REMOTE_TARGET',
  rows: {
    url: {
      read: urlKind,
      default: REQUIRED,
      doc: 'Address of the app: https, or http for this machine.',
    },
    token: {
      read: tokenKind,
      default: null,
      doc: 'Sent as `Authorization: Bearer …`, to this address only.',
    },
    headers: { read: headersKind, default: {}, doc: 'More request headers.' },
    timeout: {
      read: duration,
      default: '10s',
      doc: 'Longest time from sending to the last byte of the answer.',
    },
    signal: {
      read: kind('an AbortSignal', (value): value is AbortSignal => value instanceof AbortSignal),
      default: null,
      doc: 'Gives up what is being asked for: the connection is closed.',
    },
    maxResponseSize: {
      read: size,
      default: '5mb',
      doc: 'Largest answer; exactly the limit passes.',
    },
    loginFix: {
      read: text,
      default: LOGIN_FIX,
      shown: 'how to store a token',
      doc: 'Advice when the credential is refused.',
    },
    fetch: {
      read: callable<typeof fetch>(),
      default: null,
      shown: 'the global one',
      doc: 'What sends the requests.',
    },
  },
}

/**
 * The actions of a remote app (RPC-2, RPC-3, CLI-19). Expected failures are answers, not
 * rejections: `remote_unreachable`, `remote_redirect`, `remote_invalid`, `response_too_large`,
 * `AUTHENTICATION_ERROR`, and every problem the remote itself answers with.
 *
 * @throws ImproperlyConfigured naming the option that is unknown or malformed; never says what it is
 */
export function createRemoteTarget(options: RemoteTargetOptions): ActionTarget {
  const remote = new Remote(readOptions(REMOTE_TARGET, options))
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
  readonly #signal: AbortSignal | null
  readonly #maxBytes: number
  readonly #loginFix: string
  readonly #fetch: typeof fetch

  constructor(options: RemoteValues) {
    const { token } = options
    this.#url = options.url
    this.#headers = options.headers
    this.#headers.set('accept', 'application/json')
    if (token !== null) this.#headers.set('authorization', `Bearer ${token}`)
    this.#timeoutMs = options.timeout
    this.#signal = options.signal
    this.#maxBytes = options.maxResponseSize
    this.#loginFix = options.loginFix
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
    return this.#signal === null ? late : AbortSignal.any([late, this.#signal])
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

function setHeader(headers: Headers, name: string, value: unknown): boolean {
  if (typeof value !== 'string') return false
  try {
    headers.set(name, value)
    return true
  } catch {
    return false
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
