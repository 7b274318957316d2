import {
  type Accounts,
  type AccountsOptions,
  accounts,
} from '../../packages/trefoil/src/accounts.ts'
import type { AuditLog } from '../../packages/trefoil/src/audit.ts'
import { type Authenticator, firstOf } from '../../packages/trefoil/src/auth.ts'
import { type Database, database } from '../../packages/trefoil/src/database.ts'
import { type App, type AppOptions, createApp } from '../../packages/trefoil/src/index.ts'
import { type JobQueue, jobQueue } from '../../packages/trefoil/src/jobs.ts'
import type { Part } from '../../packages/trefoil/src/parts.ts'
import { type TestClient, testClient } from '../../packages/trefoil/src/testing.ts'

type Rows = Record<string, Record<string, unknown>>

/** A mail that was sent. */
export interface SentMail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** Keys of a test. */
export const KEYS = 'a key of tests that is long enough, 0123456789'
/** Long, and in no list. */
export const PASSWORD = 'vielle-quartz-bramble-57'

/** An access token, or the headers of somebody else. */
export type Who = string | Readonly<Record<string, string>> | undefined

/** What an answer was. */
export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
  /** The problem, of an answer that is one. */
  readonly code: unknown
}

export interface WorldOptions {
  readonly accounts?: Partial<AccountsOptions>
  readonly url?: string
  /** Beside that of the sessions: whoever else the app lets in. */
  readonly also?: Authenticator
  /** The audit log of the app, which accounts are given. */
  readonly audit?: (data: Database<Rows>) => AuditLog
  /** Further parts of the app. */
  readonly parts?: readonly Part[]
  /** Further options of the app. */
  readonly app?: Pick<AppOptions, 'agentWrites' | 'log'>
}

/** An app with accounts, and people in it. */
export class World {
  readonly data: Database<Rows>
  readonly people: Accounts
  readonly jobs: JobQueue
  readonly client: TestClient
  readonly app: App
  readonly sent: SentMail[] = []
  /** Milliseconds since the Unix epoch. */
  at: number = Date.UTC(2026, 0, 5, 12)

  constructor({
    accounts: given = {},
    url = ':memory:',
    also,
    parts = [],
    audit,
    app = {},
  }: WorldOptions = {}) {
    const clock = { now: () => this.at, elapsed: () => this.at }
    this.data = database<Rows>({ url, migrate: 'start' })
    this.jobs = jobQueue({ data: this.data, clock, work: 'never' })
    const log = audit?.(this.data)
    this.people = accounts({
      data: this.data,
      jobs: this.jobs,
      clock,
      keys: KEYS,
      mailer: { send: async (mail) => void this.sent.push(mail) },
      magicLink: true,
      emailCode: true,
      usernames: true,
      anonymous: true,
      mail: { cooldown: '1s', perHour: 1000 },
      rates: { mail: false, confirm: false, anonymous: false },
      // Locks go by the clock of the database: longer than a slow machine takes for a test.
      lockout: { baseCooldown: '1h' },
      ...(log === undefined ? {} : { audit: log }),
      ...given,
    })
    const { sessionAuth } = this.people
    const authenticate = also === undefined ? sessionAuth : firstOf(also, sessionAuth)
    this.app = createApp({
      log: { logger: QUIET },
      ...app,
      name: 'shop',
      env: {},
      auth: [{ authenticate, surfaces: ['api', 'cli'] }],
      publicSurfaces: ['mcp'],
      parts: [this.data, this.jobs, ...(log === undefined ? [] : [log]), this.people, ...parts],
    })
    this.client = testClient(this.app)
  }

  /** Any request below the prefix; `who` is a token, or headers. */
  async send(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    json?: object,
    who?: Who,
  ): Promise<Answer> {
    const { headers = {} } = typeof who === 'object' ? { headers: who } : bearer(who)
    const answer = await this.client.http.request(method, `/auth${path}`, {
      headers,
      ...(json === undefined ? {} : { json }),
    })
    return read(answer.status, answer.text)
  }

  async post(path: string, json: object, token?: string): Promise<Answer> {
    const answer = await this.client.http.post(`/auth${path}`, { json, ...bearer(token) })
    return read(answer.status, answer.text)
  }

  async get(path: string, token?: string): Promise<Answer> {
    const answer = await this.client.http.get(`/auth${path}`, bearer(token))
    return read(answer.status, answer.text)
  }

  /** Sends what waits. @returns the newest mail to an address */
  async mailTo(address: string): Promise<SentMail | undefined> {
    await this.jobs.runDue()
    return this.sent.findLast(({ to }) => to === address)
  }

  /** What stands in the newest link to an address; `page` where several kinds of mails wait. */
  async linkTo(address: string, page = ''): Promise<string> {
    await this.jobs.runDue()
    const isIt = ({ to, text }: SentMail) => to === address && text.includes(`${page}#token=`)
    const text = this.sent.findLast(isIt)?.text ?? ''
    return decodeURIComponent(/#token=(\S+)/.exec(text)?.[1] ?? 'no mail')
  }

  async codeTo(address: string): Promise<string> {
    const text = (await this.mailTo(address))?.text ?? ''
    return /\b\d{6}\b/.exec(text)?.[0] ?? 'no mail'
  }

  /** Signs in by a link; whoever has no account has one then. @returns the access token */
  async enter(address: string): Promise<string> {
    this.at += 2000
    await this.post('/magic-link', { email: address })
    return tokenOf(
      await this.post('/magic-link/confirm', { token: await this.linkTo(address, 'magic-link') }),
    )
  }

  /** Registers, and opens the link. */
  async register(email: string, password: string, more: object = {}): Promise<void> {
    this.at += 2000
    await this.post('/register', { email, password, ...more })
    await this.post('/verify-email', { token: await this.linkTo(email) })
  }

  /** @returns the access token */
  async login(username: string, password: string): Promise<string> {
    return tokenOf(await this.post('/login', { username, password }))
  }

  async idOf(token: string): Promise<string> {
    return String((await this.get('/me', token)).body['id'])
  }

  /** Statement of the test's own. */
  async run(
    text: string,
    values: readonly (string | number | null)[] = [],
  ): Promise<readonly object[]> {
    return this.data.unit((unit) => this.data.statements(unit).run(text, values))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client[Symbol.asyncDispose]()
  }
}

export function tokenOf({ body, status }: Answer): string {
  const token = body['access_token']
  if (typeof token !== 'string') throw new Error(`No login: ${status} ${JSON.stringify(body)}`)
  return token
}

const none = () => {}
const QUIET = { debug: none, info: none, warn: none, error: none }

function bearer(token: string | undefined): { readonly headers?: Record<string, string> } {
  return token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }
}

function read(status: number, text: string): Answer {
  // A script is no answer that has members.
  const body: Record<string, unknown> = text.startsWith('{') ? JSON.parse(text) : {}
  return { status, body, code: body['code'] }
}
