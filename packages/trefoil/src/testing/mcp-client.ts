import type { Awaitable } from '../base/promise.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { MCP_PATH } from '../contract/protocol/paths.ts'
import { callerHeaders, type HeadersInput, headerPairs, mergePairs } from './header-pairs.ts'
import type { TestHttp } from './http-client.ts'
import { type JsonMembers, McpAnswer } from './mcp-answer.ts'

/** The stateless revision (`modern`, 2026-07-28) or the ones with a handshake (`legacy`). */
export type McpEraName = 'legacy' | 'modern'

/** One request to the MCP endpoint. */
export interface McpRequestOptions {
  /** Bearer token. */
  readonly token?: string
  /** `Origin` header, as a browser sends it. */
  readonly origin?: string
  /** Default: the client's `era`. */
  readonly era?: McpEraName
  /** Default: the newest revision of the era. */
  readonly protocolVersion?: string
  readonly headers?: HeadersInput
  /** More members of `params._meta`. */
  readonly meta?: Readonly<Record<string, unknown>>
  /** What the client says it can, such as `{ elicitation: { form: {} } }`. Default `{}`: it can be asked nothing. */
  readonly capabilities?: JsonMembers
}

/** One request that may be asked something (`call.ask()`). */
export interface McpAskedOptions extends McpRequestOptions {
  /** `requestState` of the answer before. */
  readonly requestState?: string
  /** Answers to its `inputRequests`, by their keys: `{ sure: { action: 'accept', content: { ok: true } } }`. */
  readonly answers?: JsonMembers
  /**
   * Answers whatever is asked, round by round, until nothing is asked any more; at most 20 rounds. What it returns are the
   * answers by key, or `null` to leave it at that. Say with `capabilities` what the client can.
   */
  readonly answer?: (inputRequests: JsonMembers) => Awaitable<JsonMembers | null>
}

/** One tool call. */
export interface McpCallOptions extends McpAskedOptions {
  readonly approvalToken?: string
  /** Validate and hash, run nothing. Default false. */
  readonly dryRun?: boolean
}

/** One page of a list. */
export interface McpListOptions extends McpRequestOptions {
  /** Where it goes on. Default: at its beginning. */
  readonly cursor?: string
}

/** One question for suggestions. */
export interface McpCompleteOptions extends McpRequestOptions {
  /** What the other arguments are filled in with. Default: nothing. */
  readonly arguments?: Readonly<Record<string, string>>
}

const REQUEST_OPTIONS: OptionNames<McpRequestOptions> = {
  token: true,
  origin: true,
  era: true,
  protocolVersion: true,
  headers: true,
  meta: true,
  capabilities: true,
}
const ASKED_OPTIONS: OptionNames<McpAskedOptions> = {
  ...REQUEST_OPTIONS,
  requestState: true,
  answers: true,
  answer: true,
}
const CALL_OPTIONS: OptionNames<McpCallOptions> = {
  ...ASKED_OPTIONS,
  approvalToken: true,
  dryRun: true,
}

const LIST_OPTIONS: OptionNames<McpListOptions> = { ...REQUEST_OPTIONS, cursor: true }

const COMPLETE_OPTIONS: OptionNames<McpCompleteOptions> = { ...REQUEST_OPTIONS, arguments: true }

const MOST_ROUNDS = 20
const NEWEST = { legacy: '2025-11-25', modern: '2026-07-28' } as const
const CLIENT = { name: 'trefoil-test-client', version: '1' } as const
const VERSION_KEY = 'io.modelcontextprotocol/protocolVersion'
const CAPABILITIES_KEY = 'io.modelcontextprotocol/clientCapabilities'

/** The MCP endpoint of an app under test (TEST-5). */
export class TestMcp {
  readonly #http: TestHttp
  readonly #era: McpEraName
  #nextId = 1

  constructor(http: TestHttp, era: McpEraName) {
    this.#http = http
    this.#era = era
  }

  /** The handshake of the legacy era. */
  async initialize(options: McpRequestOptions = {}): Promise<McpAnswer> {
    checkOptionNames('testClient().mcp.initialize()', options, REQUEST_OPTIONS)
    const protocolVersion = options.protocolVersion ?? NEWEST.legacy
    const { capabilities = {} } = options
    const params = { protocolVersion, capabilities, clientInfo: CLIENT }
    return this.#call('initialize', params, { ...options, era: 'legacy' })
  }

  /** `server/discover` of the modern era. */
  async discover(options: McpRequestOptions = {}): Promise<McpAnswer> {
    checkOptionNames('testClient().mcp.discover()', options, REQUEST_OPTIONS)
    return this.#call('server/discover', {}, { ...options, era: 'modern' })
  }

  /** @param options `cursor`: what the page before said by `nextCursor` */
  async listTools(options: McpListOptions = {}): Promise<McpAnswer> {
    return this.#list('tools/list', 'listTools', options)
  }

  async callTool(
    name: string,
    args: JsonMembers = {},
    options: McpCallOptions = {},
  ): Promise<McpAnswer> {
    checkOptionNames('testClient().mcp.callTool()', options, CALL_OPTIONS)
    const { approvalToken, dryRun } = options
    const meta = {
      ...(approvalToken === undefined ? {} : { approvalToken }),
      ...(dryRun === undefined ? {} : { dryRun }),
      ...options.meta,
    }
    return this.#inRounds('tools/call', { name, arguments: args }, { ...options, meta })
  }

