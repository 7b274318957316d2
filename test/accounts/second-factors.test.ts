import { expect, test } from 'vitest'
import { PASSWORD, tokenOf } from './accounts-world.ts'
import { codeAt, FactorWorld } from './second-factor-world.ts'

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'
const STEP = 30_000

test('S-MFA-1, V-10: start shows a secret, confirm turns it on and shows the codes, a login needs both', async () => {
  await using world = new FactorWorld({ accounts: { mfa: { recoveryCodes: 8 } } })
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

test('LOCK-5, SW-20: five wrong codes lock as five wrong passwords do, whatever the factor, and the password as well', async () => {
  await using world = new FactorWorld()
  const { email, secret, codes } = await world.enrol(ADA)
  const pre = await world.preTokenOf(email)
  const typed = ['000000', 'zzzzzzzzzz', 'no code', '', '111111']
  const answers: unknown[] = []
  for (const code of typed) answers.push((await world.verify(pre, code)).code)
  expect(answers.slice(0, 4)).toEqual(Array.from({ length: 4 }, () => 'invalid_code'))
  expect(answers[4]).toBe('account_locked')
  // Right ones do not help, of whichever kind, nor does the right password.
  expect((await world.verify(pre, codeAt(secret, world.at))).code).toBe('account_locked')
  expect((await world.verify(pre, codes[0] ?? '')).code).toBe('account_locked')
  expect((await world.post('/login', { username: email, password: PASSWORD })).code).toBe(
    'account_locked',
  )
})

test('LOCK-5: the right password gives back no try at the second factor', async () => {
  await using world = new FactorWorld()
  const { email } = await world.enrol(ADA)
  for (let count = 0; count < 4; count++) {
    const pre = await world.preTokenOf(email)
    expect((await world.verify(pre, '000000')).code).toBe('invalid_code')
  }
  expect((await world.verify(await world.preTokenOf(email), '000000')).code).toBe('account_locked')
})

test('MFA-3: one pre-token takes five tries, of a known device as well, and the right code after that is none', async () => {
  await using world = new FactorWorld({
    accounts: { lockout: { threshold: 50, baseCooldown: '1h' } },
  })
  const { email, secret } = await world.enrol(ADA)
  const pre = await world.preTokenOf(email)
  for (let count = 0; count < 5; count++) {
    expect((await world.verify(pre, '000000')).code).toBe('invalid_code')
  }
  expect((await world.verify(pre, codeAt(secret, world.at))).code).toBe('invalid_pre_token')
})

test('equal answers: wrong, used, over, of another account, of no form', async () => {
  await using world = new FactorWorld({
    accounts: { lockout: { threshold: 50, baseCooldown: '1h' } },
  })
  const ada = await world.enrol(ADA)
  const bob = await world.enrol(BOB)
  await world.signIn(ada)
  const used = codeAt(ada.secret, world.at - STEP)
  const wrong = [
    '000000',
    used,
    codeAt(ada.secret, world.at - 5 * STEP),
    codeAt(bob.secret, world.at),
  ]
  const recovery = [bob.codes[0] ?? '', 'zzzzzzzzzz']
  const shapes = new Set<string>()
  for (const code of [...wrong, ...recovery, '', 'x', '12345', '1234567']) {
    const { status, body } = await world.verify(await world.preTokenOf(ADA), code)
    const { request_id: _id, ...rest } = body
    shapes.add(JSON.stringify([status, rest]))
  }
  expect([...shapes]).toHaveLength(1)
  expect([...shapes][0]).toContain('"detail":"Invalid code"')
})

test('SW-20, MFA-6: setting up needs the password of just now, and a wrong one counts', async () => {
  await using world = new FactorWorld()
  await world.register(ADA, PASSWORD)
  const token = await world.login(ADA, PASSWORD)
  for (const body of [{}, { current_password: 'wrong' }, { code: '123456' }]) {
    const answer = await world.post('/mfa/start', body, token)
    expect([answer.status, answer.code]).toEqual([400, 'login_bad_credentials'])
  }
  expect(await world.run('select id from trefoil_accounts_factors')).toEqual([])
  const none = await world.post('/mfa/confirm', { code: '123456' }, token)
  expect([none.status, none.code, none.body['detail']]).toEqual([
    400,
    'no_mfa_setup',
    'No setup in progress',
  ])
  expect((await world.post('/mfa/start', {})).status).toBe(401)
  expect((await world.post('/mfa/confirm', { code: '1' })).status).toBe(401)
  // By a mail alone there is no password: a login of the last minutes is the proof.
  const bob = await world.enter(BOB)
  expect((await world.post('/mfa/start', {}, bob)).status).toBe(200)
  world.at += 6 * 60_000
  expect((await world.post('/mfa/start', {}, bob)).code).toBe('fresh_login_required')
})

test('a setup is begun anew, is over after a quarter of an hour, and is not guessed through', async () => {
  await using world = new FactorWorld()
  await world.register(ADA, PASSWORD)
  const token = await world.login(ADA, PASSWORD)
  const proof = { current_password: PASSWORD }
  const first = String((await world.post('/mfa/start', proof, token)).body['secret'])
  const second = String((await world.post('/mfa/start', proof, token)).body['secret'])
  expect(second).not.toBe(first)
  expect((await world.post('/mfa/confirm', { code: codeAt(first, world.at) }, token)).code).toBe(
    'invalid_code',
  )
  world.at += 16 * 60_000
  // The session is renewed by signing in; the setup is the account's.
  const later = await world.login(ADA, PASSWORD)
  const late = await world.post('/mfa/confirm', { code: codeAt(second, world.at) }, later)
  expect(late.code).toBe('no_mfa_setup')
  const third = String((await world.post('/mfa/start', proof, later)).body['secret'])
  const guesses: unknown[] = []
  for (let count = 0; count < 5; count++) {
    guesses.push((await world.post('/mfa/confirm', { code: 'wrong' }, later)).code)
  }
  expect(guesses.at(-1)).toBe('account_locked')
  const right = await world.post('/mfa/confirm', { code: codeAt(third, world.at) }, later)
  expect(right.code).toBe('account_locked')
})

test('S-3.16: enabled twice is refused; disabling needs a code, ends other sessions, keeps this one, and is told', async () => {
  await using world = new FactorWorld()
  const ada = await world.enrol(ADA)
  const again = await world.post('/mfa/start', { current_password: PASSWORD }, ada.token)
  expect([again.status, again.code, again.body['detail']]).toEqual([
    400,
    'mfa_already_enabled',
    'MFA already enabled',
  ])
  const other = await world.signIn(ada)
  world.at += 6 * 60_000
  for (const body of [{ code: '000000' }, { recovery_code: 'zzzzzzzzzz' }]) {
    const wrong = await world.post('/mfa/disable', body, ada.token)
    expect([wrong.status, wrong.code, wrong.body['detail']]).toEqual([
      400,
      'invalid_code',
      'Invalid code',
    ])
  }
  expect((await world.post('/mfa/disable', {}, ada.token)).code).toBe('fresh_login_required')
  const code = codeAt(ada.secret, world.at)
  const done = await world.post('/mfa/disable', { code }, ada.token)
  expect([done.status, done.body]).toEqual([204, {}])
  world.at += 1001
  expect((await world.get('/me', other)).status).toBe(401)
  expect((await world.get('/me', ada.token)).status).toBe(200)
  expect((await world.get('/mfa/status', ada.token)).body).toMatchObject({
    enabled: false,
    methods: [],
    recovery_codes_left: 0,
  })
  expect((await world.mailTo(ADA))?.subject).toBe('Your account at shop has lost a second step')
  // Also when off.
  expect((await world.post('/mfa/disable', { code }, ada.token)).status).toBe(204)
  expect((await world.post('/login', { username: ADA, password: PASSWORD })).status).toBe(200)
  expect(await world.run('select 1 as one from trefoil_accounts_recovery')).toEqual([])
})

test('MFA-6: the last factor of whoever has to have one stays', async () => {
  await using world = new FactorWorld({
    accounts: { mfa: { shouldRequire: ({ email }) => email === ADA } },
  })
  const { pre_token } = await required(world)
  const started = await world.post('/mfa/enrol/start', { pre_token })
  const secret = String(started.body['secret'])
  const confirmed = await world.post('/mfa/enrol/confirm', {
    pre_token,
    code: codeAt(secret, world.at),
  })
  const token = tokenOf(confirmed)
  world.at += STEP
  const refused = await world.post('/mfa/disable', { code: codeAt(secret, world.at) }, token)
  expect([refused.status, refused.code]).toEqual([409, 'mfa_enforced'])
  // Taken back with all of it: the code is good still.
  expect((await world.get('/mfa/status', token)).body).toMatchObject({
    enabled: true,
    required: true,
  })
})

async function required(world: FactorWorld) {
  await world.register(ADA, PASSWORD)
  const login = await world.post('/login', { username: ADA, password: PASSWORD })
  expect([login.status, login.body['needs'], login.body['factors']]).toEqual([401, 'enrol', []])
  return { pre_token: String(login.body['pre_token']) }
}

test('SW-20: who has to have a second factor sets one up before there is any session', async () => {
  await using world = new FactorWorld({ accounts: { mfa: { enforceForAllUsers: true } } })
  const { pre_token } = await required(world)
  // A pre-token of enrolment is none of a second factor, nor the other way round.
  expect((await world.verify(pre_token, '000000')).code).toBe('invalid_pre_token')
  const early = await world.post('/mfa/enrol/confirm', { pre_token, code: '000000' })
  expect(early.code).toBe('no_mfa_setup')
  const started = await world.post('/mfa/enrol/start', { pre_token })
  const secret = String(started.body['secret'])
  const wrong = await world.post('/mfa/enrol/confirm', { pre_token, code: '000000' })
  expect([wrong.status, wrong.code]).toEqual([400, 'invalid_code'])
  const done = await world.post('/mfa/enrol/confirm', { pre_token, code: codeAt(secret, world.at) })
  expect(done.status).toBe(200)
  expect(done.body['codes']).toHaveLength(2)
  const token = tokenOf(done)
  expect((await world.get('/mfa/status', token)).body).toMatchObject({
    enabled: true,
    required: true,
  })
  const twice = await world.post('/mfa/enrol/confirm', {
    pre_token,
    code: codeAt(secret, world.at),
  })
  expect(twice.code).toBe('invalid_pre_token')
  world.at += STEP
  const second = await world.preTokenOf(ADA)
  expect((await world.post('/mfa/enrol/start', { pre_token: second })).code).toBe(
    'invalid_pre_token',
  )
  expect((await world.verify(second, codeAt(secret, world.at))).status).toBe(200)
})
