// The pre-token of a login that waits for its second factor, and what is counted.
import { describe, expect, it, vi } from 'vitest'
import { PASSWORD } from '../accounts/accounts-world.ts'
import { GateWorld } from '../accounts/gate-world.ts'

vi.setConfig({ testTimeout: 30_000 })

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'

async function enrolled(...given: ConstructorParameters<typeof GateWorld>) {
  const world = new GateWorld(...given)
  await world.person(ADA)
  const phone = await world.enrol(ADA)
  return { world, phone }
}

describe('a pre-token', () => {
  it('SW-13: is an access token, a cookie or a refresh token nowhere', async () => {
    const { world } = await enrolled()
    await using _ = world
    const { body } = await world.enterBy('password', ADA)
    const token = String(body['pre_token'])
    const tries = [
      { authorization: `Bearer ${token}` },
      { cookie: `__Host-trefoil_login=${token}` },
      { cookie: `__Host-trefoil_login=${token.replace('tfl_st_', 'tfl_ls_')}` },
      { authorization: `Bearer ${token.replace('tfl_st_', 'tfl_at_')}` },
    ]
    for (const headers of tries) expect(await world.opens(headers)).toBe(401)
    const refresh = await world.call('/refresh', { refresh_token: token })
    expect(refresh).toMatchObject({ status: 401, who: null })
    expect((await world.call('/verify-email', { token })).status).toBe(400)
    // None of these used it up.
    expect((await world.call('/mfa/verify', { pre_token: token, code: '1' })).status).toBe(400)
  })

  it('MFA-3: is good once, for 300 s, and for the account as it was', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    const first = await world.enterBy('password', ADA)
    expect(first.body['expires_in']).toBe(300)
    expect((await world.verify(first, world.codeOf(phone))).status).toBe(200)
    world.at += 31_000
    const again = await world.verify(first, world.codeOf(phone))
    expect(again).toMatchObject({ status: 401, body: { detail: 'Invalid pre-auth token' } })
    const late = await world.enterBy('password', ADA)
    world.at += 300_000
    expect((await world.verify(late, world.codeOf(phone))).status).toBe(401)
    const before = await world.enterBy('password', ADA)
    await world.run('update trefoil_accounts set epoch = epoch + 1 where email = ? returning id', [
      ADA,
    ])
    expect((await world.verify(before, world.codeOf(phone))).status).toBe(401)
    const last = await world.enterBy('password', ADA)
    await world.run('update trefoil_accounts set disabled_at = 1 where email = ? returning id', [
      ADA,
    ])
    expect(await world.verify(last, world.codeOf(phone))).toMatchObject({
      status: 401,
      body: { code: 'account_disabled' },
    })
  })

  it('MFA-3: is good from where it was given: browser, device and client', async () => {
    const clients = {
      web: { firstParty: true },
      app: { secret: '0123456789abcdef', firstParty: true },
    }
    const { world, phone } = await enrolled({}, { accounts: { clients } })
    await using _ = world
    const firefox = { 'user-agent': 'Firefox/140' }
    const first = await world.enterBy('password', ADA, 'bearer', firefox)
    const code = () => world.codeOf(phone)
    expect((await world.verify(first, code(), { 'user-agent': 'curl/8' })).status).toBe(401)
    const other = { ...firefox, cookie: '__Host-trefoil_device=other' }
    expect((await world.verify(first, code(), other)).status).toBe(401)
    expect((await world.verify(first, code(), firefox, { client_id: 'web' })).status).toBe(401)
    expect((await world.verify(first, code(), firefox)).status).toBe(200)
    world.at += 31_000
    const ofApp = { client_id: 'app', client_secret: '0123456789abcdef' }
    const second = await world.enterBy('password', ADA, 'bearer', {}, ofApp)
    expect((await world.verify(second, code(), {})).status).toBe(401)
    expect((await world.verify(second, code(), {}, { client_id: 'app' })).status).toBe(401)
    expect((await world.verify(second, code(), {}, ofApp)).status).toBe(200)
  })

  it('MFA-3: of another purpose, or account, it opens nothing', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    await world.person(BOB)
    const bobs = await world.enrol(BOB)
    const first = await world.enterBy('password', ADA)
    expect((await world.verify(first, world.codeOf(bobs))).status).toBe(400)
    const pre_token = first.body['pre_token']
    const started = await world.call('/mfa/enrol/start', { pre_token })
    expect(started).toMatchObject({ status: 401, who: null })
    const confirmed = await world.call('/mfa/enrol/confirm', { pre_token, code: '123456' })
    expect(confirmed).toMatchObject({ status: 401, who: null })
    expect((await world.verify(first, world.codeOf(phone))).status).toBe(200)
  })

  it('MFA-3: takes five tries, wrong or right', async () => {
    const { world, phone } = await enrolled({}, { accounts: { lockout: { threshold: 50 } } })
    await using _ = world
    const first = await world.enterBy('password', ADA)
    for (let tries = 0; tries < 5; tries++) {
      expect((await world.verify(first, world.wrongCode(phone))).status).toBe(400)
    }
    expect((await world.verify(first, world.codeOf(phone))).status).toBe(401)
    const next = await world.enterBy('password', ADA)
    expect((await world.verify(next, world.codeOf(phone))).status).toBe(200)
  })

  it('MFA-3: is used once, of twenty at the same time', async () => {
    const { world, phone } = await enrolled({}, { accounts: { lockout: { threshold: 50 } } })
    await using _ = world
    const first = await world.enterBy('password', ADA)
    const codes = [world.codeOf(phone), ...phone.codes.slice(0, 3)]
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) => world.verify(first, codes[n % 4] ?? '')),
    )
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
    expect(answers.filter(({ who }) => who !== null)).toHaveLength(1)
  })
})

