// MFA-7: what a policy answers, and fails to answer, lets nobody in that it would have kept out.
import { Secret, TOTP } from 'otpauth'
import { describe, expect, it, vi } from 'vitest'
import { accounts, type MfaOptions, requireFreshAuth } from '../../packages/trefoil/src/accounts.ts'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { PASSWORD } from '../accounts/accounts-world.ts'
import { GateWorld } from '../accounts/gate-world.ts'
import { device, PasskeyWorld } from '../accounts/passkeys-world.ts'

vi.setConfig({ testTimeout: 60_000 })

const ADA = 'ada@example.com'
const QUIET = { debug() {}, info() {}, warn() {}, error() {} }

describe('a policy that names factors', () => {
  it.each([
    ['password', 'bearer'],
    ['magic_link', 'cookie'],
  ] as const)('MFA-7: is not met by setting up another one (%s)', async (way, mode) => {
    await using world = new GateWorld({
      shouldRequire: () => ({ required: true, allowedFactors: ['passkey'] }),
    })
    await world.person(ADA)
    const first = await world.enterBy(way, ADA, mode)
    expect(first.body).toMatchObject({ code: 'MFA_REQUIRED', needs: 'enrol', factors: ['passkey'] })
    const pre_token = first.body['pre_token']
    const start = await world.call('/mfa/enrol/start', { pre_token })
    expect(start).toMatchObject({ status: 400, body: { code: 'mfa_factor_unavailable' } })
    const confirm = await world.call('/mfa/enrol/confirm', { pre_token, code: '123456' })
    expect(confirm).toMatchObject({ who: null, body: { code: 'mfa_factor_unavailable' } })
    expect(await world.run('select id from trefoil_accounts_factors')).toEqual([])
  })

  it('MFA-7: is not met by a passkey where it wants an app', async () => {
    await using world = new PasskeyWorld({
      mfa: { shouldRequire: () => ({ required: true, allowedFactors: ['totp'] }) },
    })
    await world.register(ADA, PASSWORD)
    const first = await world.post('/login', { email: ADA, password: PASSWORD })
    expect(first.body).toMatchObject({ needs: 'enrol', factors: ['totp'] })
    const pre_token = first.body['pre_token']
    const start = await world.post('/passkeys/enrol/start', { pre_token })
    expect(start).toMatchObject({ status: 400, code: 'mfa_factor_unavailable' })
  })
})

describe('who is signed in', () => {
  it('MFA-7: sets up no factor that the policy does not take, and is not locked out by it', async () => {
    let isOn = false
    await using world = new PasskeyWorld({
      mfa: {
        shouldRequire: () => (isOn ? { required: false, allowedFactors: ['passkey'] } : false),
      },
    })
    const token = await world.person(ADA)
    isOn = true
    const start = await world.post('/mfa/start', { current_password: PASSWORD }, token)
    expect(start).toMatchObject({ status: 400, code: 'mfa_factor_unavailable' })
    const passkey = device()
    expect((await world.add(token, passkey)).id).toBeDefined()
    expect((await world.enterBy(passkey)).status).toBe(200)
  })

  it('MFA-6, MFA-7: keeps the last factor that the policy takes', async () => {
    let isOn = false
    await using world = new PasskeyWorld({
      mfa: { shouldRequire: () => (isOn ? { required: true, allowedFactors: ['totp'] } : false) },
    })
    const passkey = device()
    const added = await world.add(await world.person(ADA), passkey)
    const stepped = await world.stepUp(added.token, passkey)
    const start = await world.post('/mfa/start', {}, stepped)
    const code = new TOTP({ secret: Secret.fromBase32(String(start.body['secret'])) }).generate({
      timestamp: world.at,
    })
    const done = await world.post('/mfa/confirm', { code }, stepped)
    const token = String(done.body['access_token'])
    isOn = true
    // Fresh by the login of a moment ago.
    const kept = await world.post('/mfa/disable', {}, token)
    expect(kept).toMatchObject({ status: 409, code: 'mfa_enforced' })
    isOn = false
    expect((await world.post('/mfa/disable', {}, token)).status).toBe(204)
  })
})

