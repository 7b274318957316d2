import { expect, test } from 'vitest'
import { PASSWORD } from './accounts-world.ts'
import { codeAt, FactorWorld } from './second-factor-world.ts'

const ADA = 'ada@example.com'
const MAILED = { mfa: { emailOtp: { enabled: true } } } as const

async function enrolled() {
  const world = new FactorWorld({ accounts: MAILED })
  const ada = await world.enrol(ADA)
  // Mails of the enrolment are read.
  await world.mailTo(ADA)
  return { world, ...ada }
}

test('SW-20: a code in a mail is no second factor unless the app says so', async () => {
  await using world = new FactorWorld()
  await world.enrol(ADA)
  const login = await world.post('/login', { username: ADA, password: PASSWORD })
  expect(login.body['factors']).toEqual(['totp', 'recovery'])
  const { pre_token } = login.body
  expect((await world.post('/mfa/send_code', { pre_token })).status).toBe(404)
})

test('S-MFA-3: six digits, five minutes, a minute between two, once', async () => {
  const { world } = await enrolled()
  await using _ = world
  const login = await world.post('/login', { username: ADA, password: PASSWORD })
  expect(login.body['factors']).toEqual(['totp', 'recovery', 'email'])
  const pre_token = String(login.body['pre_token'])
  const sent = await world.post('/mfa/send_code', { pre_token })
  expect([sent.status, sent.body]).toEqual([200, { sent: true, cooldown_seconds: 60 }])
  const code = await world.codeTo(ADA)
  expect(code).toMatch(/^\d{6}$/)
  world.at += 20_000
  const again = await world.post('/mfa/send_code', { pre_token })
  expect(again.body).toEqual({ sent: true, cooldown_seconds: 40 })
  await world.jobs.runDue()
  expect(world.sent.filter(({ subject }) => subject.includes('second step for'))).toHaveLength(1)
  const done = await world.verify(pre_token, code)
  expect(done.status).toBe(200)
  expect((await world.verify(pre_token, code)).code).toBe('invalid_pre_token')
  expect((await world.verify(await world.preTokenOf(ADA), code)).code).toBe('invalid_code')
})

test('S-MFA-3: over after its time; the one before a new one is none', async () => {
  const { world } = await enrolled()
  await using _ = world
  const pre_token = await world.preTokenOf(ADA)
  await world.post('/mfa/send_code', { pre_token })
  const first = await world.codeTo(ADA)
  world.at += 61_000
  await world.post('/mfa/send_code', { pre_token })
  const second = await world.codeTo(ADA)
  expect(second).not.toBe(first)
  expect((await world.verify(pre_token, first)).code).toBe('invalid_code')
  expect((await world.verify(pre_token, second)).status).toBe(200)
  const short = new FactorWorld({
    accounts: { mfa: { emailOtp: { enabled: true, ttl: '30s', cooldown: '10s', attempts: 1 } } },
  })
  await using __ = short
  await short.enrol(ADA)
  await short.mailTo(ADA)
  const waiting = await short.preTokenOf(ADA)
  expect((await short.post('/mfa/send_code', { pre_token: waiting })).body).toEqual({
    sent: true,
    cooldown_seconds: 10,
  })
  const late = await short.codeTo(ADA)
  short.at += 31_000
  expect((await short.verify(waiting, late)).code).toBe('invalid_code')
  await short.post('/mfa/send_code', { pre_token: waiting })
  const tried = await short.codeTo(ADA)
  expect((await short.verify(waiting, tried === '000000' ? '1' : '000000')).code).toBe(
    'invalid_code',
  )
  expect((await short.verify(waiting, tried)).code).toBe('invalid_code')
})

test('SW-20: of many that ask at the same time one has a mail sent, and what it says is the code', async () => {
  const { world } = await enrolled()
  await using _ = world
  const pre_token = await world.preTokenOf(ADA)
  const asking = Array.from({ length: 8 }, () => world.post('/mfa/send_code', { pre_token }))
  for (const { status, body } of await Promise.all(asking)) {
    expect([status, body]).toEqual([200, { sent: true, cooldown_seconds: 60 }])
  }
  expect(
    await world.run("select id from trefoil_accounts_challenges where purpose = 'factor_code'"),
  ).toHaveLength(1)
  const code = await world.codeTo(ADA)
  expect((await world.verify(pre_token, code)).status).toBe(200)
})

