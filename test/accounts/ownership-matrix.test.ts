// Each step of each flow, and who tries to take it with what is somebody else's (SURF-1 for accounts).
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { oidcProvider } from '../../packages/trefoil/src/accounts.ts'
import {
  AuthContext,
  type Authenticator,
  hasRole,
  type Identity,
  type PrincipalKind,
} from '../../packages/trefoil/src/auth.ts'
import { FLOW_GRAPH } from '../../packages/trefoil/src/features/accounts/flow-graph.ts'
import { CLIENT, type IdentityProvider, identityProvider } from '../support/identity-provider.ts'
import { SoftwarePasskey } from '../support/software-passkey.ts'
import { type Answer, PASSWORD, tokenOf, type Who, World } from './accounts-world.ts'
import { pkce } from './provider-world.ts'
import { codeAt } from './second-factor-world.ts'

// Forty steps a test, and whatever else the machine does.
vi.setConfig({ testTimeout: 60_000 })

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'
const CY = 'cy@example.com'
const UNA = 'una@example.com'
const OLGA = 'olga@example.com'
const GUESSED = 'ochre-sandpiper-lintel-91'
const NEW = 'ada@new.example'

/** What there is of Ada's; all but her secrets is known to whoever tries. */
interface Hers {
  readonly token: string
  readonly refresh: string
  readonly id: string
  readonly session: string
  /** Ids of what was sent to her, which a stranger would have to guess. */
  readonly ids: Readonly<Record<string, string>>
  readonly links: Readonly<Record<string, string>>
  readonly code: string
}

/** Somebody who tries. */
interface Trier {
  /** How they show who they are; another one each time, since some steps end it. */
  who(): Promise<Who>
  /** A link of their own, whose end is put behind an id of Ada's. */
  readonly link: string
  readonly refresh: string
}

interface Try {
  readonly path?: string
  readonly body?: object
}

const STRANGE = new SoftwarePasskey('http://localhost:3000')
const MADE = STRANGE.create({ challenge: 'AAAA', rp: { id: 'localhost' } })
const SIGNED = STRANGE.get({ challenge: 'AAAA', rpId: 'localhost' })

