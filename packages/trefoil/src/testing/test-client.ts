import { type Clock, systemClock } from '../base/clock.ts'
import type { AuthContext, Identity } from '../contract/auth/auth-context.ts'
import type { AppHandle } from '../contract/call/app-handle.ts'
import { FOREIGN_APP, internalsOf, isApp, isForeignApp } from '../contract/call/app-internals.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { isHeaderValue } from '../web/raw-headers.ts'
import { type LocalActions, TestCli } from './cli-client.ts'
import { CookieJar } from './cookies/cookie-jar.ts'
import { type HeadersInput, headerPairs } from './header-pairs.ts'
import { hostName, TestHttp } from './http-client.ts'
import { Lifespan } from './lifespan.ts'
import { type McpEraName, TestMcp } from './mcp-client.ts'
import { type Overrides, withStandIns } from './stand-ins.ts'
import { Transport } from './transport.ts'

/** Options of {@link testClient}. */
export interface TestClientOptions<Replaced extends readonly unknown[] = readonly unknown[]> {
  /**
   * Who calls, on every surface that has an authenticator: it stands in for that and its
   * `onAuthenticated`, and whatever the request shows is not looked at. Everything after it runs:
   * guards, approval, limits. Actions that are public stay anonymous. Default: the app's own
   * authenticators.
   */
  readonly as?: AuthContext | Identity
  /**
   * What stands in for dependencies, for this client only: `[[db, fake], [mail, dependency(…)]]`. A
   * value is the test's to close. Default: the real ones.
   */
  readonly override?: Overrides<Replaced>
  /** Address the requests come from; `null` when the transport knows none. Default `127.0.0.1`. */
  readonly clientAddress?: string | null
  /** `Host` header of every request. Default `testserver`. */
  readonly host?: string
  /** `https` for a connection that counts as encrypted. Default `http`. */
  readonly scheme?: 'http' | 'https'
  /** Headers of every request. Default none. */
  readonly headers?: HeadersInput
  /** Run start-up on first use and shutdown on close. Default true. */
  readonly lifespan?: boolean
  /** Protocol era of `.mcp`. Default `modern`. */
  readonly era?: McpEraName
  /** Decides when cookies expire. Default: the machine's. */
  readonly clock?: Clock
}

const OPTIONS: OptionNames<TestClientOptions> = {
  as: true,
  override: true,
  clientAddress: true,
  host: true,
  scheme: true,
  headers: true,
  lifespan: true,
  era: true,
  clock: true,
}

/** An app under test. */
export class TestClient implements AsyncDisposable {
  readonly http: TestHttp
  readonly mcp: TestMcp
  readonly cli: TestCli
  readonly #lifespan: Lifespan
  readonly #transport: Transport
  readonly #idle: () => Promise<void>

  /** Use {@link testClient}. */
  constructor(app: AppHandle, options: TestClientOptions) {
    const { clientAddress = '127.0.0.1', host = 'testserver', scheme = 'http' } = options
    const headers = headerPairs(options.headers)
    const internals = internalsOf(app, 'testClient()')
    this.#idle = internals.idle
    const { as, override } = options
    const own = as === undefined && override === undefined ? null : withStandIns(app, as, override)
    this.#lifespan = new Lifespan(app, options.lifespan ?? true)
    this.#transport = new Transport(this.#lifespan, () => {
      // Also where it is not what answers: the app says how open it is, as it would without a test.
      const handler = internals.mounted()
      return own?.http ?? handler
    })
    const site = { transport: this.#transport, clientAddress, host, scheme, headers }
    const jar = () => new CookieJar(options.clock ?? systemClock, hostName(host))
    this.http = new TestHttp(site, jar())
    // Agents and terminals do not share a browser's cookies.
    this.mcp = new TestMcp(new TestHttp(site, jar()), options.era ?? 'modern')
    const local: LocalActions = own?.cli.local ?? ((credentials) => app.localActions(credentials))
    this.cli = new TestCli(local, this.#lifespan, new TestHttp(site, jar()), headers)
  }

  /**
   * Begins to stop the app, as a server does that is told to: `call.draining` is aborted, the drain
   * hooks run, and calls go on. Settles when the hooks have.
   */
  async drain(): Promise<void> {
    await this.#lifespan.begin()
    await this.#lifespan.drain()
  }

  /**
   * Settles when no background task of the app runs or waits any more (`call.background`). One that never
   * ends keeps it waiting.
   */
  async idle(): Promise<void> {
    await this.#idle()
  }

  /**
   * Breaks off answers nobody read, then runs the shutdown hooks if this client ran start-up.
   * Idempotent.
   *
   * @throws AggregateError with what the shutdown hooks threw
   */
  async close(): Promise<void> {
    this.#transport.close()
    await this.#lifespan.end()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}

/**
 * Calls an app in this process, through the code that serves it (TEST-1). Start-up runs on first
 * use, shutdown on `close()` or at the end of an `await using` block. With `as` or `override` the app
 * is compiled now, and takes no more routes.
 *
 * @throws TypeError when `app` is none, and for an `as` that is nobody; ImproperlyConfigured for an
 * option nobody reads, an `override` of what the app does not use, and an `as` where it has no
 * authenticator
 */
export function testClient<const Replaced extends readonly unknown[] = readonly []>(
  app: AppHandle,
  options: TestClientOptions<Replaced> = {},
): TestClient {
  if (isForeignApp(app)) throw new TypeError(`testClient(): the app ${FOREIGN_APP}`)
  if (!isApp(app)) throw new TypeError('testClient() requires a Trefoil application')
  checkOptionNames('testClient()', options, OPTIONS)
  if (options.host !== undefined && !isHeaderValue(options.host)) {
    throw new TypeError('testClient(): host has characters a header cannot carry')
  }
  return new TestClient(app, options)
}