  /** `resources/read`. */
  async readResource(uri: string, options: McpAskedOptions = {}): Promise<McpAnswer> {
    checkOptionNames('testClient().mcp.readResource()', options, ASKED_OPTIONS)
    return this.#inRounds('resources/read', { uri }, options)
  }

  /** @param options `cursor`: what the page before said by `nextCursor` */
  async listResources(options: McpListOptions = {}): Promise<McpAnswer> {
    return this.#list('resources/list', 'listResources', options)
  }

  /** @param options `cursor`: what the page before said by `nextCursor` */
  async listResourceTemplates(options: McpListOptions = {}): Promise<McpAnswer> {
    return this.#list('resources/templates/list', 'listResourceTemplates', options)
  }

  /** @param options `cursor`: what the page before said by `nextCursor` */
  async listPrompts(options: McpListOptions = {}): Promise<McpAnswer> {
    return this.#list('prompts/list', 'listPrompts', options)
  }

  /** `prompts/get`. @param args texts, as hosts send them */
  async getPrompt(
    name: string,
    args: Readonly<Record<string, string>> = {},
    options: McpAskedOptions = {},
  ): Promise<McpAnswer> {
    checkOptionNames('testClient().mcp.getPrompt()', options, ASKED_OPTIONS)
    return this.#inRounds('prompts/get', { name, arguments: args }, options)
  }

  /**
   * `completion/complete`: suggestions for what is typed into one argument.
   *
   * @param of name of a prompt, or a template with its variables, such as `order://{order_id}`
   */
  async complete(
    of: string,
    argument: string,
    typed = '',
    options: McpCompleteOptions = {},
  ): Promise<McpAnswer> {
    checkOptionNames('testClient().mcp.complete()', options, COMPLETE_OPTIONS)
    const { arguments: others, ...request } = options
    const ref = of.includes('{')
      ? { type: 'ref/resource', uri: of }
      : { type: 'ref/prompt', name: of }
    const context = others === undefined ? {} : { context: { arguments: others } }
    const params = { ref, argument: { name: argument, value: typed }, ...context }
    return this.#call('completion/complete', params, request)
  }

  /** Sends any JSON value with these headers and no others than the content type. */
  async request(message: unknown, headers: HeadersInput = {}): Promise<McpAnswer> {
    const base = headerPairs({ accept: 'application/json, text/event-stream' })
    const response = await this.#http.post(MCP_PATH, {
      json: message,
      headers: mergePairs(base, headerPairs(headers)),
    })
    return new McpAnswer(response)
  }

  #list(method: string, name: string, options: McpListOptions): Promise<McpAnswer> {
    checkOptionNames(`testClient().mcp.${name}()`, options, LIST_OPTIONS)
    const { cursor } = options
    return this.#call(method, cursor === undefined ? {} : { cursor }, options)
  }

  /** A request, and those that answer what it asked. */
  async #inRounds(
    method: string,
    params: JsonMembers,
    options: McpAskedOptions,
  ): Promise<McpAnswer> {
    const { answer: toAnswer } = options
    const { requestState, answers: inputResponses } = options
    let said: JsonMembers = {
      ...(requestState === undefined ? {} : { requestState }),
      ...(inputResponses === undefined ? {} : { inputResponses }),
    }
    for (let round = 1; ; round++) {
      const answer = await this.#call(method, { ...params, ...said }, options)
      const { inputRequests, requestState } = answer
      if (toAnswer === undefined || inputRequests === null || round > MOST_ROUNDS) return answer
      const inputResponses = await toAnswer(inputRequests)
      if (inputResponses === null) return answer
      said = { inputResponses, ...(requestState === null ? {} : { requestState }) }
    }
  }

  #call(method: string, params: JsonMembers, options: McpRequestOptions): Promise<McpAnswer> {
    const era = options.era ?? this.#era
    const version = options.protocolVersion ?? NEWEST[era]
    const meta = {
      ...(era === 'modern'
        ? { [VERSION_KEY]: version, [CAPABILITIES_KEY]: options.capabilities ?? {} }
        : {}),
      ...options.meta,
    }
    const message = {
      jsonrpc: '2.0',
      id: this.#nextId++,
      method,
      params: Object.keys(meta).length === 0 ? params : { ...params, _meta: meta },
    }
    const headers: [string, string][] = []
    if (method !== 'initialize') headers.push(['mcp-protocol-version', version])
    if (era === 'modern') {
      headers.push(['mcp-method', method])
      const named = params['name'] ?? params['uri']
      if (typeof named === 'string') headers.push(['mcp-name', inHeader(named)])
    }
    if (options.origin !== undefined) headers.push(['origin', options.origin])
    return this.request(message, mergePairs(headers, callerHeaders(options)))
  }
}

/** Text that a header cannot carry goes as `=?base64?…?=`. */
function inHeader(text: string): string {
  const isPlain = /^[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?$/.test(text) && !text.startsWith('=?')
  if (isPlain) return text
  const binary = Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte))
  return `=?base64?${btoa(binary.join(''))}?=`
}