/** How a foreigner tries each step: with every id of Ada's, her password and her links where it is not they that decide. */
const TRIES: Readonly<Record<string, (hers: Hers, trier: Trier) => Try>> = {
  sign_in_anonymously: () => ({ body: {} }),
  register_anonymous: () => ({ body: { email: ADA, password: GUESSED } }),
  register: () => ({ body: { email: ADA, password: GUESSED } }),
  verify_email: (hers, trier) => ({ body: { token: swapped(hers.ids['verify_email'], trier) } }),
  resend_verification: () => ({ body: { email: ADA } }),
  // With the password that they have registered the address with just now: of no account.
  login: () => ({ body: { username: ADA, password: GUESSED } }),
  // A pre-token is given with the first proof, and to nobody else.
  verify_mfa: () => ({ body: { pre_token: 'guessed', code: '000000' } }),
  send_mfa_code: () => ({ body: { pre_token: 'guessed' } }),
  start_mfa_enrolment: () => ({ body: { pre_token: 'guessed' } }),
  confirm_mfa_enrolment: () => ({ body: { pre_token: 'guessed', code: '000000' } }),
  // Of their own account, where they have one: hers has none after it.
  start_mfa: () => ({ body: { current_password: PASSWORD } }),
  confirm_mfa: () => ({ body: { code: 'wrong' } }),
  get_mfa_status: () => ({}),
  regenerate_recovery_codes: () => ({ body: { code: 'wrong' } }),
  disable_mfa: () => ({ body: { code: 'wrong' } }),
  step_up: () => ({ body: { code: 'wrong' } }),
  list_trusted_devices: () => ({}),
  forget_trusted_devices: () => ({}),
  forget_trusted_device: ({ id }) => ({ path: `/mfa/devices/${id}` }),
  get_passkey_script: () => ({}),
  start_passkey_login: () => ({ body: {} }),
  // Of another device, for a challenge that nobody was given.
  passkey_login: () => ({ body: { step: 'guessed', response: SIGNED } }),
  start_passkey_second_factor: () => ({ body: { pre_token: 'guessed' } }),
  passkey_second_factor: () => ({
    body: { pre_token: 'guessed', step: 'guessed', response: SIGNED },
  }),
  start_passkey_enrolment: () => ({ body: { pre_token: 'guessed' } }),
  passkey_enrolment: () => ({ body: { pre_token: 'guessed', step: 'guessed', response: MADE } }),
  start_passkey_registration: () => ({ body: { current_password: PASSWORD } }),
  register_passkey: () => ({ body: { step: 'guessed', response: MADE } }),
  list_passkeys: () => ({}),
  rename_passkey: ({ id }) => ({ path: `/passkeys/${id}/name`, body: { name: 'Mine' } }),
  remove_passkey: ({ id }) => ({ path: `/passkeys/${id}/remove`, body: {} }),
  start_passkey_step_up: () => ({ body: {} }),
  passkey_step_up: () => ({ body: { step: 'guessed', response: SIGNED } }),
  send_magic_link: () => ({ body: { email: ADA } }),
  use_magic_link: (hers, trier) => ({ body: { token: swapped(hers.ids['magic_link'], trier) } }),
  send_email_code: () => ({ body: { email: ADA } }),
  use_email_code: (hers) => ({
    body: { challenge: hers.ids['email_code'], code: hers.code === '000000' ? '000001' : '000000' },
  }),
  forgot_password: () => ({ body: { email: ADA } }),
  reset_password: (hers, trier) => ({
    body: { token: swapped(hers.ids['reset_password'], trier), password: GUESSED },
  }),
  change_password: () => ({ body: { current_password: PASSWORD, password: GUESSED } }),
  get_account: () => ({}),
  set_username: () => ({ body: { username: 'ada.l' } }),
  change_email: () => ({ body: { email: 'x@example.com', current_password: PASSWORD } }),
  // The very link: it was sent to a mailbox that Ada has asked for and another one has.
  confirm_change_email: (hers) => ({ body: { token: hers.links['change_email'] } }),
  delete_account: () => ({ body: { current_password: PASSWORD } }),
  refresh: (_, trier) => ({ body: { refresh_token: trier.refresh } }),
  logout: () => ({}),
  list_sessions: () => ({}),
  end_other_sessions: () => ({}),
  end_all_sessions: () => ({}),
  end_session: ({ session }) => ({ path: `/sessions/${session}` }),
  revoke_session: ({ session }) => ({ path: `/sessions/${session}/revoke` }),
  oauth_login: () => ({ path: '/oauth/idp/login?next=/account' }),
  oauth_callback: () => ({ path: '/oauth/idp/callback?state=guessed&code=guessed' }),
  oauth_exchange: () => ({ body: { code: 'guessed', code_verifier: 'guessed' } }),
  link_identity: () => ({ path: '/oauth/idp/link', body: { current_password: PASSWORD } }),
  list_identities: () => ({}),
  unlink_identity: ({ id }) => ({
    path: `/identities/${id}/unlink`,
    body: { current_password: PASSWORD },
  }),
  accounts_list: () => ({}),
  accounts_show: ({ id }) => ({ path: `/operators/accounts/${id}` }),
  accounts_create: () => ({ body: { email: 'x@example.com', roles: ['admin'], tenant: 'red' } }),
  accounts_disable: ({ id }) => ({ path: `/operators/accounts/${id}/disable`, body: {} }),
  accounts_enable: ({ id }) => ({ path: `/operators/accounts/${id}/enable`, body: {} }),
  accounts_factors: ({ id }) => ({ path: `/operators/accounts/${id}/factors` }),
  accounts_reset_factors: ({ id }) => ({
    path: `/operators/accounts/${id}/reset-factors`,
    body: {},
  }),
  accounts_end_sessions: ({ id }) => ({ path: `/operators/accounts/${id}/end-sessions`, body: {} }),
  accounts_grant: ({ id }) => ({
    path: `/operators/accounts/${id}/grant`,
    body: { role: 'admin' },
  }),
  accounts_revoke: ({ id }) => ({
    path: `/operators/accounts/${id}/revoke`,
    body: { role: 'member' },
  }),
  accounts_set_tenant: ({ id }) => ({
    path: `/operators/accounts/${id}/tenant`,
    body: { tenant: 'blue' },
  }),
  accounts_sessions: ({ id }) => ({ path: `/operators/accounts/${id}/sessions` }),
  accounts_send_reset_link: ({ id }) => ({
    path: `/operators/accounts/${id}/reset-link`,
    body: {},
  }),
  accounts_unlock: ({ id }) => ({ path: `/operators/accounts/${id}/unlock`, body: {} }),
  accounts_delete: ({ id }) => ({ path: `/operators/accounts/${id}` }),
}

/** What Ada has while she has a second factor. */
const app: {
  secret: string
  token: string
  preToken: unknown
  /** Where a browser was sent. */
  location: string
  asked: Readonly<Record<string, unknown>>
} = { secret: '', token: '', preToken: null, location: '', asked: {} }
let idp: IdentityProvider
beforeAll(async () => {
  const redirectUris = ['http://localhost:3000/auth/oauth/idp/callback']
  idp = await identityProvider({ redirectUris })
  idp.who = 'new'
  return () => idp[Symbol.asyncDispose]()
})
const providers = () => ({
  idp: oidcProvider({
    issuer: idp.issuer,
    clientId: CLIENT.client_id,
    clientSecret: CLIENT.client_secret,
  }),
})
const { verifier, challenge } = pkce()

/** Sent on, as a browser is, is taken. */
async function sentOn(world: World, path: string): Promise<Answer> {
  const { status, headers } = await world.client.http.get(path)
  app.location = headers.get('location') ?? ''
  return { status: status === 303 ? 200 : status, body: {}, code: undefined }
}

