import { generateKeyPairSync } from 'node:crypto'
import { tmpdir } from 'node:os'
import {
  ask,
  body,
  type Call,
  checkPreconditions,
  cookie,
  createApp,
  defineProblems,
  defineSettings,
  dependency,
  encoded,
  field,
  file,
  files,
  form,
  HttpError,
  header,
  html,
  ImproperlyConfigured,
  memoryRates,
  Problem,
  path,
  query,
  redirect,
  reply,
  returning,
  secret,
  sse,
  stream,
} from 'trefoil'
import {
  accounts,
  BreachChecker,
  computeLockout,
  consoleMailer,
  getLockoutStatus,
  oidcProvider,
  PasswordPolicy,
  recordAttempt,
  smtpMailer,
  verifyPasskeyEvidence,
} from 'trefoil/accounts'
import { auditFile, auditLog } from 'trefoil/audit'
import {
  auditCheckpoints,
  memoryAudit,
  memoryTree,
  verifyAudit,
  verifyCheckpoint,
} from 'trefoil/audit-chain'
import {
  AuthContext,
  AuthenticationError,
  apiKeyAuth,
  clientCertificateAuth,
  condition,
  deny,
  firstOf,
  guard,
  inputGuard,
  introspectionAuth,
  jwtAuth,
  memoryApiKeys,
  owns,
  permissions,
  policy,
  refusal,
} from 'trefoil/auth'
import { cedar } from 'trefoil/cedar'
import { createRemoteTarget } from 'trefoil/client'
import { CookieSigner, cookieSession } from 'trefoil/cookies'
import { database } from 'trefoil/database'
import { devTokens } from 'trefoil/dev-tokens'
import { health } from 'trefoil/health'
import { jobQueue } from 'trefoil/jobs'
import { metrics } from 'trefoil/metrics'
import { sendFile, serve, staticFiles, toNodeHandler } from 'trefoil/node'
import { otel } from 'trefoil/otel'
import { pages } from 'trefoil/pages'
import { definePart, type PartApp, readOptions } from 'trefoil/parts'
import { redis } from 'trefoil/redis'
import { memoryAttempts, sqlSpentTokens } from 'trefoil/stores'
import {
  accessMatrix,
  createToken,
  expectAccess,
  rateStoreContract,
  testClient,
  client as typedClient,
} from 'trefoil/testing'
import { webhooks } from 'trefoil/webhooks'
import { z } from 'zod'

/** Hands options over, and waits for what comes of it. What JavaScript may hand over has no type. */
// biome-ignore lint/suspicious/noExplicitAny: what is tested is what the compiler would refuse
type Use = (options: any) => unknown

/** How a place at the doors is handed its options. */
export interface OptionUse {
  readonly use: Use
  /** Options without which it would complain of something else. */
  readonly good: Readonly<Record<string, unknown>>
}

const SECRET = 'a secret of more than thirty-two bytes'
const URL = 'http://localhost:1'
const silent = { debug() {}, info() {}, warn() {}, error() {} }

const quiet = (options: object = {}) =>
  createApp({ name: 'doors', env: {}, log: { logger: silent }, ...options })

/** Of a call of this app; `ended` tells what was thrown in its handler. */
async function inCall(use: (call: Call) => unknown): Promise<unknown> {
  const app = quiet()
  let thrown: { readonly error: unknown } | null = null
  app.get('/', (_, call) => {
    try {
      return use(call)
    } catch (error) {
      thrown = { error }
      return null
    }
  })
  const answer = await app.fetch(new Request('http://localhost/'))
  if (thrown !== null) throw (thrown as { readonly error: unknown }).error
  return answer
}

/** Declares, and compiles what was declared. */
function declared(declare: (app: ReturnType<typeof quiet>) => unknown): unknown {
  const app = quiet({ publicSurfaces: ['api', 'mcp', 'cli'] })
  declare(app)
  return app.catalogue
}

const ACTION = { name: 'one', description: 'One.' }
const handler = () => 1

/** What no option changes: a bare request is answered by it. */
const app = quiet()
app.get('/', handler)
const client = () => testClient(app)

const uses: Record<string, OptionUse> = {}

function add(place: string, use: Use, good: Readonly<Record<string, unknown>> = {}): void {
  uses[place] = { use, good }
}

