import { expect, test } from 'vitest'
import { PASSWORD, tokenOf } from './accounts-world.ts'
import { codeAt, FactorWorld } from './second-factor-world.ts'

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'
const STEP = 30_000

test('S-MFA-1, V-10: start shows a secret, confirm turns it on and shows the codes, a login needs both', async () => {
  await using world = new FactorWorld()
  await world.register(ADA, PASSWORD)
  const session = await world.login(ADA, PASSWORD)
  const off = await world.get('/mfa/status', session)
  expect(off.body).toEqual({
    enabled: false,
    required: false,
    methods: [],
    confirmed_at: null,
    recovery_codes_left: 0,
    email_mask: 'a*a@example.com',
    email_otp: false,
  })
  const started = await world.post('/mfa/start', { current_password: PASSWORD }, session)
  expect(started.status).toBe(200)
  expect(Object.keys(started.body)).toEqual(['otpauth_url', 'secret', 'qr_svg'])
  expect(started.body['secret']).toMatch(/^[A-Z2-7]{32}$/)
  expect(started.body['otpauth_url']).toMatch(
    /^otpauth:\/\/totp\/shop:ada%40example\.com\?issuer=shop&secret=/,
  )
  expect(started.body['qr_svg']).toMatch(/^<svg /)
  // Not enabled yet: the password alone signs in.
  expect((await world.post('/login', { username: ADA, password: PASSWORD })).status).toBe(200)
  const secret = String(started.body['secret'])
  const wrong = await world.post(
    '/mfa/confirm',
    { code: codeAt(secret, world.at + 10 * STEP) },
    session,
  )
  expect([wrong.status, wrong.code, wrong.body['detail']]).toEqual([
    400,
    'invalid_code',
    'Invalid code',
  ])
  const confirmed = await world.post('/mfa/confirm', { code: codeAt(secret, world.at) }, session)
  expect(confirmed.status).toBe(200)
  const codes = confirmed.body['codes'] as string[]
  expect(codes).toHaveLength(8)
  for (const code of codes) expect(code).toMatch(/^[0-9a-z]{10}$/)
  const now = tokenOf(confirmed)
  // The session of before is over, and so are all others (MFA-6); its mailbox is told.
  world.at += 1001
  expect((await world.get('/me', session)).status).toBe(401)
  expect((await world.get('/me', now)).status).toBe(200)
  expect((await world.mailTo(ADA))?.subject).toBe('Your account at shop has a second step now')
  const login = await world.post('/login', { username: ADA, password: PASSWORD })
  expect([login.status, login.code, login.body['detail']]).toEqual([
    401,
    'MFA_REQUIRED',
    'MFA_REQUIRED',
  ])
  expect(login.body).not.toHaveProperty('access_token')
  // The code of the enrolment is used up with it.
  const pre = String(login.body['pre_token'])
  expect((await world.verify(pre, codeAt(secret, world.at))).code).toBe('invalid_code')
  world.at += STEP
  const done = await world.verify(pre, codeAt(secret, world.at))
  expect(done.status).toBe(200)
  expect(Object.keys(done.body)).toEqual(expect.arrayContaining(['access_token', 'refresh_token']))
  const on = await world.get('/mfa/status', tokenOf(done))
  expect(on.body).toMatchObject({
    enabled: true,
    methods: ['totp', 'recovery'],
    recovery_codes_left: 8,
  })
})

test('S-MFA-2, MFA-4: a step is used once, an older one not at all, one beside it is taken', async () => {
  await using world = new FactorWorld()
  const { email, secret } = await world.enrol(ADA)
  world.at += 10 * STEP
  const at = world.at
  const first = await world.preTokenOf(email)
  expect((await world.verify(first, codeAt(secret, at + STEP))).status).toBe(200)
  const second = await world.preTokenOf(email)
  for (const code of [codeAt(secret, at + STEP), codeAt(secret, at), codeAt(secret, at - STEP)]) {
    expect((await world.verify(second, code)).code).toBe('invalid_code')
  }
  world.at += 2 * STEP
  expect((await world.verify(second, codeAt(secret, at + 2 * STEP))).status).toBe(200)
  // Back by a day: nothing of then is good, and nothing of now is good again.
  world.at -= 86_400_000
  const third = await world.preTokenOf(email)
  expect((await world.verify(third, codeAt(secret, world.at))).code).toBe('invalid_code')
  world.at += 86_400_000 + STEP
  const fourth = await world.preTokenOf(email)
  expect((await world.verify(fourth, codeAt(secret, world.at))).status).toBe(200)
})