/** Comes back from the provider. */
async function comeBack(world: World, url: string): Promise<Answer> {
  const { pathname, search } = await idp.visit(url)
  return sentOn(world, `${pathname}${search}`)
}
const passkey = new SoftwarePasskey('http://localhost:3000')

async function asked(world: World, path: string, json: object, token?: string): Promise<Answer> {
  const answer = await world.post(path, json, token)
  app.asked = answer.body
  return answer
}

/** What her device makes of the question that was asked last. */
function made(): object {
  return { step: app.asked['step'], response: passkey.create(app.asked['options']) }
}

function signed(): object {
  return { step: app.asked['step'], response: passkey.get(app.asked['options']) }
}

async function passkeyId(world: World): Promise<string> {
  const [row] = await world.run(`select id from trefoil_accounts_factors where kind = 'passkey'`)
  return String(Object(row).id)
}

function pass(answer: Answer): Answer {
  if (typeof answer.body['access_token'] === 'string') app.token = tokenOf(answer)
  return answer
}

/** A code of her app that was not used. */
function nextCode(world: World): string {
  world.at += 30_000
  return codeAt(app.secret, world.at)
}

async function preToken(world: World, email = NEW): Promise<unknown> {
  return (await world.post('/login', { username: email, password: GUESSED })).body['pre_token']
}

/** Somebody who is asked for a factor and has none: whoever comes by the mailbox has no use of a code in a mail. */
async function enrolling(world: World): Promise<unknown> {
  await world.run('update trefoil_accounts set mfa_required = 1 where email = ? returning id', [
    NEW,
  ])
  world.at += 2000
  await world.post('/magic-link', { email: NEW })
  const token = await world.linkTo(NEW, 'magic-link')
  return (await world.post('/magic-link/confirm', { token })).body['pre_token']
}