for (const owner of ['App', 'RouteGroup']) {
  const on = (root: ReturnType<typeof quiet>) => (owner === 'App' ? root : root.group('/g'))
  for (const verb of ['get', 'post', 'put', 'patch', 'delete'] as const) {
    add(`${owner}.${verb} OperationOptions`, (options) =>
      declared((root) => on(root)[verb]('/x', options, handler)),
    )
  }
  add(
    `${owner}.action OperationOptions`,
    (options) => declared((root) => on(root).action('one', { cli: true, ...options }, handler)),
    ACTION,
  )
  add(
    `${owner}.tool OperationOptions`,
    (options) => declared((root) => on(root).tool('one', options, handler)),
    ACTION,
  )
  for (const type of ['OperationOptions', 'ReadOnlyOptions', 'ResourceOptions']) {
    add(
      `${owner}.resource ${type}`,
      (options) => declared((root) => on(root).resource('x://one', options, handler)),
      { name: 'one' },
    )
  }
  for (const type of ['OperationOptions', 'ReadOnlyOptions', 'PromptOptions']) {
    add(
      `${owner}.prompt ${type}`,
      (options) => declared((root) => on(root).prompt('one', options, () => 'said')),
      { description: 'One.' },
    )
  }
  add(`${owner}.group GroupOptions`, (options) =>
    declared((root) => on(root).group('/h', options).get('/x', handler)),
  )
}
add('ResourceOptions.annotations ContentAnnotations', (annotations) =>
  declared((root) => root.resource('x://one', { name: 'one', annotations }, handler)),
)
add('OperationOptions.hints ToolHints', (hints) =>
  declared((root) => root.get('/x', { hints }, handler)),
)
for (const [owner, declare] of [
  ['OperationOptions', (options: object) => declared((root) => root.get('/x', options, handler))],
  [
    'GroupOptions',
    (options: object) => declared((root) => root.group('/h', options).get('/x', handler)),
  ],
] as const) {
  add(`${owner}.breaker BreakerOptions`, (breaker) => declare({ breaker }))
  add(`${owner}.concurrency ConcurrencyOptions`, (concurrency) => declare({ concurrency }), {
    limit: 1,
  })
}
add(
  'OperationOptions.cache CacheOptions',
  (cache) => declared((root) => root.get('/x', { cache }, handler)),
  { for: '30s', per: 'everyone' },
)
const RATE = { limit: '5/min' }
add(
  'OperationOptions.rate RateOptions',
  (rate) => declared((root) => root.get('/x', { rate }, handler)),
  RATE,
)
add(
  'GroupOptions.rate RateOptions',
  (rate) => declared((root) => root.group('/g', { rate }).get('/x', handler)),
  RATE,
)
add('LimitOptions.rate RateOptions', (rate) => quiet({ limits: { rate } }).catalogue, RATE)
const people = (options: object) =>
  accounts({
    data: database(':memory:'),
    keys: 'a key of tests that is long enough, 0123456789',
    appUrl: 'https://shop.example',
    ...options,
  })
