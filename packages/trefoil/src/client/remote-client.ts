import type { ByteSize } from '../base/bytes.ts'
import type { Duration } from '../base/duration.ts'
import { callable, duration, size, text } from '../contract/options/kinds.ts'
import { type OptionGroup, REQUIRED, type Values } from '../contract/options/option-rows.ts'
import { readOptions } from '../contract/options/read-options.ts'
import { Problem } from '../contract/problems/problem.ts'
import type {
  ActionAnswer,
  ActionCallRequest,
  ActionTarget,
  Manifest,
  ProblemEnvelope,
} from '../contract/protocol/action-protocol.ts'
import { checkCallRequest } from '../contract/protocol/check-call-request.ts'
import { CALL_PATH, MANIFEST_PATH } from '../contract/protocol/paths.ts'
import { Connection } from './connection.ts'
import { headersKind, signalKind, type Token, tokenKind, urlKind } from './option-kinds.ts'
import { problemEnvelope, refusal } from './problem-envelope.ts'
import { isFailure, readAnswer, readManifest, readProblem } from './read-answer.ts'
import { type ReadDocument, readDocument } from './read-document.ts'
import { type TraceOption, traceKind } from './sent-trace.ts'

/** Options of {@link createRemoteTarget}. */
export interface RemoteTargetOptions {
  /** Absolute https address of the app, with the path it is mounted under; http for localhost only. */
  readonly url: string
  /**
   * Sent as `Authorization: Bearer …`, to this address only. A function is asked anew for every call;
   * when it rejects, nothing is sent. One target a caller.
   */
  readonly token?: Token | undefined
  /** More request headers. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /**
   * The trace that the calls belong to (W3C Trace Context): a `traceparent`, `call.trace`, or a function
   * that gives one, asked for every request. Default none.
   */
  readonly traceparent?: TraceOption | undefined
  /** Longest time from sending to the last byte of the answer. Default `10s`. */
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
    readonly token: Token | null
    readonly headers: Headers
    readonly traceparent: TraceOption | null
    readonly timeout: number
    readonly signal: AbortSignal | null
    readonly maxResponseSize: number
    readonly loginFix: string
    readonly fetch: typeof fetch | null
  }
>

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
      doc: 'Sent as `Authorization: Bearer …`, to this address only; a function is asked for every call.',
    },
    headers: { read: headersKind, default: {}, doc: 'More request headers.' },
    traceparent: {
      read: traceKind,
      default: null,
      doc: 'The trace that the calls belong to, see [tracing](tracing.md#calls-of-your-own); a function is asked for every request.',
    },
    timeout: {
      read: duration,
      default: '10s',
      doc: 'Longest time from sending to the last byte of the answer.',
    },
    signal: {
      read: signalKind,
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
  const { loginFix, maxResponseSize, ...values } = readOptions(REMOTE_TARGET, options)
  const connection = new Connection({ ...values, credentials: 'omit' })
  const remote = new Remote(connection, maxResponseSize, loginFix)
  return {
    manifest: () => remote.manifest(),
    call: (request) => remote.call(request),
  }
}

class Remote {
  readonly #connection: Connection
  readonly #maxBytes: number
  readonly #loginFix: string

  constructor(connection: Connection, maxBytes: number, loginFix: string) {
    this.#connection = connection
    this.#maxBytes = maxBytes
    this.#loginFix = loginFix
  }

  async manifest(): Promise<Manifest | ProblemEnvelope> {
    const received = await this.#send(MANIFEST_PATH, null)
    if ('error' in received) return received
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
    if ('error' in received) return received
    const { status, value } = received
    return readAnswer(value, status, request.dry_run === true) ?? refusal('remote_invalid')
  }

  async #send(target: string, body: string | null): Promise<ReadDocument | ProblemEnvelope> {
    const headers = new Headers({ accept: 'application/json' })
    if (body !== null) headers.set('content-type', 'application/json')
    const received = await this.#connection.send(
      { method: body === null ? 'GET' : 'POST', target, headers, body },
      (response) => readDocument(response, this.#maxBytes),
    )
    if (received instanceof Problem) return this.#refused(received)
    const { status, value } = received
    if (status !== 401 || isFailure(value)) return received
    const problem = readProblem(value, status) ?? refusal('AUTHENTICATION_ERROR')
    return problem.error.code === 'AUTHENTICATION_ERROR' ? this.#advised(problem) : received
  }

  #refused(problem: Problem): ProblemEnvelope {
    const envelope = problemEnvelope(problem)
    // What the token function failed with is no matter of logging in.
    const isCredential = problem.code === 'AUTHENTICATION_ERROR' && problem.cause === undefined
    return isCredential ? this.#advised(envelope) : envelope
  }

  #advised(problem: ProblemEnvelope): ProblemEnvelope {
    return { ...problem, error: { ...problem.error, fix: this.#loginFix } }
  }
}
