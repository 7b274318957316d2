import { readAnswer, readManifest, readProblem } from '../client/read-answer.ts'
import type { AppHandle } from '../contract/call/app-handle.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import {
  type ActionAnswer,
  type ActionCallRequest,
  CALL_PATH,
  MANIFEST_PATH,
  type Manifest,
  type ProblemEnvelope,
} from '../contract/protocol/action-protocol.ts'
import { bearer, type HeaderPairs, mergePairs } from './header-pairs.ts'
import type { TestHttp } from './http-client.ts'
import type { Lifespan } from './lifespan.ts'
import type { TestResponse } from './test-response.ts'

/** Who asks, and which way. */
export interface CliManifestOptions {
  /** Bearer token. */
  readonly token?: string
  /** Call in this process (entrypoint `local`) instead of over the endpoints. Default false. */
  readonly local?: boolean
}

/** One action call. */
export interface CliCallOptions extends CliManifestOptions {
  /** Validate and hash, run nothing. Default false. */
  readonly dryRun?: boolean
  readonly approvalToken?: string
}

const MANIFEST_OPTIONS: OptionNames<CliManifestOptions> = { token: true, local: true }
const CALL_OPTIONS: OptionNames<CliCallOptions> = {
  ...MANIFEST_OPTIONS,
  dryRun: true,
  approvalToken: true,
}

/** The CLI surface of an app under test (TEST-5): the remote protocol, or this process. */
export class TestCli {
  readonly #app: AppHandle
  readonly #lifespan: Lifespan
  readonly #http: TestHttp
  readonly #headers: HeaderPairs

  constructor(app: AppHandle, lifespan: Lifespan, http: TestHttp, headers: HeaderPairs) {
    this.#app = app
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
      headers: bearer(options.token),
    })
    const answer = readAnswer(response.json(), response.status, dryRun === true)
    return answer ?? unreadable(CALL_PATH, response)
  }

  /** @throws Error when the answer is none of the protocol */
  async manifest(options: CliManifestOptions = {}): Promise<Manifest | ProblemEnvelope> {
    checkOptionNames('testClient().cli.manifest()', options, MANIFEST_OPTIONS)
    if (options.local === true) return (await this.#local(options)).manifest()
    const response = await this.#http.get(MANIFEST_PATH, { headers: bearer(options.token) })
    const document = response.json()
    const manifest = readManifest(document)
    if (manifest.ok) return manifest.value
    return readProblem(document, response.status) ?? unreadable(MANIFEST_PATH, response)
  }

  async #local({ token }: CliManifestOptions): Promise<ReturnType<AppHandle['localActions']>> {
    await this.#lifespan.begin()
    return this.#app.localActions({ headers: mergePairs(this.#headers, bearer(token)).flat() })
  }
}

function unreadable(path: string, { status, text }: TestResponse): never {
  throw new Error(
    `${path} answered ${status} with no answer of the protocol: ${text.slice(0, 200)}`,
  )
}