/** Somebody whose device was trusted under one policy, and who signs in from it under another. */
async function trusting(policy: { now: MfaOptions['shouldRequire'] }, days: number) {
  let isOn = false
  const world = new GateWorld({
    shouldRequire: (user, call) => (isOn ? (policy.now?.(user, call) ?? false) : false),
  })
  await world.person(ADA)
  const phone = await world.enrol(ADA)
  isOn = true
  const first = await world.enterBy('password', ADA)
  const { body } = await world.verify(first, world.codeOf(phone), {}, { trust_device: true })
  world.at += days * 86_400_000
  const again = () =>
    world.enterBy('password', ADA, 'bearer', {}, { trusted_token: body['trusted_token'] })
  return { world, again }
}

describe('a trusted device', () => {
  it.each([
    ['throws', () => Promise.reject(new Error('the directory is away'))],
    ['answers nonsense', () => ({ required: true, maxAge: 'soon' }) as never],
  ] as const)(
    'MFA-7: is asked where the policy %s, which may have wanted just that',
    async (_, failing) => {
      const policy: { now: MfaOptions['shouldRequire'] } = { now: () => true }
      const { world, again } = await trusting(policy, 1)
      await using _world = world
      expect((await again()).status).toBe(200)
      policy.now = () => ({ required: true, maxAge: '1h' })
      expect((await again()).body).toMatchObject({ code: 'MFA_REQUIRED' })
      policy.now = failing
      expect((await again()).body).toMatchObject({ code: 'MFA_REQUIRED' })
      policy.now = () => ({ required: true })
      expect((await again()).status).toBe(200)
    },
  )
})

it('a device that is over is swept, of whichever account', async () => {
  const { world } = await trusting({ now: undefined }, 31)
  await using _world = world
  const left = () => world.run('select id from trefoil_accounts_trusted')
  expect(await left()).toHaveLength(1)
  await world.post('/forgot-password', { email: 'nobody@example.com' })
  await vi.waitFor(async () => expect(await left()).toEqual([]))
})

describe('hooks', () => {
  it('read the database while the unit of a login by a link is open', async () => {
    const seen: unknown[] = []
    let isOn = false
    const world: GateWorld = new GateWorld({
      shouldRequire: async () => {
        if (isOn)
          seen.push(
            await world.data.queries().selectFrom('trefoil_accounts').select('locale').execute(),
          )
        return false
      },
    })
    await using _world = world
    await world.person(ADA)
    isOn = true
    expect((await world.enterBy('magic_link', ADA)).status).toBe(200)
    expect(seen).toEqual([[{ locale: null }]])
  })

  it('change nothing of the account that they are shown', async () => {
    await using world = new GateWorld({
      shouldRequire: (user) => {
        try {
          ;(user.roles as string[]).push('admin')
        } catch {}
        return false
      },
    })
    await world.person(ADA)
    const { who } = await world.enterBy('password', ADA)
    const me = await world.client.http.get('/auth/me', { headers: { ...who } })
    expect(me.json()).toMatchObject({ roles: [] })
  })
})

it('RFC 9470: whoever is signed in as nobody has shown nothing, just now or ever', async () => {
  const data = database({ url: ':memory:', migrate: 'start' })
  const people = accounts({ data, keys: 'k'.repeat(40), anonymous: true, mfa: {} })
  const app = createApp({
    env: {},
    log: { logger: QUIET },
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
    parts: [data, people],
  })
  app.post('/pay', { guards: [requireFreshAuth('5m')] }, () => 'paid')
  await using client = testClient(app)
  const answer = await client.http.post('/auth/anonymous', { json: {} })
  const { access_token } = answer.json() as { access_token: string }
  const headers = { authorization: `Bearer ${access_token}` }
  expect((await client.http.get('/auth/me', { headers })).status).toBe(200)
  const paid = await client.http.post('/pay', { json: {}, headers })
  expect(paid.status).toBe(401)
  expect(paid.headers.get('www-authenticate')).toContain('insufficient_user_authentication')
})
