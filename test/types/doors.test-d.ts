// Every door's own declarations compile without skipLibCheck, and what they hand out has a name that
// can be imported.

import {
  type App,
  type Call,
  createApp,
  type Duration,
  dependency,
  type RateStore,
  type StreamSource,
  type stream,
} from 'trefoil'
import {
  type Accounts,
  accounts,
  computeLockout,
  DEFAULT_LOCKOUT,
  getLockoutStatus,
  type LockoutStatus,
} from 'trefoil/accounts'
import { type AuditLog, auditLog } from 'trefoil/audit'
import { type MemoryAudit, memoryAudit } from 'trefoil/audit-chain'
import {
  AuthContext,
  type Authenticator,
  type AuthRequest,
  type Guard,
  hasRole,
  type Identity,
  type JwtAuthOptions,
  type jwtAuth,
  type KeyRing,
  type keyRing,
} from 'trefoil/auth'
import { type CedarPolicies, cedar } from 'trefoil/cedar'
import type { ActionTarget, createRemoteTarget, RemoteTargetOptions } from 'trefoil/client'
import { type CookieSession, CookieSigner, cookieSession } from 'trefoil/cookies'
import { currentCall } from 'trefoil/current-call'
import { database } from 'trefoil/database'
import { type DevTokensOptions, devTokens } from 'trefoil/dev-tokens'
import { health } from 'trefoil/health'
import { type JobQueue, jobQueue } from 'trefoil/jobs'
import { type Metrics, metrics } from 'trefoil/metrics'
import { type RunningServer, type SentFileOptions, sendFile, serve } from 'trefoil/node'
import { otel } from 'trefoil/otel'
import { type Pages, pages } from 'trefoil/pages'
import type { Part } from 'trefoil/parts'
import { openPostgres } from 'trefoil/postgres'
import { redis, type SharedRedis } from 'trefoil/redis'
import { sqliteDialect } from 'trefoil/sqlite'
import { sqlRates } from 'trefoil/stores'
import {
  type createToken,
  type Overrides,
  type TestCli,
  type TestClient,
  type TestHttp,
  type TestMcp,
  type TokenOptions,
  testClient,
} from 'trefoil/testing'
import { type Webhooks, webhooks } from 'trefoil/webhooks'
import { type Equal, type Expect, exact } from './expect.ts'
import { app, db, type Session, session } from './setting.ts'

export type Checks = [
  Expect<Equal<Awaited<ReturnType<typeof serve>>, RunningServer>>,
  Expect<Equal<ReturnType<typeof createRemoteTarget>, ActionTarget>>,
  Expect<Equal<Parameters<typeof createRemoteTarget>[0], RemoteTargetOptions>>,
  Expect<Equal<Parameters<typeof jwtAuth>[0], JwtAuthOptions | undefined>>,
  Expect<Equal<ReturnType<typeof keyRing>, KeyRing>>,
  Expect<Equal<Parameters<typeof createToken>[0], TokenOptions>>,
  Expect<Equal<Parameters<typeof stream>[0], StreamSource>>,
]

exact<Promise<Response>>()(app.fetch(new Request('http://localhost/')))
serve(app)
// @ts-expect-error an app is served, not a function
serve(() => new Response())

// trefoil/auth
const identity: Identity<number> = { subject: 'ada', payload: 7 }
exact<number>()(new AuthContext(identity).payload)
exact<Guard>()(hasRole('a'))
createApp({
  auth: [{ surfaces: ['api'], authenticate: (_: AuthRequest) => new AuthContext(identity) }],
})

// trefoil/cookies
const cookies = cookieSession<{ cart: readonly string[] }>({ keys: 'k' })
app.get('/cart', { params: { cookies } }, ({ cookies }) => {
  exact<CookieSession<{ cart: readonly string[] }>>()(cookies)
})
exact<CookieSigner>()(new CookieSigner('k'))

// trefoil/node
const kept: SentFileOptions = { maxAge: '1h' satisfies Duration }
sendFile('a.txt', kept)

