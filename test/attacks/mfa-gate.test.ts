// MFA-1, MFA-2: no way in goes past the gate of second factors.
import { describe, expect, it, test, vi } from 'vitest'
import { FLOW_GRAPH } from '../../packages/trefoil/src/features/accounts/flow-graph.ts'
import { type Entered, GateWorld, type Mode, WAYS, type Way } from '../accounts/gate-world.ts'
import { device, PasskeyWorld } from '../accounts/passkeys-world.ts'
import { APP, Browser, providerWorld } from '../accounts/provider-world.ts'

vi.setConfig({ testTimeout: 60_000 })

const ADA = 'ada@example.com'

/** Steps that answer with a session, and where it is shown that the gate is asked. */
const SIGNS_IN: Readonly<Record<string, 'below' | 'elsewhere' | 'keeps' | 'nobody'>> = {
  login: 'below',
  use_magic_link: 'below',
  use_email_code: 'below',
  verify_mfa: 'below',
  confirm_mfa_enrolment: 'below',
  // Of nobody: there is nobody who could have another proof.
  sign_in_anonymously: 'nobody',
  // Whoever is signed in keeps what the session has shown, and no more.
  change_password: 'keeps',
  confirm_change_email: 'keeps',
  confirm_mfa: 'keeps',
  step_up: 'keeps',
  passkey_login: 'below',
  passkey_second_factor: 'elsewhere',
  passkey_enrolment: 'elsewhere',
  passkey_step_up: 'keeps',
  register_passkey: 'keeps',
  remove_passkey: 'keeps',
  oauth_callback: 'below',
  oauth_exchange: 'below',
  unlink_identity: 'keeps',
}

/** All others answer without one: what they answer with is looked at by what they call. */
const SIGNS_NOBODY_IN = /^(?:accounts_|list_|get_account$|end_|send_|forget_|start_|revoke_)/
const NO_SESSION: readonly string[] = [
  'register',
  'register_anonymous',
  'verify_email',
  'resend_verification',
  'forgot_password',
  'reset_password',
  'set_username',
  'change_email',
  'delete_account',
  'regenerate_recovery_codes',
  'disable_mfa',
  'get_mfa_status',
  'rename_passkey',
  'get_passkey_script',
  'oauth_login',
  'link_identity',
  // The same session, with what it has shown.
  'refresh',
  'logout',
]

test('MFA-2: every step of the flow graph is known to sign in, or not to', () => {
  const unknown = FLOW_GRAPH.map(({ name }) => name).filter(
    (name) => !(name in SIGNS_IN) && !NO_SESSION.includes(name) && !SIGNS_NOBODY_IN.test(name),
  )
  expect(unknown).toEqual([])
})

/** Nobody is signed in by it, however it is looked at. */
function expectNothing({ status, body, headers, who }: Entered, needs: string): void {
  expect(status).toBe(401)
  expect(body).toMatchObject({ code: 'MFA_REQUIRED', detail: 'MFA_REQUIRED', needs })
  expect(body['pre_token']).toMatch(/^tfl_st_[\w-]{32}\.[\w-]{49}$/)
  expect(headers.get('www-authenticate')).toBe('Bearer')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.getSetCookie()).toEqual([])
  expect(who).toBeNull()
  expect(JSON.stringify(body)).not.toMatch(/tfl_(?:at|rt|ls)_|device_token|trusted_token/)
}

const CASES = WAYS.flatMap((way) =>
  (['bearer', 'cookie'] as const).map((mode): [Way, Mode] => [way, mode]),
)

async function sessionsOf(world: GateWorld): Promise<number> {
  return (
    await world.data.state.run('select id from trefoil_login_sessions where revoked_at is null')
  ).length
}

describe.each(CASES)('MFA-2: %s, %s', (way, mode) => {
  it('without a factor it is all that is needed', async () => {
    await using world = new GateWorld()
    await world.person(ADA)
    const { who } = await world.enterBy(way, ADA, mode)
    expect(await world.opens(who ?? {})).toBe(200)
  })

  it('with a factor nobody is signed in before it is shown, and once it is by both', async () => {
    await using world = new GateWorld()
    await world.person(ADA)
    const phone = await world.enrol(ADA)
    const before = await sessionsOf(world)
    const first = await world.enterBy(way, ADA, mode)
    expectNothing(first, 'second_factor')
    expect(first.body['factors']).toEqual(['totp', 'recovery'])
    expect(await sessionsOf(world)).toBe(before)
    const done = await world.verify(first, world.codeOf(phone))
    expect(done.status).toBe(200)
    expect(done.body['mode']).toBe(mode === 'cookie' ? 'cookie' : undefined)
    expect(await world.opens(done.who ?? {})).toBe(200)
    const listed = await world.client.http.get('/auth/sessions', { headers: { ...done.who } })
    const { sessions } = listed.json() as { sessions: { current: boolean; methods: string[] }[] }
    const first_ = { password: 'pwd', magic_link: 'mail', email_code: 'otp' }[way]
    expect(sessions.find(({ current }) => current)?.methods).toEqual([first_, 'totp'])
  })

  it('where one is required and there is none, it has to be set up first', async () => {
    await using world = new GateWorld({ enforceForAllUsers: true })
    await world.person(ADA)
    const first = await world.enterBy(way, ADA, mode)
    expectNothing(first, 'enrol')
    // What waits for a factor to be set up is not finished by one.
    expect((await world.verify(first, '123456')).status).toBe(401)
    const pre_token = first.body['pre_token']
    const start = await world.call('/mfa/enrol/start', { pre_token })
    const code = world.codeOf({ secret: String(start.body['secret']) })
    const done = await world.call('/mfa/enrol/confirm', { pre_token, code })
    expect(done.status).toBe(200)
    expect(await world.opens(done.who ?? {})).toBe(200)
  })

  it('from a device that is trusted it is not asked, for as long as that holds', async () => {
    await using world = new GateWorld()
    await world.person(ADA)
    const phone = await world.enrol(ADA)
    const first = await world.enterBy('password', ADA, 'cookie')
    const done = await world.verify(first, world.codeOf(phone), {}, { trust_device: true })
    const cookie = done.headers
      .getSetCookie()
      .find((one) => one.startsWith('__Host-trefoil_trusted='))
    expect(cookie).toMatch(/Max-Age=2592000; Path=\/; Secure; HttpOnly; SameSite=Lax$/)
    const trusted = { cookie: cookie?.split(';')[0] ?? '' }
    expect((await world.enterBy(way, ADA, mode, trusted)).status).toBe(200)
    world.at += 30 * 86_400_000
    expectNothing(await world.enterBy(way, ADA, mode, trusted), 'second_factor')
  })

  it('a recovery code does in the place of it, once', async () => {
    await using world = new GateWorld()
    await world.person(ADA)
    const { codes } = await world.enrol(ADA)
    const first = await world.enterBy(way, ADA, mode)
    const done = await world.verify(first, codes[0] ?? '')
    expect(await world.opens(done.who ?? {})).toBe(200)
    const again = await world.enterBy(way, ADA, mode)
    expect(await world.verify(again, codes[0] ?? '')).toMatchObject({ status: 400, who: null })
  })

  it('what the policy throws means required (MFA-7)', async () => {
    await using world = new GateWorld({
      shouldRequire: () => {
        throw new Error('the directory is away')
      },
    })
    await world.person(ADA)
    expectNothing(await world.enterBy(way, ADA, mode), 'enrol')
  })
})