add('accounts AccountsOptions', people)
add('AccountsOptions.oauth OAuthOptions', (oauth) => people({ oauth }))
add('oidcProvider OidcProviderOptions', oidcProvider, {
  issuer: 'https://accounts.example.com',
  clientId: 'shop',
})
add('AccountsOptions.lockout LockoutConfig', (lockout) => people({ lockout }))
add('AccountsOptions.mfa MfaOptions', (mfa) => people({ mfa }))
add('MfaOptions.emailOtp EmailOtpOptions', (emailOtp) => people({ mfa: { emailOtp } }))
add('AccountsOptions.passkeys PasskeyOptions', (passkeys) => people({ passkeys }))
add(
  'verifyPasskeyEvidence ExpectedEvidence',
  // Of nobody: what is expected is looked at before it.
  (expected) => verifyPasskeyEvidence(null as never, expected as never),
  { digest: 'AAAA', publicKey: 'AAAA', rpId: 'shop.example', origins: ['https://shop.example'] },
)
add('AccountsOptions.pages AccountPagesOptions', (pages) => people({ pages }))
add('AccountsOptions.rates AccountRateOptions', (rates) => people({ rates }))
for (const name of ['mail', 'confirm', 'anonymous']) {
  add(`AccountRateOptions.${name} RateOptions`, (rate) => people({ rates: { [name]: rate } }), RATE)
}
add('computeLockout LockoutConfig', (config) => computeLockout(1, config))
// Of nobody: the database is not asked.
const attempts = () => database(':memory:')
add('getLockoutStatus LockoutConfig', (config) => getLockoutStatus(attempts(), {}, config))
add('getLockoutStatus AttemptKey', (key) => getLockoutStatus(attempts(), key))
add('recordAttempt LoginAttempt', (attempt) => recordAttempt(attempts(), attempt as never), {
  success: true,
})
add('memoryRates MemoryRatesOptions', (options) => memoryRates(options))
add('rateStoreContract RateStoreContractOptions', (options) =>
  rateStoreContract(() => memoryRates(), options),
)
add(
  'defineSettings SettingsOptions',
  (options) => defineSettings({ port: z.int().default(1) }, options as never),
  { envPrefix: 'DOORS_', env: {} },
)
add('secret SecretOptions', (options) => secret(options))
add('App.fetch FetchContext', (context) => app.fetch(new Request('http://localhost/'), context))
add('App.localActions LocalCredentials', (given) => app.localActions(given), { headers: [] })
add('App.startup StartupOptions', (options) => quiet().startup(options))
const part = { name: 'own' }
add('App.include Part', (given) => quiet().include(given), part)
add('definePart Part', (given) => definePart(given), part)
add('CreateAppOptions.parts Part', (given) => quiet({ parts: [given] }), part)
const withPart = (members: object) => definePart({ ...part, ...members } as never)
add(
  'Part.endpoints PartEndpoint',
  (endpoint) => quiet({ parts: [withPart({ endpoints: [endpoint] })] }).catalogue,
  { method: 'GET', path: '/own', handle: handler },
)
add('Part.variables PartVariable', (variable) => withPart({ variables: [variable] }), {
  name: 'TREFOIL_OWN_NAME',
  doc: 'A name.',
})
const command = { name: 'go', describe: 'Go.', run: handler }
add('Part.commands PartCommand', (given) => withPart({ commands: [given] }), command)
add(
  'PartCommand.options CommandOption',
  (option) => withPart({ commands: [{ ...command, options: { far: option } }] }),
  { describe: 'How far.' },
)
add(
  'Part.authenticator AnyAuthConfig',
  (config) => quiet({ parts: [withPart({ authenticator: config })] }).catalogue,
  {
    authenticate: (_request: unknown) => null,
    surfaces: ['api'],
  },
)
const row = { status: 409, text: 'Locked', fix: 'Unlock it.' }
add('defineProblems OwnProblemRow', (given) => defineProblems('own', { own_locked: given }), row)
add('ProblemSet.problem ProblemOptions', (options) =>
  defineProblems('own', { own_locked: row }).problem('own_locked', options),
)
add('database DatabaseOptions', (options) => database(options))
add('DatabaseOptions.migrations Migration', (step) => database({ migrations: [step] }), {
  name: '0001',
  sql: 'select 1',
})
add('Migration.sql MigrationSql', (sql) => database({ migrations: [{ name: '1', sql }] }), {
  sqlite: 'select 1',
  postgres: 'select 1',
})
// A database takes the tables of a queue once.
const freshData = {
  get data() {
    return database()
  },
}
const queue = () => jobQueue(freshData)
add('jobQueue JobQueueOptions', (options) => jobQueue(options), freshData)
add('JobQueue.define JobOptions', (options) => queue().define('a', options, () => {}))
for (const where of ['JobQueue.send', 'CallJobs.send']) {
  add(`${where} SendJobOptions`, async (options) => {
    const jobs = queue()
    jobs.define('a', {}, () => {})
    // Its unit is none: it is looked at after the options.
    await jobs.send({}, 'a', {}, options).catch((error: Error) => {
      if (!error.message.includes('needs a unit')) throw error
    })
  })
}
add('AttemptData.tables Migration', (step) => database().tables('own', [step]), {
  name: '0001',
  sql: 'select 1',
})
add('AnyDatabase.tables Migration', (step) => database().tables('own', [step]), {
  name: '0001',
  sql: 'select 1',
})
add('BackgroundCall.background BackgroundOptions', async (options) => {
  const own: PartApp[] = []
  const part = definePart({ name: 'own', start: (given) => void own.push(given) })
  const working = quiet({ parts: [part] })
  await working.startup({ announce: false })
  try {
    await own[0]?.perform({ name: 'own', run: (one) => one.background(() => {}, options) })
  } finally {
    await working.shutdown()
  }
})
add('webhooks WebhooksOptions', (options) => webhooks(options), {
  keys: 'k'.repeat(32),
  get data() {
    return database()
  },
  get jobs() {
    return queue()
  },
})
add('BreachChecker BreachCheckerOptions', (options) => new BreachChecker(options))
add('PasswordPolicy PasswordPolicyOptions', (options) => new PasswordPolicy(options))
add('AccountsOptions.clients PasswordClient', (client) => people({ clients: { web: client } }))
add('AccountsOptions.mail MailOptions', (mail) => people({ mail }))
const smtp = { host: 'localhost', from: 'store@example.com' }
add('AccountsOptions.smtp SmtpOptions', (options) => people({ smtp: options }), smtp)
add('smtpMailer SmtpOptions', (options) => smtpMailer(options), smtp)
add('consoleMailer ConsoleMailerOptions', (options) => consoleMailer(options))
add('AccountsOptions.cookie LoginCookieOptions', (cookie) => people({ cookie }))
add('AccountsOptions.passwordHashing PasswordHashingOptions', (passwordHashing) =>
  people({ passwordHashing }),
)
add('AccountsOptions.passwordPolicy PasswordPolicyOptions', (passwordPolicy) =>
  people({ passwordPolicy }),
)
add('Database.tables Migration', (step) => database().tables('own', [step]), {
  name: '0001',
  sql: 'select 1',
})
add('health HealthOptions', (options) => health(options))
add('pages PagesOptions', (options) => pages(options), { keys: 'k'.repeat(32) })
const site = pages({ keys: 'k'.repeat(32) })
const show = () => ({}) as never
const send = () => site.go('/')
const shown = (options: object) =>
  declared((root) => site.page(root, '/p', { name: 'p', title: 'P', show, ...options }))
