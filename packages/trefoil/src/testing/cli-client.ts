import { readAnswer, readManifest, readProblem } from '../client/read-answer.ts'
import type { LocalCredentials } from '../contract/call/app-handle.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import type {
  ActionAnswer,
  ActionCallRequest,
  ActionTarget,
  Manifest,
  ProblemEnvelope,
} from '../contract/protocol/action-protocol.ts'
import { CALL_PATH, MANIFEST_PATH } from '../contract/protocol/paths.ts'
import { callerHeaders, type HeaderPairs, type HeadersInput, mergePairs } from './header-pairs.ts'
import type { TestHttp } from './http-client.ts'
import type { Lifespan } from './lifespan.ts'
import type { TestResponse } from './test-response.ts'

/** Makes the actions of this process for a caller. */
export type LocalActions = (credentials: LocalCredentials) => ActionTarget

/** Who asks, and which way. */
export interface CliManifestOptions {
  /** Bearer token. */
  readonly token?: string
  /** More request headers; they take the place of the client's own of the same name. */
  readonly headers?: HeadersInput
  /** Call in this process (entrypoint `local`) instead of over the endpoints. Default false. */
  readonly local?: boolean
}

/** One action call. */
export interface CliCallOptions extends CliManifestOptions {
  /** Validate and hash, run nothing. Default false. */
  readonly dryRun?: boolean
  readonly approvalToken?: string
}

const MANIFEST_OPTIONS: OptionNames<CliManifestOptions> = {
  token: true,
  headers: true,
  local: true,
}
const CALL_OPTIONS: OptionNames<CliCallOptions> = {
  ...MANIFEST_OPTIONS,
  dryRun: true,
  approvalToken: true,
}

/** The CLI surface of an app under test (TEST-5): the remote protocol, or this process. */
export class TestCli {
  readonly #actions: LocalActions
  readonly #lifespan: Lifespan
  readonly #http: TestHttp
  readonly #headers: HeaderPairs

  constructor(actions: LocalActions, lifespan: Lifespan, http: TestHttp, headers: HeaderPairs) {
    this.#actions = actions
    this.#lifespan = lifespan
    this.#http = http
    this.#headers = headers
  }

  /** @throws Error when the answer is none of the protocol */
  async call(
    action: string,
    args: Readonly<Record<string, unknown>> = {},
    options: CliCallOptions = {},
  ): Promise<ActionAnswer> {
    checkOptionNames('testClient().cli.call()', options, CALL_OPTIONS)
    const { dryRun, approvalToken } = options
    const request: ActionCallRequest = {
      action,
      arguments: args,
      ...(dryRun === undefined ? {} : { dry_run: dryRun }),
      ...(approvalToken === undefined ? {} : { approval_token: approvalToken }),
    }
    if (options.local === true) return (await this.#local(options)).call(request)
    const response = await this.#http.post(CALL_PATH, {
      json: request,
      headers: callerHeaders(options),
    })
    const answer = readAnswer(response.json(), response.status, dryRun === true)
    return answer ?? unreadable(CALL_PATH, response)
  }

  /** @throws Error when the answer is none of the protocol */
  async manifest(options: CliManifestOptions = {}): Promise<Manifest | ProblemEnvelope> {
    checkOptionNames('testClient().cli.manifest()', options, MANIFEST_OPTIONS)
    if (options.local === true) return (await this.#local(options)).manifest()
    const response = await this.#http.get(MANIFEST_PATH, { headers: callerHeaders(options) })
    const document = response.json()
    const manifest = readManifest(document)
    if (manifest.ok) return manifest.value
    return readProblem(document, response.status) ?? unreadable(MANIFEST_PATH, response)
  }

  async #local(options: CliManifestOptions): Promise<ActionTarget> {
    await this.#lifespan.begin()
    return this.#actions({ headers: mergePairs(this.#headers, callerHeaders(options)).flat() })
  }
}

function unreadable(path: string, { status, text }: TestResponse): never {
  throw new Error(
    `${path} answered ${status} with no answer of the protocol: ${text.slice(0, 200)}`,
  )
}
