// What becomes of second factors: keys that are rotated, accounts that end, what is said of them and where.
import { expect, test } from 'vitest'
import { type AuditLog, auditLog } from '../../packages/trefoil/src/audit.ts'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { KEYS, PASSWORD, tokenOf } from './accounts-world.ts'
import { codeAt, FactorWorld } from './second-factor-world.ts'

const ADA = 'ada@example.com'
const OTHER_KEY = 'another key of tests that is long enough, 9876543210'
const STEP = 30_000

async function sealedBy(world: FactorWorld): Promise<string> {
  const [row] = await world.run('select key_id from trefoil_accounts_factors')
  return String(Object(row).key_id)
}

test('a secret that a former key has sealed is read, and sealed anew while it is used: the key can go', async () => {
  const keys = keyRing(KEYS)
  await using world = new FactorWorld({ accounts: { keys } })
  const ada = await world.enrol(ADA)
  const before = await sealedBy(world)
  keys.replace(OTHER_KEY, [KEYS])
  await world.signIn(ada)
  const after = await sealedBy(world)
  expect(after).not.toBe(before)
  keys.replace(OTHER_KEY, [])
  expect(await world.signIn(ada)).toMatch(/^tfl_at_/)
  expect(await sealedBy(world)).toBe(after)
})

test('a secret whose key is gone opens nothing, and a recovery code still does', async () => {
  const keys = keyRing(KEYS)
  await using world = new FactorWorld({ accounts: { keys } })
  const ada = await world.enrol(ADA)
  keys.replace(OTHER_KEY, [])
  const pre = await world.preTokenOf(ADA)
  expect((await world.verify(pre, codeAt(ada.secret, world.at))).code).toBe('invalid_code')
  expect((await world.verify(pre, ada.codes[0] ?? '')).status).toBe(200)
})

test('LOCK-5: a process that lacks the key of a secret locks nobody out, and guesses at a code that was mailed count', async () => {
  const keys = keyRing(KEYS)
  await using world = new FactorWorld({ accounts: { keys, mfa: { emailOtp: { enabled: true } } } })
  const ada = await world.enrol(ADA)
  // As a process that was not restarted yet, of an app whose others have sealed it anew.
  keys.replace(OTHER_KEY, [])
  for (let count = 0; count < 6; count++) {
    const pre = await world.preTokenOf(ADA)
    expect((await world.verify(pre, codeAt(ada.secret, world.at))).code).toBe('invalid_code')
  }
  keys.replace(OTHER_KEY, [KEYS])
  const pre = await world.preTokenOf(ADA)
  expect((await world.verify(pre, codeAt(ada.secret, world.at))).status).toBe(200)

  keys.replace(KEYS, [])
  const codes: unknown[] = []
  for (let count = 0; count < 5; count++) {
    const waiting = await world.preTokenOf(ADA)
    world.at += 2000
    await world.post('/mfa/send_code', { pre_token: waiting })
    const mailed = await world.codeTo(ADA)
    const wrong = mailed === '000000' ? '111111' : '000000'
    codes.push((await world.verify(waiting, wrong)).code)
  }
  expect(codes).toEqual([...Array(4).fill('invalid_code'), 'account_locked'])
})

test('LOCK-5: nor does a process that lacks the key of a code in a mail', async () => {
  const keys = keyRing(KEYS)
  await using world = new FactorWorld({ accounts: { keys } })
  await world.register(ADA, PASSWORD)
  const asked: unknown[] = []
  const codes: string[] = []
  for (let count = 0; count < 6; count++) {
    world.at += 2000
    asked.push((await world.post('/email-code', { email: ADA })).body['challenge'])
    codes.push(await world.codeTo(ADA))
  }
  keys.replace(OTHER_KEY, [])
  for (const [index, challenge] of asked.entries()) {
    const answer = await world.post('/email-code/confirm', { challenge, code: codes[index] })
    expect([answer.status, answer.code]).toEqual([400, 'invalid_code'])
  }
  keys.replace(OTHER_KEY, [KEYS])
  const json = { challenge: asked[5], code: codes[5] }
  expect((await world.post('/email-code/confirm', json)).status).toBe(200)
})