it.each(['magic_link', 'email_code'] as const)(
  'MFA-2: somebody new who has to have a factor sets one up, and is who the answer was about (%s)',
  async (way) => {
    await using world = new GateWorld({ enforceForAllUsers: true })
    const first = await world.enterBy(way, 'new@example.com')
    expectNothing(first, 'enrol')
    const pre_token = first.body['pre_token']
    const start = await world.call('/mfa/enrol/start', { pre_token })
    const code = world.codeOf({ secret: String(start.body['secret']) })
    const done = await world.call('/mfa/enrol/confirm', { pre_token, code })
    expect(await world.opens(done.who ?? {})).toBe(200)
  },
)

const ISSUED = /tfl_(?:at|rt|ls)_/

describe('MFA-2: passkey', () => {
  it('is both factors at once, also where one is required and another one is there', async () => {
    await using world = new PasskeyWorld({ mfa: { enforceForAllUsers: false } })
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    expect((await world.enterBy(passkey)).status).toBe(200)
    await world.run('update trefoil_accounts set mfa_required = 1 where email = ? returning id', [
      ADA,
    ])
    expect((await world.enterBy(passkey)).status).toBe(200)
  })

  it.each([
    ['where the policy wants another one', () => ({ required: true, allowedFactors: ['totp'] })],
    ['where it wants the mailbox', () => ({ required: true, allowedFactors: ['email'] })],
  ] as const)('is not, %s', async (_, shouldRequire) => {
    let isOn = false
    const policy = () => (isOn ? shouldRequire() : false)
    await using world = new PasskeyWorld({
      mfa: { shouldRequire: policy as never, emailOtp: { enabled: true } },
    })
    const passkey = device()
    await world.add(await world.person(ADA), passkey)
    isOn = true
    const answer = await world.enterBy(passkey)
    expect(answer).toMatchObject({ status: 401, code: 'MFA_REQUIRED' })
    expect(JSON.stringify(answer.body)).not.toMatch(ISSUED)
  })
})

describe('MFA-2: provider', () => {
  it.each([
    ['enrolled', {}, 'second_factor'],
    ['required', { enforceForAllUsers: true }, 'enrol'],
    [
      'a policy that throws',
      {
        shouldRequire: () => {
          throw new Error('away')
        },
      },
      'enrol',
    ],
  ] as const)('%s: nobody is signed in before the factor', async (state, mfa, needs) => {
    await using it_ = await providerWorld({ accounts: { mfa } })
    const { world, idp } = it_
    idp.people.set('ada', { email: ADA, email_verified: true })
    const browser = new Browser(world)
    if (state === 'enrolled') {
      await browser.signIn(idp, 'ada')
      await world.run(
        `insert into trefoil_accounts_factors (id, account_id, kind, name, counter, details, created_at, confirmed_at)
          select 'f', id, 'totp', 'app', 0, '{}', 1, 1 from trefoil_accounts`,
      )
    }
    const next = new Browser(world)
    const landed = await next.signIn(idp, 'ada')
    expect(landed.headers.getSetCookie().join()).not.toMatch(ISSUED)
    expect((await next.me()).status).toBe(401)
    const code = new URL(landed.location, APP).searchParams.get('oauth_code')
    const answer = await next.post('/oauth/exchange', { code: code ?? '' })
    expect(answer).toMatchObject({ status: 401, code: 'MFA_REQUIRED', body: { needs } })
    expect(answer.headers.getSetCookie().join()).not.toMatch(ISSUED)
    expect((await next.me()).status).toBe(401)
  })
})

it('MFA-2: an anonymous session needs none, whatever is required', async () => {
  await using world = new GateWorld({ enforceForAllUsers: true })
  expect((await world.call('/anonymous', {})).status).toBe(200)
})