const sent = (options: object) =>
  declared((root) => {
    const of = site.page(root, '/p', { name: 'p', title: 'P', show })
    return site.form(root, '/f', { name: 'f', of, send, ...options } as never)
  })
add('Pages.page PageOptions', shown)
add('Pages.form FormOptions', sent)
add('Pages.go GoOptions', (options) => site.go('/', options))
add('PagesOptions.theme PagesTheme', (theme) => pages({ keys: 'k'.repeat(32), theme }))
for (const [owner, declare] of [
  ['PageOptions', shown],
  ['FormOptions', sent],
] as const) {
  add(`${owner}.concurrency ConcurrencyOptions`, (concurrency) => declare({ concurrency }), {
    limit: 1,
  })
  add(`${owner}.rate RateOptions`, (rate) => declare({ rate }), RATE)
  add(`${owner}.sendRate RateOptions`, (sendRate) => declare({ send, sendRate }), RATE)
  for (const [name, kind, good] of [
    ['TextField', 'text', {}],
    ['SecretField', 'password', {}],
    ['TickField', 'tick', {}],
    ['ChoiceField', 'choice', { options: { a: 'A' } }],
  ] as const) {
    const field = { kind, label: 'A', ...good }
    add(`${owner}.fields ${name}`, (a) => declare({ send, fields: { a } }), field)
  }
  add(`${owner}.fields HiddenField`, (a) => declare({ send, fields: { a } }), { kind: 'hidden' })
}
add('redis RedisOptions', (options) => redis(options))
add('memoryAttempts MemoryAttemptsOptions', (options) => memoryAttempts(options))
add('sqlSpentTokens SqlSpentTokensOptions', (options) => sqlSpentTokens(database(), options))
add('HealthOptions.checks HealthCheckOptions', (one) => health({ checks: { db: one } }), {
  check: () => 1,
})
const scraper = { token: 'a-token-of-the-scraper' }
add('metrics MetricsOptions', (options) => metrics(options), scraper)
const help = { help: 'What it counts.' }
add('Metrics.counter MetricOptions', (o) => metrics(scraper).counter('a_total', o), help)
add('Metrics.gauge GaugeOptions', (o) => metrics(scraper).gauge('a', o), help)
add('Metrics.histogram HistogramOptions', (o) => metrics(scraper).histogram('a', o), help)
add('otel OtelOptions', (options) => otel(options))
add(
  'PartEndpoint.authenticate Authenticator',
  (authenticate) => {
    const endpoint = { method: 'GET', path: '/x', handle: () => 1, authenticate }
    return quiet({ parts: [definePart({ name: 'x', endpoints: [endpoint] })] })
  },
  { name: 'own', authenticate: async (_request: unknown) => null },
)
const auditKeys = { keys: 'k'.repeat(32) }
add('auditLog AuditLogOptions', (options) => auditLog(options), auditKeys)
add('auditFile AuditFileOptions', (options) => auditFile(options))
const inMemory = () => auditLog({ ...auditKeys, sink: memoryAudit() })
add('AuditLog.append OwnEvent', (event) => inMemory().append('a', event))
add('AuditLog.find AuditQuery', (query) => inMemory().find(query))
add('AuditLog.verify AuditCheck', (check) => inMemory().verify(check))
add(
  'AuditLogOptions.checkpoints CheckpointOptions',
  (checkpoints) => auditLog({ ...auditKeys, sink: memoryAudit(), checkpoints }),
  {
    origin: 'a',
  },
)
add(
  'AuditLogOptions.otlp OtlpOptions',
  (otlp) => auditLog({ ...auditKeys, sink: memoryAudit(), otlp }),
  { url: 'http://localhost:4318/v1/logs' },
)
add('auditCheckpoints AuditCheckpointsOptions', (options) => auditCheckpoints(options), {
  log: memoryAudit(),
  tree: memoryTree(),
  keys: { current: new Uint8Array(32), previous: [], version: 1 },
  origin: 'a',
  key: generateKeyPairSync('ed25519').privateKey,
})
add('verifyCheckpoint VerifyCheckpointOptions', (options) => verifyCheckpoint(options), {
  tree: memoryTree(),
  verifierKey: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
})
add('verifyAudit VerifyAuditOptions', (options) => verifyAudit(options), {
  store: memoryAudit(),
  keys: { current: new Uint8Array(32), previous: [], version: 1 },
})
const development = <Made>(make: () => Made): Made => {
  const before = process.env['TREFOIL_ENV']
  process.env['TREFOIL_ENV'] = 'development'
  try {
    return make()
  } finally {
    if (before === undefined) delete process.env['TREFOIL_ENV']
    else process.env['TREFOIL_ENV'] = before
  }
}
const devClients = { keys: 'x'.repeat(32), clients: { a: { secret: 's' } } }
add('devTokens DevTokensOptions', (options) => development(() => devTokens(options)), devClients)
add(
  'DevTokensOptions.clients DevClient',
  (client) => development(() => devTokens({ ...devClients, clients: { a: client } })),
  { secret: 's' },
)
add('readOptions OptionSources', (sources) =>
  readOptions({ name: 'own', prefix: 'TREFOIL_OWN', rows: {} }, {}, sources),
)
add(
  'ActionTarget.call ActionCallRequest',
  (request) => app.localActions({ headers: [] }).call(request),
  {
    action: 'one',
  },
)
add('createRemoteTarget RemoteTargetOptions', (options) => createRemoteTarget(options), {
  url: URL,
})

