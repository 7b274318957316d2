import {
  type Accounts,
  type AccountsOptions,
  accounts,
} from '../../packages/trefoil/src/accounts.ts'
import { type Database, database } from '../../packages/trefoil/src/database.ts'
import { type App, createApp } from '../../packages/trefoil/src/index.ts'
import { type JobQueue, jobQueue } from '../../packages/trefoil/src/jobs.ts'
import { type TestClient, testClient } from '../../packages/trefoil/src/testing.ts'

/** Keys of a test. */
export const KEYS = 'a key of tests that is long enough, 0123456789'
/** Long, and no word of it is in a list. */
export const PASSWORD = 'vielle-quartz-bramble-57'
export const OTHER_PASSWORD = 'ochre-sandpiper-lintel-91'
export const ADA = 'ada@example.com'

type AnyTables = Record<string, Record<string, unknown>>

/** A mail that was sent. */
export interface SentMail {
  readonly to: string
  readonly subject: string
  readonly text: string
}

/** An app with accounts, in which nothing sleeps and no mail leaves. */
export interface AccountsApp extends AsyncDisposable {
  readonly app: App
  readonly people: Accounts
  readonly data: Database<AnyTables>
  readonly jobs: JobQueue
  readonly client: TestClient
  /** All mails so far. */
  readonly mails: SentMail[]
  /** Milliseconds since the Unix epoch. */
  at: number
  /** Another browser, or another machine: own cookies, own address. */
  browser(address?: string): TestClient
  /** Does what waits in the queue. */
  deliver(): Promise<void>
  /** What stands in the newest mail to an address behind `token=` or `#`; delivers first. */
  tokenFor(address: string): Promise<string>
  /** JSON in, what came out. */
  post(path: string, body: unknown, options?: PostOptions): Promise<Answer>
  /** Registers and opens the link. */
  person(email?: string, password?: string, more?: Record<string, unknown>): Promise<void>
  /** Signs in in bearer mode. */
  signIn(email?: string, password?: string): Promise<Answer & { readonly token: string }>
  /** Who a token is of: the status and the body of `GET /me`. */
  me(token: string): Promise<Answer>
  /** A row of the table of accounts. */
  account(email?: string): Promise<Record<string, unknown> | undefined>
}

export interface AccountsAppOptions extends Partial<AccountsOptions> {
  readonly url?: string
  /** Adds more routes, before the app starts. */
  readonly routes?: (app: App) => void
}

export interface PostOptions {
  readonly token?: string
  readonly from?: TestClient
}

export interface Answer {
  readonly status: number
  readonly body: Record<string, unknown>
  readonly headers: Headers
}

export async function accountsApp(options: AccountsAppOptions = {}): Promise<AccountsApp> {
  const { url = ':memory:', routes, ...given } = options
  const time = { at: Date.UTC(2026, 10, 30, 12) }
  const clock = given.clock ?? { now: () => time.at, elapsed: () => time.at }
  const data = database<AnyTables>({ url, migrate: 'start' })
  const jobs = jobQueue({ data, clock })
  const mails: SentMail[] = []
  const people = accounts({
    data,
    jobs,
    clock,
    keys: KEYS,
    appUrl: 'https://shop.example',
    mailer: { send: (mail) => void mails.push(mail) },
    // Nobody outside is asked by a test.
    passwordPolicy: { breachCheck: false },
    ...given,
  })
  const app = createApp({
    name: 'shop',
    env: {},
    log: { level: 'error' },
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
    parts: [data, jobs, people],
  })
  app.get('/me', (_, call) => ({
    subject: call.auth?.subject,
    session: call.auth?.session?.id,
    kind: call.auth?.kind,
  }))
  routes?.(app)
  const client = testClient(app, { lifespan: false })
  await app.startup()
  const it: AccountsApp = {
    app,
    people,
    data,
    jobs,
    client,
    mails,
    get at() {
      return time.at
    },
    set at(at) {
      time.at = at
    },
    browser: (address = '192.0.2.7') =>
      testClient(app, { clientAddress: address, lifespan: false }),
    async deliver() {
      await client.idle()
      await jobs.runDue()
    },
    async tokenFor(address) {
      await it.deliver()
      const mail = mails.findLast(({ to }) => to === address)
      const token = /[#?&]token=([A-Za-z0-9._~-]+)/.exec(mail?.text ?? '')?.[1]
      if (token === undefined) throw new Error('There is no link in its newest mail')
      return token
    },
    async post(path, body, { token, from = client } = {}) {
      const answer = await from.http.post(`/auth${path}`, {
        json: body,
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      })
      const { text } = answer
      return {
        status: answer.status,
        body: text === '' ? {} : (JSON.parse(text) as Record<string, unknown>),
        headers: answer.headers,
      }
    },
    async person(email = ADA, password = PASSWORD, more = {}) {
      await it.post('/register', { email, password, ...more })
      await it.post('/verify-email', { token: await it.tokenFor(email) })
      // Mails to one mailbox have a pause between them.
      it.at += 61_000
    },
    async signIn(email = ADA, password = PASSWORD) {
      const answer = await it.post('/login', { email, password })
      return { ...answer, token: String(answer.body['access_token']) }
    },
    async me(token) {
      const answer = await client.http.get('/me', { headers: { authorization: `Bearer ${token}` } })
      return { status: answer.status, body: answer.json(), headers: answer.headers }
    },
    account: (email = ADA) =>
      data
        .queries()
        .selectFrom('trefoil_accounts')
        .selectAll()
        .where('email', '=', email)
        .executeTakeFirst(),
    async [Symbol.asyncDispose]() {
      await client.close()
      await app.shutdown()
    },
  }
  return it
}