/** How its owner takes each step: in this order, since some leave nothing. */
const OWN: readonly (readonly [
  name: string,
  take: (world: World, hers: Hers) => Promise<Answer>,
])[] = [
  ['sign_in_anonymously', (world) => world.post('/anonymous', {})],
  [
    'register_anonymous',
    async (world) => {
      const nobody = tokenOf(await world.post('/anonymous', {}))
      return world.post(
        '/anonymous/register',
        { email: 'n@example.com', password: PASSWORD },
        nobody,
      )
    },
  ],
  [
    'register',
    (world) => world.post('/register', { email: 'new@example.com', password: PASSWORD }),
  ],
  [
    'resend_verification',
    (world) => world.post('/verify-email/resend', { email: 'new@example.com' }),
  ],
  [
    'verify_email',
    async (world) => world.post('/verify-email', { token: await world.linkTo('new@example.com') }),
  ],
  ['login', (world) => world.post('/login', { username: ADA, password: PASSWORD })],
  ['send_magic_link', (world) => world.post('/magic-link', { email: ADA })],
  [
    'use_magic_link',
    (world, { links }) => world.post('/magic-link/confirm', { token: links['magic_link'] }),
  ],
  ['send_email_code', (world) => world.post('/email-code', { email: ADA })],
  [
    'use_email_code',
    (world, { ids, code }) =>
      world.post('/email-code/confirm', { challenge: ids['email_code'], code }),
  ],
  ['forgot_password', (world) => world.post('/forgot-password', { email: ADA })],
  ['get_account', (world, { token }) => world.get('/me', token)],
  ['list_sessions', (world, { token }) => world.get('/sessions', token)],
  ['set_username', (world, { token }) => world.post('/username', { username: 'lovelace' }, token)],
  [
    'revoke_session',
    async (world, { token }) =>
      world.post(`/sessions/${await another(world, token)}/revoke`, {}, token),
  ],
  [
    'end_session',
    async (world, { token }) =>
      world.send('DELETE', `/sessions/${await another(world, token)}`, undefined, token),
  ],
  [
    'end_other_sessions',
    (world, { token }) => world.send('DELETE', '/sessions/others', undefined, token),
  ],
  ['refresh', (world, { refresh }) => world.post('/refresh', { refresh_token: refresh })],
  [
    'change_email',
    async (world) =>
      world.post(
        '/change-email',
        { email: 'ada@third.example', current_password: PASSWORD },
        await login(world),
      ),
  ],
  [
    'confirm_change_email',
    async (world, { links }) =>
      world.post('/change-email/confirm', { token: links['change_email'] }, await login(world)),
  ],
  [
    'change_password',
    async (world) =>
      world.post(
        '/change-password',
        { current_password: PASSWORD, password: GUESSED },
        await login(world, NEW),
      ),
  ],
  [
    'start_mfa',
    async (world) => {
      app.token = tokenOf(await world.post('/login', { username: NEW, password: GUESSED }))
      const answer = await world.post('/mfa/start', { current_password: GUESSED }, app.token)
      app.secret = String(answer.body['secret'])
      return answer
    },
  ],
  [
    'confirm_mfa',
    async (world) => pass(await world.post('/mfa/confirm', { code: nextCode(world) }, app.token)),
  ],
  ['get_mfa_status', (world) => world.get('/mfa/status', app.token)],
  [
    'regenerate_recovery_codes',
    (world) => world.post('/mfa/recovery/regenerate', { code: nextCode(world) }, app.token),
  ],
  [
    'step_up',
    async (world) => pass(await world.post('/mfa/step-up', { code: nextCode(world) }, app.token)),
  ],
  [
    'send_mfa_code',
    async (world) => world.post('/mfa/send_code', { pre_token: await preToken(world) }),
  ],
  [
    'verify_mfa',
    async (world) => {
      const pre_token = await preToken(world)
      const code = nextCode(world)
      return pass(await world.post('/mfa/verify', { pre_token, code, trust_device: true }))
    },
  ],
  [
    'forget_trusted_device',
    async (world) => {
      const [device] = await world.run('select id from trefoil_accounts_trusted')
      return world.send('DELETE', `/mfa/devices/${Object(device).id}`, undefined, app.token)
    },
  ],
  ['list_trusted_devices', (world) => world.get('/mfa/devices', app.token)],
  ['forget_trusted_devices', (world) => world.send('DELETE', '/mfa/devices', undefined, app.token)],
  ['disable_mfa', (world) => world.post('/mfa/disable', { code: nextCode(world) }, app.token)],
  [
    'start_mfa_enrolment',
    async (world) => {
      const pre_token = await enrolling(world)
      const answer = await world.post('/mfa/enrol/start', { pre_token })
      app.secret = String(answer.body['secret'])
      return answer
    },
  ],
  [
    'confirm_mfa_enrolment',
    async (world) => {
      const body = { pre_token: await enrolling(world), code: nextCode(world) }
      const answer = pass(await world.post('/mfa/enrol/confirm', body))
      // Asked for no more, so that the rest is taken with the password alone.
      await world.run('update trefoil_accounts set mfa_required = 0 where email = ? returning id', [
        NEW,
      ])
      await world.post('/mfa/disable', { code: nextCode(world) }, app.token)
      return answer
    },
  ],
  ['get_passkey_script', (world) => world.get('/passkeys/script.js')],
  [
    'start_passkey_registration',
    (world) => asked(world, '/passkeys/register/start', { current_password: GUESSED }, app.token),
  ],
  [
    'register_passkey',
    async (world) => pass(await world.post('/passkeys/register', made(), app.token)),
  ],
  ['list_passkeys', (world) => world.get('/passkeys', app.token)],
  [
    'rename_passkey',
    async (world) =>
      world.post(`/passkeys/${await passkeyId(world)}/name`, { name: 'Mine' }, app.token),
  ],
  ['start_passkey_login', (world) => asked(world, '/passkeys/login/start', {})],
  ['passkey_login', async (world) => pass(await world.post('/passkeys/login', signed()))],
  [
    'start_passkey_second_factor',
    async (world) => {
      app.preToken = await preToken(world)
      return asked(world, '/passkeys/second-factor/start', { pre_token: app.preToken })
    },
  ],
  [
    'passkey_second_factor',
    async (world) => {
      const body = { pre_token: app.preToken, ...signed() }
      return pass(await world.post('/passkeys/second-factor', body))
    },
  ],
  ['start_passkey_step_up', (world) => asked(world, '/passkeys/step-up/start', {}, app.token)],
  [
    'passkey_step_up',
    async (world) => pass(await world.post('/passkeys/step-up', signed(), app.token)),
  ],
  [
    'remove_passkey',
    async (world) => world.post(`/passkeys/${await passkeyId(world)}/remove`, {}, app.token),
  ],
  [
    'start_passkey_enrolment',
    async (world) => {
      app.preToken = await enrolling(world)
      return asked(world, '/passkeys/enrol/start', { pre_token: app.preToken })
    },
  ],
  [
    'passkey_enrolment',
    async (world) => {
      const body = { pre_token: app.preToken, ...made() }
      const answer = pass(await world.post('/passkeys/enrol', body))
      await world.run('update trefoil_accounts set mfa_required = 0 where email = ? returning id', [
        NEW,
      ])
      await world.post(`/passkeys/${await passkeyId(world)}/remove`, {}, app.token)
      return answer
    },
  ],
  [
    'link_identity',
    async (world) => {
      // The provider goes by the clock of the machine.
      world.at = Math.max(world.at, Date.now())
      app.token = tokenOf(await world.post('/login', { username: NEW, password: GUESSED }))
      const body = { current_password: GUESSED }
      const answer = await asked(world, '/oauth/idp/link', body, app.token)
      await comeBack(world, String(app.asked['url']))
      return answer
    },
  ],
  [
    'oauth_login',
    (world) =>
      sentOn(world, `/auth/oauth/idp/login?mode=bearer&code_challenge=${challenge}&next=/account`),
  ],
  ['oauth_callback', (world) => comeBack(world, app.location)],
  [
    'oauth_exchange',
    async (world) => {
      const code = new URL(app.location).searchParams.get('oauth_code')
      return pass(await world.post('/oauth/exchange', { code, code_verifier: verifier }))
    },
  ],
  ['list_identities', (world) => world.get('/identities', app.token)],
  [
    'unlink_identity',
    async (world) => {
      const [row] = await world.run('select id from trefoil_accounts_identities')
      const path = `/identities/${Object(row).id}/unlink`
      return world.post(path, { current_password: GUESSED }, app.token)
    },
  ],
  [
    'reset_password',
    async (world) => {
      world.at += 2000
      await world.post('/forgot-password', { email: NEW })
      return world.post('/reset-password', { token: await world.linkTo(NEW), password: PASSWORD })
    },
  ],
  ['logout', async (world) => world.post('/logout', {}, await login(world, NEW))],
  [
    'end_all_sessions',
    async (world) => world.send('DELETE', '/sessions', undefined, await login(world, NEW)),
  ],
  [
    'delete_account',
    async (world) =>
      world.post('/delete-account', { current_password: PASSWORD }, await login(world, NEW)),
  ],
]

