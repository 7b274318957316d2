import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { parseHost } from '../web/host.ts'
import type { CookieJar, CookieOrigin } from './cookies/cookie-jar.ts'
import {
  callerHeaders,
  type HeaderPairs,
  type HeadersInput,
  hasHeader,
  headerPairs,
  mergePairs,
} from './header-pairs.ts'
import { followTarget, isRedirect } from './redirect.ts'
import { type EncodedBody, encodeBody, type TestBodyOptions } from './request-body.ts'
import { type FieldsInput, requestTarget } from './request-target.ts'
import { readResponse, type TestResponse } from './test-response.ts'
import type { Transport } from './transport.ts'

/** One request over HTTP. */
export interface TestRequestOptions extends TestBodyOptions {
  /** Added to the query; arrays repeat a name. */
  readonly params?: FieldsInput
  /** Take the place of the client's own headers of the same name. */
  readonly headers?: HeadersInput
  /** Bearer token. */
  readonly token?: string
  /** Sent instead of cookies of the same name in the jar. */
  readonly cookies?: Readonly<Record<string, string>>
  /** Leave the body unread: `for await (const piece of response.body)`. Default false. */
  readonly stream?: boolean
  /** `follow` goes up to 20 redirects along, within this app. Default `manual`. */
  readonly redirect?: 'manual' | 'follow'
  /** Aborting it is what a caller that goes away is to a server. */
  readonly signal?: AbortSignal
}

const REQUEST_OPTIONS: OptionNames<TestRequestOptions> = {
  json: true,
  body: true,
  form: true,
  files: true,
  params: true,
  headers: true,
  token: true,
  cookies: true,
  stream: true,
  redirect: true,
  signal: true,
}

/** What all requests of a client share. */
export interface ClientSite {
  readonly transport: Transport
  readonly clientAddress: string | null
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly headers: HeaderPairs
}

/** A request with the method of the name. */
export type SendRequest = (path: string, options?: TestRequestOptions) => Promise<TestResponse>

const MAX_REDIRECTS = 20

/** The HTTP API of an app under test. */
export class TestHttp {
  readonly cookies: CookieJar
  readonly get: SendRequest = (path, options) => this.request('GET', path, options)
  readonly post: SendRequest = (path, options) => this.request('POST', path, options)
  readonly put: SendRequest = (path, options) => this.request('PUT', path, options)
  readonly patch: SendRequest = (path, options) => this.request('PATCH', path, options)
  readonly delete: SendRequest = (path, options) => this.request('DELETE', path, options)
  readonly head: SendRequest = (path, options) => this.request('HEAD', path, options)
  readonly options: SendRequest = (path, options) => this.request('OPTIONS', path, options)
  readonly #site: ClientSite

  constructor(site: ClientSite, cookies: CookieJar) {
    this.#site = site
    this.cookies = cookies
  }

  /**
   * @throws ImproperlyConfigured for an option nobody reads; TypeError for a request that cannot be sent; Error when the answer breaks off or a
   * redirect leads out of the app; the signal's reason when it is aborted
   */
  async request(
    method: string,
    path: string,
    options: TestRequestOptions = {},
  ): Promise<TestResponse> {
    checkOptionNames('testClient().http', options, REQUEST_OPTIONS)
    const own = callerHeaders(options)
    let body = await encodeBody(options)
    let sent = method
    let target = requestTarget(path, options.params)
    let { scheme } = this.#site
    let headers = own
    for (let hops = 0; ; hops++) {
      const response = await this.#send(sent, target, scheme, headers, body, options)
      const location = response.headers.get('location')
      if (options.redirect !== 'follow' || !isRedirect(response.status) || location === null) {
        return response
      }
      if (hops === MAX_REDIRECTS) throw new Error(`More than ${MAX_REDIRECTS} redirects`)
      const next = followTarget(`${scheme}://${this.#site.host}${target}`, location)
      if (
        (response.status === 303 && sent !== 'HEAD') ||
        (response.status < 303 && sent === 'POST')
      ) {
        sent = 'GET'
        body = { bytes: null, type: null }
        headers = headers.filter(([name]) => !name.startsWith('content-'))
      } else if (body.bytes !== null && !(body.bytes instanceof Uint8Array)) {
        throw new TypeError('A streamed body cannot be sent again to follow a redirect')
      }
      scheme = next.scheme
      target = next.target
    }
  }

  async #send(
    method: string,
    target: string,
    scheme: 'http' | 'https',
    own: HeaderPairs,
    body: EncodedBody,
    { cookies, stream = false, signal }: TestRequestOptions,
  ): Promise<TestResponse> {
    const { transport, clientAddress, host, headers: defaults } = this.#site
    const headers = mergePairs(withFraming([['host', host]], body), mergePairs(defaults, own))
    const origin = originOf(host, target, scheme)
    // A Cookie header written by hand is all there is: the jar neither adds to it nor learns.
    const usesJar = !hasHeader(headers, 'cookie')
    const cookie = usesJar ? cookieHeader(this.cookies, origin, cookies ?? {}) : null
    if (!usesJar && cookies !== undefined) {
      throw new TypeError('Use either cookies or a Cookie header, not both')
    }
    const raw = headers.flat()
    if (cookie !== null) raw.push(...headerPairs([['cookie', cookie]]).flat())
    const encrypted = scheme === 'https'
    const answer = await transport.send(
      { method, target, headers: raw, body: body.bytes },
      { clientAddress, encrypted },
      signal,
    )
    const response = await readResponse(answer, stream)
    if (usesJar) {
      for (const line of response.headers.getSetCookie()) this.cookies.receive(line, origin)
    }
    return response
  }
}

/** Length and type as a client library sends them. */
function withFraming(headers: HeaderPairs, { bytes, type }: EncodedBody): HeaderPairs {
  if (bytes === null) return headers
  const framing: HeaderPairs =
    bytes instanceof Uint8Array
      ? [['content-length', String(bytes.byteLength)]]
      : [['transfer-encoding', 'chunked']]
  return [...headers, ...framing, ...(type === null ? [] : [['content-type', type] as const])]
}

/** Browsers trust loopback names without TLS; `testserver` is this process. */
const TRUSTED_HOSTS: ReadonlySet<string> = new Set(['testserver', 'localhost', '127.0.0.1', '::1'])

function originOf(host: string, target: string, scheme: 'http' | 'https'): CookieOrigin {
  const name = hostName(host)
  const secure = scheme === 'https' || TRUSTED_HOSTS.has(name) || name.endsWith('.localhost')
  return { host: name, path: target.split('?', 1)[0] ?? '/', secure }
}

export function hostName(host: string): string {
  return parseHost(host)?.name ?? host.toLowerCase()
}

function cookieHeader(
  jar: CookieJar,
  origin: CookieOrigin,
  own: Readonly<Record<string, string>>,
): string | null {
  const kept = jar.matching(origin).filter(({ name }) => !Object.hasOwn(own, name))
  const pairs = kept.map(({ name, value }) => (name === '' ? value : `${name}=${value}`))
  for (const [name, value] of Object.entries(own)) pairs.push(`${name}=${value}`)
  return pairs.length === 0 ? null : pairs.join('; ')
}
