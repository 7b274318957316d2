import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { readDuration } from '../contract/options/read-duration.ts'
import { ImproperlyConfigured, Problem, refuse } from '../contract/problems/problem.ts'
import type { ActionAnswer } from '../contract/protocol/action-protocol.ts'
import { CALL_PATH } from '../contract/protocol/paths.ts'
import type { RouteEntry } from '../contract/protocol/route-table.ts'
import {
  type ClientResult,
  type Failed,
  failedHere,
  failedInOwnWords,
  failedThere,
} from './client-problem.ts'
import type { ClientCallOptions } from './client-types.ts'
import type { Connection, OutgoingRequest } from './connection.ts'
import { jsonText, layOutRequest } from './lay-out-request.ts'
import { headersKind } from './option-kinds.ts'
import { readAnswer, readProblem } from './read-answer.ts'
import { readDocument } from './read-document.ts'
import { readHttpAnswer } from './read-http-answer.ts'
import type { RouteSource } from './route-source.ts'

const OPTIONS: OptionNames<ClientCallOptions> = {
  signal: true,
  timeout: true,
  headers: true,
  approvalToken: true,
  answers: true,
  requestState: true,
}

type Args = Readonly<Record<string, unknown>>
type Called = ClientResult<unknown, string>
type Sent = Pick<OutgoingRequest, 'target' | 'headers' | 'body'>

/** Calls actions by their names, over HTTP where there is a route and by name where there is none. */
export class ActionCaller {
  readonly #connection: Connection
  /** `null` to call all of them by name. */
  readonly #routes: RouteSource | null
  readonly #maxBytes: number

  constructor(connection: Connection, routes: RouteSource | null, maxBytes: number) {
    this.#connection = connection
    this.#routes = routes
    this.#maxBytes = maxBytes
  }

  async call(name: string, args: Args = {}, options: ClientCallOptions = {}): Promise<Called> {
    checkOptionNames(`${name}(): options`, options, OPTIONS)
    checkAnswers(name, options)
    const route = this.#routes === null ? null : await this.#routes.find(name)
    if (route === null) return this.#callByName(name, args, options)
    return 'ok' in route ? route : this.#callRoute(route, args, options)
  }

  async #callRoute(route: RouteEntry, args: Args, options: ClientCallOptions): Promise<Called> {
    const sent = laidOut(() => {
      const request = layOutRequest(route, args)
      setAnswers(request.headers, options)
      return request
    })
    if ('ok' in sent) return sent
    const headers = readHeaders(`${route.name}()`, options.headers)
    headers.set('accept', 'application/json, */*;q=0.5')
    if (options.approvalToken !== undefined) headers.set('approval-token', options.approvalToken)
    for (const [name, value] of sent.headers ?? []) headers.set(name, value)
    return this.#send({ ...sent, headers, method: route.method }, options, (response) =>
      readHttpAnswer(response, this.#maxBytes),
    )
  }

  async #callByName(name: string, args: Args, options: ClientCallOptions): Promise<Called> {
    const request = {
      action: name,
      arguments: args,
      ...(options.approvalToken !== undefined && { approval_token: options.approvalToken }),
      ...(options.answers !== undefined && {
        answers: options.answers,
        request_state: options.requestState,
      }),
    }
    const headers = new Headers({ accept: 'application/json', 'content-type': 'application/json' })
    const sent = laidOut(() => ({
      target: CALL_PATH,
      headers,
      body: jsonText(request, 'arguments'),
    }))
    if ('ok' in sent) return sent
    return this.#send({ ...sent, method: 'POST' }, options, async (response) => {
      const read = await readDocument(response, this.#maxBytes)
      if (read instanceof Problem) return failedHere(read)
      const { value, status } = read
      const answer = readAnswer(value, status, false)
      const { headers: told } = response
      if (answer !== null) return calledByName(answer, told)
      const problem = readProblem(value, status)
      if (problem === null) return failedHere(refuse('remote_invalid'))
      // An app without actions of its CLI has no such endpoint.
      return problem.error.code === 'not_found' ? unknownName(name) : failedThere(problem, told)
    })
  }

  async #send(
    request: OutgoingRequest,
    options: ClientCallOptions,
    read: (response: Response) => Promise<Called>,
  ): Promise<Called> {
    const timeoutMs =
      options.timeout === undefined ? undefined : readDuration('timeout', options.timeout)
    const sent = { ...request, timeoutMs, signal: options.signal }
    const called = await this.#connection.send(sent, read)
    return called instanceof Problem ? failedHere(called) : called
  }
}

function unknownName(name: string): Failed {
  const detail = `The app has no route '${name}', and no CLI action of that name`
  return failedHere(refuse('unknown_action', { detail }))
}

/** What cannot be sent as it is given is told like what the server would refuse. */
function laidOut<S extends Sent>(make: () => S): S | Failed {
  try {
    return make()
  } catch (cause) {
    const detail = cause instanceof TypeError ? cause.message : 'The arguments cannot be written'
    return failedHere(refuse('VALIDATION_ERROR', { detail, cause }))
  }
}

function calledByName(answer: ActionAnswer, headers: Headers): Called {
  // Nobody asked for a dry run, and an answer that is one has been refused.
  if (!('body' in answer))
    return failedThere(answer as Extract<ActionAnswer, { error: object }>, headers)
  const { ok, status_code: status, body, encoding, media_type } = answer
  if (!ok) return failedInOwnWords(status, body, headers)
  const value = encoding === 'base64' ? bytesOf(body, media_type) : body
  return { ok: true, value, status, headers: new Headers() }
}

/** Bytes are handed out as over HTTP. */
function bytesOf(body: unknown, type: string | undefined): unknown {
  if (typeof body !== 'string') return body
  const bytes = Uint8Array.from(atob(body), (char) => char.charCodeAt(0))
  return new Response(bytes, { headers: { 'content-type': type ?? 'application/octet-stream' } })
}

/** @throws ImproperlyConfigured for one of the two without the other: it would ask again for ever */
function checkAnswers(name: string, { answers, requestState }: ClientCallOptions): void {
  if ((answers === undefined) === (requestState === undefined)) return
  throw new ImproperlyConfigured(
    `${name}(): answers and requestState are given together; both are of the problem input_required of the call before`,
  )
}

const BEYOND_ASCII = /[^\x20-\x7e]/g

/** Beyond ASCII JSON has escapes, and headers have no agreed reading. */
function setAnswers(headers: Headers, { answers, requestState }: ClientCallOptions): void {
  if (answers === undefined || requestState === undefined) return
  const text = jsonText(answers, 'answers').replace(
    BEYOND_ASCII,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
  headers.set('request-state', requestState)
  headers.set('request-answers', text)
}

/** @throws ImproperlyConfigured for what no header can carry */
function readHeaders(where: string, given: unknown): Headers {
  const read = headersKind.read(given ?? {}, 'headers')
  if ('mistake' in read) throw new ImproperlyConfigured(`${where}: headers ${read.mistake}`)
  return read.value
}