describe('LOCK-5', () => {
  it('five wrong codes lock as wrong passwords do, over all pre-tokens, whoever knows the password', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    let last = 0
    for (let tries = 0; tries < 5; tries++) {
      // The password is right each time, and gives no further tries.
      const first = await world.enterBy('password', ADA)
      expect(first.status).toBe(401)
      last = (await world.verify(first, world.wrongCode(phone))).status
    }
    expect(last).toBe(429)
    expect((await world.call('/login', { email: ADA, password: PASSWORD })).status).toBe(429)
  })

  it('wrong passwords and wrong codes are one count', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    for (let tries = 0; tries < 3; tries++) {
      const wrong = await world.call('/login', { email: ADA, password: 'wrong-wrong-wrong' })
      expect(wrong.status).toBe(400)
    }
    const first = await world.enterBy('password', ADA)
    expect((await world.verify(first, world.wrongCode(phone))).status).toBe(400)
    expect((await world.verify(first, world.wrongCode(phone))).status).toBe(429)
  })

  it('a right code forgets them, and so does a login that needs no other', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    for (let round = 0; round < 3; round++) {
      const first = await world.enterBy('password', ADA)
      expect((await world.verify(first, world.wrongCode(phone))).status).toBe(400)
      expect((await world.verify(first, world.wrongCode(phone))).status).toBe(400)
      expect((await world.verify(first, world.codeOf(phone))).status).toBe(200)
      world.at += 31_000
    }
  })

  it('whoever has the mailbox sets a password, and has no further tries at the second factor by that', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    const first = await world.enterBy('password', ADA)
    for (let tries = 0; tries < 4; tries++) {
      expect((await world.verify(first, world.wrongCode(phone))).status).toBe(400)
    }
    world.at += 61_000
    await world.post('/forgot-password', { email: ADA })
    const token = await world.linkTo(ADA, 'reset-password')
    expect((await world.call('/reset-password', { token, password: PASSWORD })).status).toBe(200)
    const next = await world.enterBy('password', ADA)
    expect(next.body['needs']).toBe('second_factor')
    expect((await world.verify(next, world.wrongCode(phone))).status).toBe(429)
  })
})

it('SW-12: the link of a login is used up by the session that it made, and by no other one', async () => {
  const { world, phone } = await enrolled()
  await using _ = world
  world.at += 2000
  await world.post('/magic-link', { email: ADA })
  const token = await world.linkTo(ADA, 'magic-link')
  const first = await world.call('/magic-link/confirm', { token })
  const second = await world.call('/magic-link/confirm', { token })
  expect([first.status, second.status]).toEqual([401, 401])
  expect((await world.verify(first, world.codeOf(phone))).status).toBe(200)
  world.at += 31_000
  expect((await world.verify(second, world.codeOf(phone))).status).toBe(401)
  expect((await world.call('/magic-link/confirm', { token })).status).toBe(400)
})

it('MFA-7: the hooks are told, what they throw changes nothing, and onLogin comes after the second factor', async () => {
  const told: string[] = []
  const fail = (name: string) => () => {
    told.push(name)
    throw new Error(name)
  }
  const mfa = { onChallenge: fail('challenge'), onSuccess: fail('success') }
  const onLogin = () => void told.push('login')
  const { world, phone } = await enrolled(mfa, { accounts: { onLogin } })
  await using _ = world
  told.length = 0
  const first = await world.enterBy('password', ADA)
  expect(told).toEqual(['challenge'])
  expect((await world.verify(first, world.codeOf(phone))).status).toBe(200)
  expect(told).toEqual(['challenge', 'success', 'login'])
})

it.each([
  ['no answer', undefined],
  ['an answer of another kind', 'yes'],
  ['a factor that nobody knows', { required: false, allowedFactors: ['sms'] }],
  ['no list of factors', { required: false, allowedFactors: 'totp' }],
  ['no duration', { required: false, maxAge: 5 }],
])('MFA-7: %s of shouldRequire means required', async (_, answer) => {
  await using world = new GateWorld({ shouldRequire: () => answer as never })
  await world.person(ADA)
  expect((await world.enterBy('password', ADA)).body).toMatchObject({
    code: 'MFA_REQUIRED',
    needs: 'enrol',
  })
})