/** Members of answers that are nobody's: an error says which path was asked for. */
const ECHOED = ['instance']

function swapped(id: string | undefined, { link }: Trier): string {
  return `${id}.${link.split('.')[1]}`
}

async function login(world: World, email = ADA): Promise<string> {
  return world.login(email, PASSWORD)
}

/** Id of a session of the same account that is not this one. */
async function another(world: World, token: string): Promise<string> {
  await login(world)
  const { body } = await world.get('/sessions', token)
  const sessions = body['sessions'] as readonly { id: string; current: boolean }[]
  return sessions.find(({ current }) => !current)?.id ?? 'none'
}

const KINDS: Readonly<Record<string, PrincipalKind>> = {
  agent: 'agent',
  bot: 'agent',
  key: 'service',
}
const THEIRS = { id: 'a session of theirs', createdAt: 1_767_614_400 }
const SESSIONS_OF: Readonly<Record<string, (hers: string) => Partial<Identity>>> = {
  agent: (id) => ({ session: { ...THEIRS, id }, actor: [{ subject: 'helper' }] }),
  // An agent that says so, and not for whom: as an app makes one of whoever comes by MCP.
  bot: (id) => ({ session: { ...THEIRS, id } }),
  issuer: () => ({ session: THEIRS, issuer: 'https://id.example' }),
}

/** Whoever acts for Ada, by a token that has all that it could have of hers, and by one of another issuer. */
const foreign: Authenticator = {
  name: 'foreign',
  scheme: { type: 'apiKey', in: 'header', name: 'x-acts-for' },
  risks: [],
  authenticate({ headers }) {
    const [kind, subject, session] = headers.get('x-acts-for')?.split(' ') ?? []
    if (kind === undefined || subject === undefined || session === undefined) return null
    return new AuthContext({
      subject,
      tenant: 'red',
      kind: KINDS[kind] ?? 'person',
      roles: ['member'],
      // A key has no session, and nobody in front of it.
      ...(kind === 'key' ? {} : SESSIONS_OF[kind]?.(session)),
      metadata: { login: 'bearer', account: 'person' },
    })
  },
}

async function peopled(): Promise<{
  readonly world: World
  readonly hers: Hers
  readonly operator: string
}> {
  const world = new World({
    also: foreign,
    accounts: {
      roles: ['admin', 'member'],
      operators: hasRole('admin'),
      lockout: { threshold: 100, addressThreshold: 10_000 },
      mfa: { emailOtp: { enabled: true }, recoveryCodes: 1 },
      passkeys: {},
      providers: providers(),
    },
  })
  await world.register(ADA, PASSWORD, { username: 'ada.l' })
  for (const [email, tenant, roles] of [
    [BOB, 'red', '["member"]'],
    [CY, 'blue', '["member","admin"]'],
    [OLGA, 'red', '["member","admin"]'],
  ] as const) {
    await world.enter(email)
    await promote(world, email, tenant, roles)
  }
  await promote(world, ADA, 'red', '["member"]')
  const { body } = await world.post('/login', { username: ADA, password: PASSWORD })
  const token = String(body['access_token'])
  const links: Record<string, string> = {}
  await world.post('/change-email', { email: NEW, current_password: PASSWORD }, token)
  links['change_email'] = await world.linkTo(NEW)
  await world.post('/forgot-password', { email: ADA })
  links['reset_password'] = await world.linkTo(ADA)
  await world.post('/magic-link', { email: ADA })
  links['magic_link'] = await world.linkTo(ADA)
  const asked = await world.post('/email-code', { email: ADA })
  const code = await world.codeTo(ADA)
  await world.post('/register', { email: UNA, password: GUESSED })
  links['verify_email'] = await world.linkTo(UNA)
  const ids = Object.fromEntries(
    Object.entries(links).map(([of, link]) => [of, link.split('.')[0] ?? '']),
  )
  const sessions = (await world.get('/sessions', token)).body['sessions']
  const hers: Hers = {
    token,
    refresh: String(body['refresh_token']),
    id: await world.idOf(token),
    session: String(Object(sessions)[0].id),
    ids: { ...ids, email_code: String(asked.body['challenge']) },
    links,
    code,
  }
  return { world, hers, operator: await world.enter(OLGA) }
}