add('createApp CreateAppOptions', (options) => quiet(options).catalogue)
for (const [group, type] of Object.entries({
  edge: 'EdgeOptions',
  browser: 'BrowserOptions',
  limits: 'LimitOptions',
  docs: 'DocsOptions',
  mcp: 'McpOptions',
  asking: 'AskingOptions',
  cli: 'CliOptions',
  audit: 'AuditOptions',
})) {
  add(`CreateAppOptions.${group} ${type}`, (options) => quiet({ [group]: options }).catalogue)
}
add(
  'McpOptions.authorization McpAuthorizationOptions',
  (authorization) =>
    createApp({
      env: {},
      log: { logger: silent },
      auth: [{ authenticate: jwtAuth({ keys: 'k'.repeat(32) }), surfaces: ['mcp'] }],
      mcp: { authorization },
    }).catalogue,
  { resource: 'https://shop.example/mcp', servers: ['https://id.example'] },
)
add('McpOptions.tools McpToolsOptions', (tools) => quiet({ mcp: { tools } }).catalogue)
add('CreateAppOptions.log LogOptions', (log) => quiet({ log }).catalogue, { logger: silent })
add(
  'LimitOptions.background BackgroundLimitOptions',
  (background) => quiet({ limits: { background } }).catalogue,
)
add(
  'EdgeOptions.compression CompressionOptions',
  (compression) => quiet({ edge: { compression } }).catalogue,
)
for (const [group, type] of Object.entries({
  cors: 'CorsOptions',
  csrf: 'CsrfOptions',
  hsts: 'HstsOptions',
})) {
  add(
    `BrowserOptions.${group} ${type}`,
    (options) => quiet({ browser: { [group]: options } }).catalogue,
    group === 'cors' ? { allowedOrigins: ['https://a.example'] } : {},
  )
}
const authenticate = (_request: unknown) => null
add('CreateAppOptions.auth AnyAuthConfig', (config) => quiet({ auth: [config] }).catalogue, {
  authenticate,
  surfaces: ['api'],
})
const authenticatedBy = (authenticator: object) =>
  quiet({ auth: [{ authenticate: authenticator, surfaces: ['api'] }] }).catalogue