// trefoil/testing
const client = testClient(app)
exact<TestClient>()(client)
exact<TestHttp>()(client.http)
exact<TestMcp>()(client.mcp)
exact<TestCli>()(client.cli)
testClient(app, { as: { subject: 'ada', roles: ['clerk'] } })
testClient(app, { as: new AuthContext({ subject: 'ada' }) })
// @ts-expect-error nobody
testClient(app, { as: { roles: ['clerk'] } })
// @ts-expect-error not an identity
testClient(app, { as: 'ada' })

const mail = dependency(() => (text: string) => text.length, { name: 'mail' })
testClient(app, { override: [[db, session]] })
testClient(app, {
  override: [
    [db, session],
    [mail, () => 7],
  ],
})
testClient(app, { override: [[db, dependency(() => session)]] })
testClient(app, { override: [[mail, (text) => text.length, { resolved: true }]] })
const overrides: Overrides<[Session, (text: string) => number]> = [
  [db, session],
  [mail, () => 7],
]
testClient(app, { override: overrides })
// @ts-expect-error no session
testClient(app, { override: [[db, { search: () => null }]] })
testClient(app, {
  override: [
    [db, session],
    // @ts-expect-error gives text instead of a number
    [mail, (text) => text],
  ],
})
// @ts-expect-error a dependency of something else
testClient(app, { override: [[db, dependency(() => 7)]] })
// @ts-expect-error no dependency
testClient(app, { override: [[{ name: 'db' }, session]] })

// What a file of another name may call an app.
export function close(any: App): Promise<void> {
  return any.shutdown()
}
close(app)

// trefoil/parts, trefoil/health
exact<Part>()(health())
exact<Pages>()(pages({ keys: 'k'.repeat(32) }))

// trefoil/metrics, trefoil/otel
exact<Metrics>()(metrics({ token: 'a-token-of-the-scraper' }))
exact<Part>()(otel())

// trefoil/current-call: what every call is, whoever is calling
exact<Call>()(currentCall())
exact<AuthContext | null>()(currentCall().auth)

// trefoil/database
const stock = database<{ stock: { sku: string } }>()
const part: Part = stock
part.name
stock.queries().selectFrom('stock').select('sku')
// @ts-expect-error: no such table
stock.queries().selectFrom('nothing')

// trefoil/audit, trefoil/audit-chain, trefoil/jobs, trefoil/webhooks, trefoil/stores: any database will do
exact<AuditLog>()(auditLog({ keys: 'k', data: stock }))
exact<MemoryAudit>()(memoryAudit())
const jobs = jobQueue({ data: stock })
exact<JobQueue>()(jobs)
exact<Webhooks>()(webhooks({ data: stock, jobs, keys: 'k' }))
exact<RateStore>()(sqlRates(stock))
// @ts-expect-error no database
jobQueue({ data: 'app.db' })

// trefoil/accounts
const people = accounts({ data: stock, jobs, keys: 'k'.repeat(32) })
exact<Accounts>()(people)
exact<Authenticator>()(people.sessionAuth)
// @ts-expect-error no database
accounts({ keys: 'k'.repeat(32) })
exact<Accounts>()(accounts({ data: stock, lockout: { window: '15m' } }))
exact<LockoutStatus>()(computeLockout(7, DEFAULT_LOCKOUT))
exact<Promise<LockoutStatus>>()(getLockoutStatus(stock, { userId: 'u1' }))
// @ts-expect-error a bare number is no duration
computeLockout(7, { window: 900 })
// @ts-expect-error no database
getLockoutStatus('app.db', { userId: 'u1' })

// trefoil/redis
exact<SharedRedis>()(redis())
exact<RateStore>()(redis().rates)

// trefoil/cedar, trefoil/dev-tokens, trefoil/postgres, trefoil/sqlite
exact<(options: DevTokensOptions) => Part>()(devTokens)
const policies: CedarPolicies = cedar({ policies: 'permit (principal, action, resource);' })
policies.test({ action: 'read', type: 'Order' })
sqliteDialect
openPostgres