async function promote(world: World, email: string, tenant: string, roles: string): Promise<void> {
  await world.run(
    'update trefoil_accounts set tenant = ?, roles = ?, epoch = epoch + 1 where email = ? returning id',
    [tenant, roles, email],
  )
}

/** A code of a refusal, or the status. */
function shown({ status, code }: Answer): string {
  return typeof code === 'string' ? `${status} ${code}` : String(status)
}

describe('the graph', () => {
  it('has each step once, after steps that there are', () => {
    const names = FLOW_GRAPH.map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const ways = FLOW_GRAPH.map(({ method, path }) => `${method} ${path}`)
    expect(new Set(ways).size).toBe(ways.length)
    for (const { after } of FLOW_GRAPH) for (const name of after) expect(names).toContain(name)
  })

  it('has a row here for each step, and none for what is no step', () => {
    const names = FLOW_GRAPH.map(({ name }) => name).sort()
    expect(Object.keys(TRIES).sort()).toEqual(names)
    const operators = FLOW_GRAPH.filter(({ proof }) => proof === 'operator').map(({ name }) => name)
    expect([...OWN.map(([name]) => name), ...operators].sort()).toEqual(names)
  })

  it('has all that is below the prefix: no route is there that is no step', async () => {
    await using world = new World({
      accounts: {
        operators: hasRole('admin'),
        roles: ['admin'],
        mfa: { emailOtp: { enabled: true } },
        passkeys: {},
        providers: providers(),
      },
    })
    await world.enter(OLGA)
    // What somebody may not call is in no document of theirs.
    await promote(world, OLGA, 'red', '["admin"]')
    const { text } = await world.client.http.get('/openapi.json', {
      headers: { authorization: `Bearer ${await world.enter(OLGA)}` },
    })
    const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> }
    const served = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    )
    const steps = FLOW_GRAPH.map(({ method, path }) => `${method} /auth${path}`)
    expect(served.filter((way) => way.includes(' /auth')).sort()).toEqual(steps.sort())
    expect(world.people.endpoints ?? []).toEqual([])
  })
})