test('a secret is sealed for one account: in the row of another it opens nothing', async () => {
  await using world = new FactorWorld()
  const ada = await world.enrol(ADA)
  const eve = await world.enrol('eve@example.com')
  await world.run(
    `update trefoil_accounts_factors set secret = (select f.secret from trefoil_accounts_factors as f
      join trefoil_accounts as a on a.id = f.account_id where a.email = 'eve@example.com')
      where account_id = (select id from trefoil_accounts where email = ?) returning id`,
    [ADA],
  )
  const pre = await world.preTokenOf(ADA)
  for (const { secret } of [ada, eve]) {
    expect((await world.verify(pre, codeAt(secret, world.at))).code).toBe('invalid_code')
  }
})

test('a deleted account takes its factors, its codes and its pre-tokens with it', async () => {
  await using world = new FactorWorld({ accounts: { mfa: { emailOtp: { enabled: true } } } })
  const ada = await world.enrol(ADA)
  const token = await world.signIn(ada)
  await world.jobs.runDue()
  const pre = await world.preTokenOf(ADA)
  await world.post('/mfa/send_code', { pre_token: pre })
  const code = codeAt(ada.secret, world.at)
  expect((await world.post('/delete-account', { current_password: PASSWORD }, token)).status).toBe(
    204,
  )
  for (const table of ['factors', 'recovery', 'trusted', 'challenges']) {
    const rows = await world.run(`select * from trefoil_accounts_${table}`)
    expect([table, rows.filter((row) => Object(row).purpose !== 'notice')]).toEqual([table, []])
  }
  expect((await world.verify(pre, code)).code).toBe('invalid_pre_token')
  expect((await world.post('/mfa/send_code', { pre_token: pre })).code).toBe('invalid_pre_token')
  // Nothing is sent that was asked for before.
  const before = world.sent.length
  await world.jobs.runDue()
  expect(world.sent.slice(before).map(({ subject }) => subject)).toEqual([
    'Your account at shop was deleted',
  ])
})

test('MFA-4: a password reset by the mailbox leaves the second factor, and the pre-tokens of before are over', async () => {
  await using world = new FactorWorld()
  const ada = await world.enrol(ADA)
  const pre = await world.preTokenOf(ADA)
  world.at += 2000
  await world.post('/forgot-password', { email: ADA })
  const token = await world.linkTo(ADA, 'reset-password')
  const reset = await world.post('/reset-password', {
    token,
    password: 'ochre-sandpiper-lintel-91',
  })
  expect(tokenless(reset.body)).toBe(true)
  expect((await world.verify(pre, codeAt(ada.secret, world.at))).code).toBe('invalid_pre_token')
  const now = await world.preTokenOf(ADA, 'ochre-sandpiper-lintel-91')
  expect((await world.verify(now, codeAt(ada.secret, world.at))).status).toBe(200)
})

function tokenless(body: Readonly<Record<string, unknown>>): boolean {
  return !('access_token' in body)
}

test('SW-26, TOTP: the log says what happened and to whom, and no secret, no code and no pre-token', async () => {
  let log: AuditLog | null = null
  const lines: string[] = []
  await using world = new FactorWorld({
    audit: (data) => {
      log = auditLog({ data, keys: 'a'.repeat(40) })
      return log
    },
  })
  const ada = await world.enrol(ADA)
  const token = await world.signIn(ada)
  const pre = await world.preTokenOf(ADA)
  const code = codeAt(ada.secret, world.at)
  await world.verify(pre, '000000')
  await world.verify(pre, ada.codes[0] ?? '')
  const made = await world.post('/mfa/recovery/regenerate', { code }, token)
  world.at += STEP
  const off = await world.post('/mfa/disable', { code: codeAt(ada.secret, world.at) }, token)
  expect([made.status, off.status]).toEqual([200, 204])
  await world.client.idle()
  const { entries } = await (log as unknown as AuditLog).find({ limit: 200 })
  const events = entries.map(({ event }) => JSON.parse(JSON.stringify(event)))
  const names = events.filter(({ type }) => type === 'event').map(({ name }) => name)
  for (const name of [
    'factor.added',
    'login.challenged',
    'login.succeeded',
    'recovery.used',
    'recovery.regenerated',
    'factor.removed',
  ]) {
    expect(names).toContain(name)
  }
  lines.push(...events.map((event) => JSON.stringify(event)))
  const rows = await world.run('select * from trefoil_accounts_factors')
  const kept = JSON.stringify([
    rows,
    await world.run('select * from trefoil_jobs'),
    lines,
    world.sent,
  ])
  const fresh = made.body['codes'] as string[]
  for (const secret of [ada.secret, ...ada.codes, ...fresh, pre, code, '000000']) {
    expect(kept).not.toContain(secret)
  }
})