add('AnyAuthConfig.authenticate Authenticator', authenticatedBy, { name: 'own', authenticate })
for (const [type, scheme] of Object.entries({
  BearerScheme: { type: 'http', scheme: 'bearer' },
  BasicScheme: { type: 'http', scheme: 'basic' },
  DpopScheme: { type: 'http', scheme: 'dpop' },
  ApiKeyScheme: { type: 'apiKey', in: 'header', name: 'x-key' },
  MutualTlsScheme: { type: 'mutualTLS' },
  OpenIdConnectScheme: { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/x' },
})) {
  add(
    `AnyAuthConfig.scheme ${type}`,
    (given) => quiet({ auth: [{ authenticate, surfaces: ['api'], scheme: given }] }).catalogue,
    scheme,
  )
  add(
    `Authenticator.scheme ${type}`,
    (given) => authenticatedBy({ name: 'own', authenticate, scheme: given }),
    scheme,
  )
}

add('AuthContext Identity', (identity) => new AuthContext(identity), { subject: 'ada' })
add(
  'Identity.actor ActorIdentity',
  (actor) => new AuthContext({ subject: 'ada', actor: [actor] as never }),
  { subject: 'bot' },
)
add(
  'Identity.session LoginSession',
  (session) => new AuthContext({ subject: 'ada', session: session as never }),
  { id: 's', createdAt: 1 },
)
add(
  'AuthenticationError AuthenticationErrorOptions',
  (options) => new AuthenticationError('Bad', options),
)
add('HttpError HttpErrorOptions', (options) => new HttpError(404, 'Gone', options))
add('Problem ProblemOptions', (options) => new Problem('not_found', options))
add('dependency DependencyOptions', (options) => dependency(() => 1, options))
add('guard GuardOptions', (options) => guard(options), { name: 'Own', check: () => true })
add('inputGuard GuardOptions', (options) => inputGuard(options), {
  name: 'Own',
  check: () => true,
})
add(
  'firstOf Authenticator',
  (authenticator) => firstOf(authenticator as never, authenticate as never),
  { name: 'own', authenticate },
)
add('owns OwnsOptions', (options) => owns(() => null, options), { hidden: true })
add('policy PolicyOptions', (options) => policy(options), { load: () => null, test: () => true })
add('condition ConditionOptions', (options) => condition(options), {
  columns: { owner_id: 'text' },
  where: { eq: ['owner_id', { auth: 'subject' }] },
})
const POLICIES = 'permit (principal, action, resource);'
add('cedar CedarOptions', (options) => cedar(options), { policies: POLICIES })
add('CedarPolicies.test CedarRequest', (request) => cedar({ policies: POLICIES }).test(request), {
  action: 'read',
  type: 'Order',
})
const seer = new AuthContext({ subject: 'ann' })
add(
  'CedarPolicies.explain CedarRequest',
  (request) => cedar({ policies: POLICIES }).explain(seer, request, { id: 'o1' }),
  { action: 'read', type: 'Order' },
)
add(
  'permissions PermissionsOptions',
  (options) => permissions({ admin: ['user.write'] }, options),
  {},
)
add('deny DenyOptions', (options) => deny('No', options))
add('refusal RefusalOptions', (options) => refusal('expired', options))
add('jwtAuth JwtAuthOptions', (options) => jwtAuth(options), { keys: SECRET })
const FETCHED = { jwks: URL, issuer: 'issuer', audience: 'audience' }
add('JwtAuthOptions.fetching KeyFetchOptions', (fetching) => jwtAuth({ ...FETCHED, fetching }), {
  timeout: '5s',
})
add('apiKeyAuth FixedApiKeyOptions', (options) => apiKeyAuth(options), {
  keys: { [SECRET.replaceAll(' ', '-')]: 'a' },
})
add(
  'FixedApiKeyOptions.keys ApiKeyEntry',
  (entry) => apiKeyAuth({ keys: { 'a-key-of-a-client': entry } }),
  { clientId: 'a' },
)
const STORED = { store: memoryApiKeys(), pepper: SECRET }
add('apiKeyAuth StoredApiKeyOptions', (options) => apiKeyAuth(options), STORED)
add('StoredApiKeyAuth.createKey NewApiKey', (key) => apiKeyAuth(STORED).createKey(key), {
  owner: 'ann',
  name: 'export',
})
add(
  'StoredApiKeyAuth.rotateKey RotateApiKeyOptions',
  (options) => apiKeyAuth(STORED).rotateKey('id', options),
  { overlap: '1h' },
)
add('JwtAuthOptions.claims ClaimNames', (claims) => jwtAuth({ keys: SECRET, claims }), {
  roles: 'groups',
})
add('JwtAuthOptions.dpop DpopOptions', (dpop) => jwtAuth({ keys: SECRET, dpop }), {
  lifetime: '1m',
})
const INTROSPECTED = {
  url: 'https://login.example/',
  clientId: 'a',
  clientSecret: SECRET,
  audience: 'b',
}
add('introspectionAuth IntrospectionOptions', (options) => introspectionAuth(options), INTROSPECTED)
add(
  'IntrospectionOptions.claims ClaimNames',
  (claims) => introspectionAuth({ ...INTROSPECTED, claims }),
  { roles: 'groups' },
)
add(
  'IntrospectionOptions.dpop DpopOptions',
  (dpop) => introspectionAuth({ ...INTROSPECTED, dpop }),
  { lifetime: '1m' },
)
add('clientCertificateAuth ClientCertificateOptions', (options) => clientCertificateAuth(options), {
  proxy: true,
})
add(
  'JwtAuth.createToken CreateTokenOptions',
  (options) => jwtAuth({ keys: SECRET }).createToken({ sub: 'a' }, options),
  { expiresIn: '1h' },
)
add('cookieSession CookieSessionOptions', (options) => cookieSession(options), {
  keys: SECRET,
  env: {},
})
add('CookieSigner CookieSignerOptions', (options) => new CookieSigner(SECRET, options))
add('CookieSigner.seal SealOptions', (options) => new CookieSigner(SECRET).seal({}, options))
add('CookieSigner.open OpenOptions', (options) => new CookieSigner(SECRET).open('a.b', options))

const schema = z.string()
for (const [name, mark] of Object.entries({ body, cookie, field, form, header, path })) {
  add(`${name} ParamOptions`, (options) => mark(schema, options))
}
add('query QueryOptions', (options) => query(schema, options))
add('file FileOptions', (options) => file(options))
add('files FileOptions', (options) => files(options))
add('encoded ReturningOptions', (options) => encoded(schema, options), { jsonSchema: {} })
add('returning ReturningOptions', (options) => returning(schema, options), { jsonSchema: {} })

const events = async function* () {
  yield { data: 1 }
}
/** Options of an answer are read when it is made: a call is needed. */
const answering = (make: () => unknown) => inCall(make)
add('reply ReplyOptions', (options) => answering(() => reply({ a: 1 }, options)))
add('html ReplyOptions', (options) => answering(() => html('<p>', options)))
add('redirect RedirectOptions', (options) => answering(() => redirect('/a', options)))
add('sse SseOptions', (options) => answering(() => sse(events(), options)))
add('stream StreamOptions', (options) => answering(() => stream(['a'], options)))
add('sendFile SendFileOptions', (options) => sendFile(import.meta.filename, options))
add('Call.background BackgroundOptions', (options) =>
  inCall((call) => call.background(() => 1, options)),
)
add('Call.ask AskOptions', async (options) => {
  const refused: unknown[] = []
  const app = quiet()
  app.get('/', { asks: true }, async (_, call) => {
    try {
      return await call.ask({ sure: ask.form('Sure?', z.object({ ok: z.boolean() })) }, options)
    } catch (error) {
      // That it asks is what it is for.
      if (error instanceof ImproperlyConfigured) refused.push(error)
      throw error
    }
  })
  await app.fetch(new Request('http://localhost/'))
  for (const error of refused) throw error
})
add('checkPreconditions PreconditionOptions', (options) =>
  inCall((call) => checkPreconditions(call, 'v1', options)),
)
for (const owner of ['Reply', 'Redirect', 'SendFile', 'Sse', 'Stream']) {
  add(
    `${owner}Options.cookies CookieOptions`,
    async (one) => {
      const logged: { readonly err: unknown }[] = []
      const error = (fields: { readonly err: unknown }) => void logged.push(fields)
      const site = quiet({ log: { logger: { ...silent, error } } })
      site.get('/', () => reply(null, { cookies: { a: one } }))
      await site.fetch(new Request('http://localhost/'))
      if (logged[0] !== undefined) throw logged[0].err
    },
    { value: 'v' },
  )
}

add('serve ServeOptions', async (options) => (await serve(app, options)).close(), {
  port: 0,
  signals: false,
})
add('toNodeHandler NodeHandlerOptions', (options) => toNodeHandler(app, options))
add('staticFiles StaticOptions', (options) => staticFiles(tmpdir(), options))

add('testClient TestClientOptions', (options) => testClient(app, options))
add('client TypedClientOptions', (options) => typedClient(app, {}, options))
add('createToken TokenOptions', (options) => createToken(options), { subject: 'ada', keys: SECRET })
const guarded = quiet({ auth: [{ authenticate, surfaces: ['api'] }] })
const value = dependency(handler)
// Several test files use this table at the same time.
const ACCESS_FILE = `${tmpdir()}/trefoil-options-access-${process.pid}.json`
guarded.get('/', { params: { value } }, handler)
add('accessMatrix AccessOptions', (options) => accessMatrix(guarded, options))
add('expectAccess ExpectAccessOptions', (options) => expectAccess(guarded, ACCESS_FILE, options), {
  update: true,
})
add(
  'AccessOptions.principals AccessPrincipal',
  (one) => accessMatrix(guarded, { principals: [one] }),
  { name: 'ada', as: { subject: 'ada' } },
)
add(
  'ExpectAccessOptions.principals AccessPrincipal',
  (one) =>
    expectAccess(guarded, ACCESS_FILE, {
      principals: [one],
      update: true,
    }),
  { name: 'ada', as: { subject: 'ada' } },
)
add(
  'AccessPrincipal.as Identity',
  (as) => accessMatrix(guarded, { principals: [{ name: 'ada', as }] }),
  { subject: 'ada' },
)
add('TestClientOptions.as Identity', (as) => testClient(guarded, { as }), { subject: 'ada' })
add('TestClientOptions.override OverrideOptions', (options) =>
  testClient(guarded, { override: [[value, 1, options]] } as never),
)
add('CookieJar.set JarCookieOptions', (options) => client().http.cookies.set('a', 'b', options))
add('TestCli.call CliCallOptions', (options) => client().cli.call('one', {}, options))
add('TestCli.manifest CliManifestOptions', (options) => client().cli.manifest(options))
for (const method of ['initialize', 'discover'] as const) {
  add(`TestMcp.${method} McpRequestOptions`, (options) => client().mcp[method](options))
}
add('TestMcp.complete McpCompleteOptions', (options) =>
  client().mcp.complete('one', 'a', '', options),
)
add('TestMcp.getPrompt McpAskedOptions', (options) => client().mcp.getPrompt('one', {}, options))
add('TestMcp.readResource McpAskedOptions', (options) =>
  client().mcp.readResource('x://one', options),
)
for (const list of [
  'listTools',
  'listPrompts',
  'listResources',
  'listResourceTemplates',
] as const) {
  add(`TestMcp.${list} McpListOptions`, (options) => client().mcp[list](options))
}
add('TestMcp.callTool McpCallOptions', (options) => client().mcp.callTool('one', {}, options))
for (const verb of ['get', 'post', 'put', 'patch', 'delete', 'head', 'options'] as const) {
  add(`TestHttp.${verb} TestRequestOptions`, (options) => client().http[verb]('/', options))
}
add('TestHttp.request TestRequestOptions', (options) => client().http.request('GET', '/', options))
add('TestRequestOptions.files TestFile', (one) => client().http.post('/', { files: { a: one } }), {
  name: 'a.txt',
  content: 'a',
})

/** By place, as `optionsAtDoors` names it: where, and the interface. */
export const OPTION_USES: Readonly<Record<string, OptionUse>> = uses

/** What the framework made and takes back, and what is the app's own or another library's. */
export const HANDLES: ReadonlySet<string> = new Set([
  ...['App', 'RouteGroup', 'Level', 'AppConfig', 'AppHandle', 'CallableApp', 'ActionTarget'],
  ...['Action', 'ActionHandle', 'Catalogue', 'ParamSpec', 'DeclaredProblem', 'ProblemRow'],
  ...['ProblemSet', 'KnownProblem', 'ClientProblemFacts', 'PartApp', 'CommandContext'],
  ...[
    'PartWork',
    'BackgroundCall',
    'JobQueue',
    'LoginProvider',
    'AnyDatabase',
    'CallJobs',
    'RunningJob',
    'JobHandle',
  ],
  ...['ClientSite', 'Lifespan', 'Transport', 'Connection', 'WireRequest'],
  // Judged by the part's own check, or by whoever reads options by them.
  ...['AnyOptionGroup', 'OptionGroup', 'AnyOptionRow', 'OptionKind', 'RenamedVariable'],
  ...['AdmitPort', 'LimitsPort', 'AuditPort', 'TransactionPort', 'ApprovalDecider'],
  ...['RateStore', 'RateDemand', 'Rate', 'RedisClient', 'SpentTokens', 'SqlData', 'SqlStep'],
  ...[
    'LockoutStatus',
    'AttemptStore',
    'AttemptBudget',
    'LoginSessionStore',
    'StoredLoginSession',
    'SessionChange',
  ],
  ...['SessionUse', 'Owner', 'RefreshFamilyStore', 'RefreshFamily', 'Rotation'],
  // Made by `content`, which reads what is said of them.
  ...['ContentBlock'],
  ...['TaskStore', 'StoredTask', 'TaskChange'],
  ...['AdmitPort', 'LimitsPort', 'AuditPort', 'TransactionPort', 'ApprovalDecider', 'ObserverPort'],
  ...['RateStore', 'RateDemand', 'Rate'],
  ...['AuditStore', 'StoredEntry', 'AuditFacts', 'AuditAnchor', 'ChainRing', 'SvcAuditRow'],
  // Made by the part; what is read of options before.
  ...['CallEvent', 'AppEvent', 'RefusalsEvent', 'LostEvent', 'RepairedEvent', 'AuditPlace'],
  ...['AnswerEvent', 'ErasedEvent', 'PrunedEvent', 'PersonKey'],
  ...['ArgumentRules', 'AuditFileSettings', 'BackupOptions', 'PostgresSettings'],
  ...['TreeFilesSettings', 'TreeFile', 'TreeStore', 'AuditEntry', 'BrokenEntry'],
  ...['Arriving', 'ApprovalCase', 'ApiKeyStore', 'StoredApiKey', 'ApiKeyUse', 'StoredSecret'],
  ...[
    'Pages',
    'Page',
    'Html',
    'Trace',
    'Call',
    'CallRequest',
    'ClientFacts',
    'ActionFacts',
    'HeaderReader',
    'ProviderCall',
  ],
  ...[
    'AuthContext',
    'AuthRequest',
    'Guard',
    'Dependency',
    'Condition',
    'MarkedParam',
    'ErrorHandler',
  ],
  ...[
    'Reply',
    'CookieSigner',
    'KeyRing',
    'Secret',
    'ChallengeExtras',
    'UnfitForProduction',
    'ProductionRisk',
  ],
  ...['TestClient', 'TestHttp', 'TestMcp', 'TestCli', 'CookieJar', 'CookieOrigin', 'McpAnswer'],
  ...['TestResponse', 'WireAnswer', 'AnswerStream'],
  // Values, judged one by one where they are used.
  ...['Issue', 'SseEvent', 'Question', 'QuestionFacts'],
  ...[
    'PasswordPolicy',
    'BreachLookup',
    'Mailer',
    'MailMessage',
    'AuditLog',
    'PartOf',
    'LockoutStatus',
    'AttemptData',
  ],
  // Ports, and what other libraries define.
  ...['Clock', 'Timers', 'Logger', 'TwoWaySchema', 'ServeTls', 'JwkSet', 'PublicJwk'],
])

/** Constructors nobody calls but the framework, and the methods of `App` seen through its handles. */
export const NOT_CALLED: RegExp =
  /^(?:Reply|RouteGroup|TestClient|Pages\.problemPage|(?:AppHandle|CallableApp)\.\w+) /