describe('each step, tried by somebody else', () => {
  const table: Record<string, Record<string, string>> = {}
  let world: World
  let hers: Hers
  let triers: Readonly<Record<string, Trier>>
  let began = 0

  beforeAll(async () => {
    const made = await peopled()
    ;({ world, hers } = made)
    began = world.at
    const member = async (email: string): Promise<Trier> => {
      const answer = await enter(world, email)
      return {
        who: async () => tokenOf(await enter(world, email)),
        link: await linkOf(world, email),
        refresh: String(answer.body['refresh_token']),
      }
    }
    const bob = await member(BOB)
    const stranger = { link: bob.link, refresh: `${hers.refresh.slice(0, -4)}AAAA` }
    triers = {
      'another user': bob,
      'anonymous caller': { ...stranger, who: async () => undefined },
      // Has registered, and an anonymous session, and has proved nothing.
      'unverified owner': {
        ...stranger,
        who: async () => tokenOf(await world.post('/anonymous', {})),
      },
      'another tenant': await member(CY),
      'agent of the owner': {
        ...stranger,
        who: async () => ({ 'x-acts-for': `agent ${hers.id} ${hers.session}` }),
      },
      'agent without an actor': {
        ...stranger,
        who: async () => ({ 'x-acts-for': `bot ${hers.id} ${hers.session}` }),
      },
      'another issuer': {
        ...stranger,
        who: async () => ({ 'x-acts-for': `issuer ${hers.id} ${hers.session}` }),
      },
      'API key of the owner': {
        ...stranger,
        who: async () => ({ 'x-acts-for': `key ${hers.id} ${hers.session}` }),
      },
    }
    return () => world[Symbol.asyncDispose]()
  })

  const account = () =>
    world.run(
      `select id, kind, tenant, email, username, roles, password, epoch, disabled_at from trefoil_accounts
        where id = ?`,
      [hers.id],
    )
  const sessions = async () => {
    const { body } = await world.get('/sessions', hers.token)
    return (body['sessions'] as readonly { id: string }[]).map(({ id }) => id)
  }

  it.each([
    'another user',
    'anonymous caller',
    'unverified owner',
    'another tenant',
    'agent of the owner',
    'agent without an actor',
    'another issuer',
    'API key of the owner',
  ])('%s: no cell is open', async (name) => {
    const trier = triers[name] as Trier
    const before = { account: await account(), sessions: await sessions() }
    for (const step of FLOW_GRAPH) {
      // A verdict is kept for a second: what ended is seen after it.
      world.at += 1001
      const how = TRIES[step.name]?.(hers, trier)
      const { path = step.path, body } = how ?? {}
      const given = step.method === 'POST' ? (body ?? {}) : undefined
      const answer = await world.send(step.method, path, given, await trier.who())
      table[step.name] = { ...table[step.name], [name]: shown(answer) }
      const where = `${step.name} by ${name}: ${shown(answer)}`
      // Nothing of hers is another than before, and she is still signed in.
      expect({ account: await account(), sessions: await sessions() }, where).toEqual(before)
      // And nothing of hers was told.
      const told = JSON.stringify({
        ...answer.body,
        ...Object.fromEntries(ECHOED.map((key) => [key, null])),
      })
      for (const secret of [
        hers.id,
        hers.session,
        hers.token,
        hers.refresh,
        hers.code,
        NEW,
        'ada.l',
      ]) {
        expect(told, where).not.toContain(secret)
      }
      const token = answer.body['access_token']
      if (typeof token === 'string') expect(await world.idOf(token), where).not.toBe(hers.id)
    }
  })

  it('what was answered stands here, for whoever changes it', () => {
    const names = Object.keys(triers)
    const rows = Object.entries(table).map(([step, cells]) =>
      [step, ...names.map((name) => cells[name])].join(' | '),
    )
    expect([['step', ...names].join(' | '), ...rows].join('\n')).toMatchInlineSnapshot(`
      "step | another user | anonymous caller | unverified owner | another tenant | agent of the owner | agent without an actor | another issuer | API key of the owner
      sign_in_anonymously | 200 | 200 | 200 | 200 | 200 | 200 | 200 | 200
      register_anonymous | 403 http_error | 401 AUTHENTICATION_ERROR | 202 | 403 http_error | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      register | 202 | 202 | 202 | 202 | 202 | 202 | 202 | 202
      verify_email | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link
      resend_verification | 202 | 202 | 202 | 202 | 202 | 202 | 202 | 202
      login | 400 login_user_not_verified | 400 login_user_not_verified | 400 login_user_not_verified | 400 login_user_not_verified | 400 login_user_not_verified | 400 login_user_not_verified | 400 login_user_not_verified | 400 login_user_not_verified
      verify_mfa | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      send_mfa_code | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      start_mfa_enrolment | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      confirm_mfa_enrolment | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      send_magic_link | 202 | 202 | 202 | 202 | 202 | 202 | 202 | 202
      use_magic_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link
      send_email_code | 202 | 202 | 202 | 202 | 202 | 202 | 202 | 202
      use_email_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code
      get_passkey_script | 200 | 200 | 200 | 200 | 200 | 200 | 200 | 200
      start_passkey_login | 200 | 200 | 200 | 200 | 200 | 200 | 200 | 200
      passkey_login | 400 passkey_refused | 400 passkey_refused | 400 passkey_refused | 400 passkey_refused | 400 passkey_refused | 400 passkey_refused | 400 passkey_refused | 400 passkey_refused
      start_passkey_second_factor | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      passkey_second_factor | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      start_passkey_enrolment | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      passkey_enrolment | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token | 401 invalid_pre_token
      oauth_login | 303 | 303 | 303 | 303 | 303 | 303 | 303 | 303
      oauth_callback | 400 invalid_state | 400 invalid_state | 400 invalid_state | 400 invalid_state | 400 invalid_state | 400 invalid_state | 400 invalid_state | 400 invalid_state
      oauth_exchange | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code | 400 invalid_code
      forgot_password | 202 | 202 | 202 | 202 | 202 | 202 | 202 | 202
      reset_password | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link | 400 invalid_link
      change_password | 200 | 401 AUTHENTICATION_ERROR | 403 http_error | 200 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      get_account | 200 | 401 AUTHENTICATION_ERROR | 200 | 200 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      set_username | 409 username_taken | 401 AUTHENTICATION_ERROR | 403 http_error | 409 username_taken | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      change_email | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 403 http_error | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      confirm_change_email | 400 invalid_link | 401 AUTHENTICATION_ERROR | 400 invalid_link | 400 invalid_link | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      start_passkey_registration | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 403 http_error | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      register_passkey | 400 passkey_refused | 401 AUTHENTICATION_ERROR | 400 passkey_refused | 400 passkey_refused | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      list_passkeys | 200 | 401 AUTHENTICATION_ERROR | 200 | 200 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      rename_passkey | 404 passkey_not_found | 401 AUTHENTICATION_ERROR | 404 passkey_not_found | 404 passkey_not_found | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      remove_passkey | 404 passkey_not_found | 401 AUTHENTICATION_ERROR | 404 passkey_not_found | 404 passkey_not_found | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      start_passkey_step_up | 400 passkey_missing | 401 AUTHENTICATION_ERROR | 400 passkey_missing | 400 passkey_missing | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      passkey_step_up | 400 mfa_not_enabled | 401 AUTHENTICATION_ERROR | 400 mfa_not_enabled | 400 mfa_not_enabled | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      delete_account | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 204 | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      start_mfa | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 403 http_error | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      confirm_mfa | 400 no_mfa_setup | 401 AUTHENTICATION_ERROR | 403 http_error | 400 no_mfa_setup | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      get_mfa_status | 200 | 401 AUTHENTICATION_ERROR | 200 | 200 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      regenerate_recovery_codes | 400 mfa_not_enabled | 401 AUTHENTICATION_ERROR | 400 mfa_not_enabled | 400 mfa_not_enabled | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      disable_mfa | 204 | 401 AUTHENTICATION_ERROR | 204 | 204 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      step_up | 400 mfa_not_enabled | 401 AUTHENTICATION_ERROR | 400 mfa_not_enabled | 400 mfa_not_enabled | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      list_trusted_devices | 200 | 401 AUTHENTICATION_ERROR | 200 | 200 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      forget_trusted_devices | 204 | 401 AUTHENTICATION_ERROR | 204 | 204 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      forget_trusted_device | 404 trusted_device_not_found | 401 AUTHENTICATION_ERROR | 404 trusted_device_not_found | 404 trusted_device_not_found | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      link_identity | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 403 http_error | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      list_identities | 200 | 401 AUTHENTICATION_ERROR | 200 | 200 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      unlink_identity | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 404 identity_not_found | 400 login_bad_credentials | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      refresh | 401 invalid_refresh_token | 401 invalid_refresh_token | 401 invalid_refresh_token | 401 invalid_refresh_token | 401 invalid_refresh_token | 401 invalid_refresh_token | 401 invalid_refresh_token | 401 invalid_refresh_token
      logout | 204 | 401 AUTHENTICATION_ERROR | 204 | 204 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 204 | 401 AUTHENTICATION_ERROR
      list_sessions | 200 | 401 AUTHENTICATION_ERROR | 200 | 200 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      end_other_sessions | 204 | 401 AUTHENTICATION_ERROR | 204 | 204 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      end_all_sessions | 204 | 401 AUTHENTICATION_ERROR | 204 | 204 | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      end_session | 404 session_not_found | 401 AUTHENTICATION_ERROR | 404 session_not_found | 404 session_not_found | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      revoke_session | 404 session_not_found | 401 AUTHENTICATION_ERROR | 404 session_not_found | 404 session_not_found | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR | 401 AUTHENTICATION_ERROR
      accounts_list | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 200 | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_show | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_create | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 403 operator_outranked | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_disable | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_enable | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_factors | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_reset_factors | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_end_sessions | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_grant | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_revoke | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_set_tenant | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_sessions | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_send_reset_link | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_unlock | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED
      accounts_delete | 403 ACCESS_DENIED | 401 AUTHENTICATION_ERROR | 403 ACCESS_DENIED | 404 account_not_found | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED | 403 ACCESS_DENIED"
    `)
  })

  it('her links are good still', async () => {
    const { links } = hers
    // Of the time when they were sent: all that was tried has taken longer than a link is good.
    world.at = began
    expect((await world.post('/magic-link/confirm', { token: links['magic_link'] })).status).toBe(
      200,
    )
    const reset = { token: links['reset_password'], password: GUESSED }
    expect((await world.post('/reset-password', reset)).status).toBe(200)
  })
})