test('forms and cookies: no token in a body, a new cookie once a factor is on, the same one once it is off', async () => {
  await using world = new FactorWorld()
  await world.register(ADA, PASSWORD)
  const { http } = world.client
  const origin = { origin: 'http://testserver', 'sec-fetch-site': 'same-origin' }
  const form = (path: string, body: Record<string, string>, cookie = '') =>
    http.post(`/auth${path}`, {
      body: new URLSearchParams(body).toString(),
      headers: {
        ...origin,
        'content-type': 'application/x-www-form-urlencoded',
        ...(cookie === '' ? {} : { cookie }),
      },
    })
  const login = await form('/login', { username: ADA, password: PASSWORD, mode: 'cookie' })
  const first = cookieOf(login.headers)
  const started = await form('/mfa/start', { current_password: PASSWORD }, first)
  expect(started.status).toBe(200)
  const { secret } = started.json() as { secret: string }
  const confirmed = await form('/mfa/confirm', { code: codeAt(secret, world.at) }, first)
  expect(Object.keys(confirmed.json() as object).sort()).toEqual(['codes', 'expires_in', 'mode'])
  const second = cookieOf(confirmed.headers)
  expect(second).not.toBe(first)
  world.at += STEP
  const challenged = await form('/login', { username: ADA, password: PASSWORD, mode: 'cookie' })
  expect([challenged.status, challenged.headers.getSetCookie()]).toEqual([401, []])
  const { pre_token } = challenged.json() as { pre_token: string }
  const verified = await form('/mfa/verify', {
    pre_token,
    code: codeAt(secret, world.at),
    trust_device: 'true',
  })
  expect(verified.status).toBe(200)
  expect(verified.json()).not.toHaveProperty('access_token')
  const third = cookieOf(verified.headers)
  world.at += STEP
  const off = await form('/mfa/disable', { code: codeAt(secret, world.at) }, third)
  expect([off.status, off.text, off.headers.getSetCookie()]).toEqual([204, '', []])
  world.at += 1001
  const me = async (cookie: string) => (await http.get('/auth/me', { headers: { cookie } })).status
  expect([await me(second), await me(third)]).toEqual([401, 200])
  // A page of another site sends none of it (login CSRF).
  const foreign = await http.post('/auth/mfa/verify', {
    body: new URLSearchParams({ pre_token: 'x', code: '1' }).toString(),
    headers: {
      origin: 'https://evil.example',
      'sec-fetch-site': 'cross-site',
      'content-type': 'application/x-www-form-urlencoded',
    },
  })
  expect(foreign.status).toBe(403)
})

function cookieOf(headers: Headers): string {
  const [cookie = ''] = headers.getSetCookie().filter((one) => /login|session/i.test(one))
  return cookie.split(';')[0] ?? ''
}

test('a refresh token goes on over a removal, and none does over a setup', async () => {
  await using world = new FactorWorld()
  await world.register(ADA, PASSWORD)
  const login = await world.post('/login', { username: ADA, password: PASSWORD })
  const ada = await world.enrolBy(ADA, tokenOf(login), { current_password: PASSWORD })
  const over = await world.post('/refresh', { refresh_token: login.body['refresh_token'] })
  expect(over.code).toBe('invalid_refresh_token')
  const verified = await world.verify(await world.preTokenOf(ADA), codeAt(ada.secret, world.at))
  world.at += STEP
  const code = codeAt(ada.secret, world.at)
  expect((await world.post('/mfa/disable', { code }, tokenOf(verified))).status).toBe(204)
  const renewed = await world.post('/refresh', { refresh_token: verified.body['refresh_token'] })
  expect(renewed.status).toBe(200)
  expect((await world.get('/me', tokenOf(renewed))).status).toBe(200)
})