it('MFA-7: the policy is asked with the account and the call, and says what may finish it', async () => {
  const asked: unknown[] = []
  const { world, phone } = await enrolled({
    shouldRequire: ({ email }, call) => {
      asked.push([email, call.action.name, call.source])
      return { required: true, allowedFactors: ['recovery'] }
    },
    emailOtp: { enabled: true },
  }).catch(() => ({ world: null, phone: null }))
  // Set up while it allows no app: there is none, and so it has to be set up.
  expect(asked[0]).toEqual([ADA, 'login', 'api'])
  expect([world, phone]).toEqual([null, null])
})

describe('a trusted device', () => {
  it('is listed and forgotten, by its owner alone', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    const first = await world.enterBy('password', ADA, 'bearer', { 'user-agent': 'Firefox/140' })
    const done = await world.verify(
      first,
      world.codeOf(phone),
      { 'user-agent': 'Firefox/140' },
      { trust_device: true },
    )
    const trusted_token = done.body['trusted_token']
    expect(trusted_token).toMatch(/^[0-9a-f-]{36}\.[0-9a-z]+\.[\w-]{43}$/)
    const get = async (who: Readonly<Record<string, string>>) =>
      (await world.client.http.get('/auth/mfa/devices', { headers: { ...who } })).json() as {
        devices: { id: string; device: string }[]
      }
    const { devices } = await get(done.who ?? {})
    expect(devices).toMatchObject([{ device: expect.stringContaining('Firefox') }])
    expect(JSON.stringify(devices)).not.toContain(String(trusted_token))
    await world.person(BOB)
    const bob = await world.enterBy('password', BOB)
    const path = `/auth/mfa/devices/${devices[0]?.id}`
    const remove = (who: object) => world.client.http.delete(path, { headers: { ...who } })
    expect((await get(bob.who ?? {})).devices).toEqual([])
    expect((await remove(bob.who ?? {})).status).toBe(404)
    const more = { trusted_token }
    expect((await world.enterBy('password', ADA, 'bearer', {}, more)).status).toBe(200)
    expect((await remove(done.who ?? {})).status).toBe(204)
    expect((await world.enterBy('password', ADA, 'bearer', {}, more)).status).toBe(401)
  })

  it('is of one account, and over with what ends its sessions', async () => {
    const { world, phone } = await enrolled()
    await using _ = world
    await world.person(BOB)
    const bobs = await world.enrol(BOB)
    const first = await world.enterBy('password', ADA)
    const done = await world.verify(first, world.codeOf(phone), {}, { trust_device: true })
    const more = { trusted_token: done.body['trusted_token'] }
    // Signed for another account, however it is put.
    expect((await world.enterBy('password', BOB, 'bearer', {}, more)).status).toBe(401)
    const device = { cookie: `__Host-trefoil_trusted=${done.body['device_token']}` }
    expect((await world.enterBy('password', ADA, 'bearer', device)).status).toBe(401)
    expect((await world.enterBy('password', ADA, 'bearer', {}, more)).status).toBe(200)
    await world.run('update trefoil_accounts set epoch = epoch + 1 where email = ? returning id', [
      ADA,
    ])
    expect((await world.enterBy('password', ADA, 'bearer', {}, more)).status).toBe(401)
    void bobs
  })

  it('is none where the option says so', async () => {
    const { world, phone } = await enrolled({ trustedDevices: false })
    await using _ = world
    const first = await world.enterBy('password', ADA, 'cookie')
    const done = await world.verify(first, world.codeOf(phone), {}, { trust_device: true })
    expect(done.status).toBe(200)
    expect(done.headers.getSetCookie().join()).not.toContain('trusted')
    expect((await world.client.http.get('/auth/mfa/devices')).status).toBe(404)
  })
})

it('whoever registers while it is the default has to set one up, and nobody of before', async () => {
  await using world = new GateWorld({ defaultEnabledForNewUsers: true })
  await world.person(ADA)
  expect((await world.enterBy('password', ADA)).body['needs']).toBe('enrol')
  await world.run('update trefoil_accounts set mfa_required = 0 where email = ? returning id', [
    ADA,
  ])
  expect((await world.enterBy('password', ADA)).status).toBe(200)
})

it('everybody of a tenant that has to', async () => {
  await using world = new GateWorld({ enforceForTenants: ['acme'] })
  await world.person(ADA)
  expect((await world.enterBy('password', ADA)).status).toBe(200)
  await world.run('update trefoil_accounts set tenant = ? where email = ? returning id', [
    'acme',
    ADA,
  ])
  expect((await world.enterBy('password', ADA)).body['needs']).toBe('enrol')
})