test('SW-20: the code that was sent last is the one, also where the clock was put back in between', async () => {
  const { world } = await enrolled()
  await using _ = world
  const pre_token = await world.preTokenOf(ADA)
  await world.post('/mfa/send_code', { pre_token })
  const first = await world.codeTo(ADA)
  world.at -= 120_000
  await world.post('/mfa/send_code', { pre_token })
  const second = await world.codeTo(ADA)
  expect(second).not.toBe(first)
  expect((await world.verify(pre_token, first)).code).toBe('invalid_code')
  expect((await world.verify(pre_token, second)).status).toBe(200)
})

test('MFA-3: a code is of one login, and of no other of the same account', async () => {
  const { world } = await enrolled()
  await using _ = world
  const mine = await world.preTokenOf(ADA)
  const theirs = await world.preTokenOf(ADA)
  await world.post('/mfa/send_code', { pre_token: mine })
  const code = await world.codeTo(ADA)
  expect((await world.verify(theirs, code)).code).toBe('invalid_code')
  expect((await world.verify(mine, code)).status).toBe(200)
})

test('SW-20: never the second factor of a login that came by the mailbox itself', async () => {
  const { world } = await enrolled()
  await using _ = world
  world.at += 2000
  await world.post('/magic-link', { email: ADA })
  const token = await world.linkTo(ADA, 'magic-link')
  const byLink = await world.post('/magic-link/confirm', { token })
  expect([byLink.status, byLink.code]).toEqual([401, 'MFA_REQUIRED'])
  expect(byLink.body['factors']).toEqual(['totp', 'recovery'])
  world.at += 2000
  const { body } = await world.post('/email-code', { email: ADA })
  const code = await world.codeTo(ADA)
  const byCode = await world.post('/email-code/confirm', { challenge: body['challenge'], code })
  expect(byCode.body['factors']).toEqual(['totp', 'recovery'])
  for (const { body } of [byLink, byCode]) {
    const refused = await world.post('/mfa/send_code', { pre_token: body['pre_token'] })
    expect([refused.status, refused.code]).toEqual([400, 'mfa_factor_unavailable'])
  }
})

test('SW-20: a wrong code of the app uses up no try of a mail that nobody asked for', async () => {
  const { world, secret } = await enrolled()
  await using _ = world
  const pre_token = await world.preTokenOf(ADA)
  for (let count = 0; count < 3; count++) await world.verify(pre_token, '000000')
  await world.post('/mfa/send_code', { pre_token })
  const code = await world.codeTo(ADA)
  expect((await world.verify(pre_token, code)).status).toBe(200)
  world.at += 30_000
  expect(await world.signIn({ email: ADA, secret })).toMatch(/^tfl_at_/)
})

test('SW-13, MFA-3: what is no pre-token sends nothing, and all of it looks the same', async () => {
  const { world, secret } = await enrolled()
  await using _ = world
  const used = await world.preTokenOf(ADA)
  await world.verify(used, codeAt(secret, world.at))
  const over = await world.preTokenOf(ADA)
  world.at += 300_000
  await world.jobs.runDue()
  const before = world.sent.length
  const answers: string[] = []
  for (const pre_token of [used, over, 'x', '', `${over}a`, over.toUpperCase()]) {
    for (const answer of [
      await world.post('/mfa/send_code', { pre_token }),
      await world.verify(pre_token, '123456'),
    ]) {
      const { request_id: _id, ...body } = answer.body
      answers.push(JSON.stringify([answer.status, body]))
    }
  }
  expect([...new Set(answers)]).toEqual([answers[0]])
  expect(answers[0]).toContain('"Invalid pre-auth token"')
  await world.jobs.runDue()
  expect(world.sent).toHaveLength(before)
})