async function enter(world: World, email: string): Promise<Answer> {
  return world.post('/magic-link/confirm', { token: await linkOf(world, email) })
}

async function linkOf(world: World, email: string): Promise<string> {
  world.at += 2000
  await world.post('/magic-link', { email })
  return world.linkTo(email)
}

it('each step, taken by its owner, is open', async () => {
  const { world, hers, operator } = await peopled()
  const answers: string[] = []
  const note = (name: string, answer: Answer) => {
    if (answer.status >= 300) answers.push(`${name}: ${shown(answer)}`)
  }
  // Nobody else has the right to any of it: not she herself either.
  for (const step of FLOW_GRAPH.filter(({ proof }) => proof === 'operator')) {
    const { path = step.path, body } =
      TRIES[step.name]?.(hers, { link: '', refresh: '', who: async () => '' }) ?? {}
    const json = step.method === 'POST' ? (body ?? {}) : undefined
    const refused = await world.send(step.method, path, json, hers.token)
    expect([step.name, refused.status]).toEqual([step.name, 403])
  }
  for (const [name, take] of OWN) note(name, await take(world, hers))
  expect(answers).toEqual([])
  const again = await peopled()
  for (const step of FLOW_GRAPH.filter(({ proof }) => proof === 'operator')) {
    const { path = step.path, body } =
      TRIES[step.name]?.(again.hers, { link: '', refresh: '', who: async () => '' }) ?? {}
    const json = step.method === 'POST' ? (body ?? {}) : undefined
    note(step.name, await again.world.send(step.method, path, json, again.operator))
  }
  expect(answers).toEqual(['accounts_set_tenant: 403 operator_outranked'])
  expect(operator).not.toBe(again.operator)
  await world[Symbol.asyncDispose]()
  await again.world[Symbol.asyncDispose]()
})
