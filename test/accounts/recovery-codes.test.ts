import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { PASSWORD, tokenOf } from './accounts-world.ts'
import { codeAt, FactorWorld } from './second-factor-world.ts'

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'

function file(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-recovery-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}

test('SW-19, S-MFA-3: a recovery code signs in once, also from a process that was not there the first time', async () => {
  const url = file()
  await using world = new FactorWorld({ url, accounts: { mfa: { recoveryCodes: 3 } } })
  const { codes, email } = await world.enrol(ADA)
  const [first = '', second = ''] = codes
  const done = await world.verify(await world.preTokenOf(email), first)
  expect(done.status).toBe(200)
  // What is left is said, and its owner is told by mail (MFA-6).
  expect(done.body['recovery_codes_left']).toBe(2)
  expect((await world.mailTo(email))?.subject).toBe(
    'A recovery code of your account at shop was used',
  )
  await using later = new FactorWorld({ url })
  later.at = world.at
  expect((await later.verify(await later.preTokenOf(email), first)).code).toBe('invalid_code')
  // As it is typed from paper, and in the field of its own.
  const typed = ` ${second.slice(0, 5).toUpperCase()}-${second.slice(5)} `
  const pre_token = await later.preTokenOf(email)
  const answer = await later.post('/mfa/verify', { pre_token, recovery_code: typed })
  expect(answer.body['recovery_codes_left']).toBe(1)
  expect((await later.get('/mfa/status', tokenOf(answer))).body['recovery_codes_left']).toBe(1)
})

test('SW-19: what is kept of them opens nothing: argon2id, one salt for all of an account', async () => {
  await using world = new FactorWorld()
  const ada = await world.enrol(ADA)
  const bob = await world.enrol(BOB)
  const rows = (await world.run('select * from trefoil_accounts_recovery')).map(
    (row) => row as Readonly<Record<string, string>>,
  )
  expect(rows).toHaveLength(4)
  const text = JSON.stringify(rows)
  for (const code of [...ada.codes, ...bob.codes]) expect(text).not.toContain(code)
  expect(new Set(rows.map(({ salt }) => salt)).size).toBe(2)
  for (const { salt } of rows) expect(salt).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  // Of another account it is none.
  const [foreign = ''] = bob.codes
  expect((await world.verify(await world.preTokenOf(ADA), foreign)).code).toBe('invalid_code')
})

test('MFA-5: new codes kill those of before, and need a proof of just now', async () => {
  await using world = new FactorWorld()
  const { codes, secret } = await world.enrol(ADA)
  const token = await world.signIn({ email: ADA, secret })
  world.at += 6 * 60_000
  const stale = await world.post('/mfa/recovery/regenerate', {}, token)
  expect([stale.status, stale.code]).toEqual([401, 'fresh_login_required'])
  const wrong = await world.post('/mfa/recovery/regenerate', { code: '000000' }, token)
  expect([wrong.status, wrong.code]).toEqual([400, 'invalid_code'])
  const code = codeAt(secret, world.at)
  const made = await world.post('/mfa/recovery/regenerate', { code }, token)
  expect(made.status).toBe(200)
  const fresh = made.body['codes'] as string[]
  expect(fresh).toHaveLength(2)
  expect((await world.mailTo(ADA))?.subject).toBe('Your account at shop has new recovery codes')
  // The code that was shown for it is used up.
  expect((await world.post('/mfa/recovery/regenerate', { code }, token)).code).toBe('invalid_code')
  world.at += 30_000
  const pre = await world.preTokenOf(ADA)
  expect((await world.verify(pre, codes[0] ?? '')).code).toBe('invalid_code')
  expect((await world.verify(pre, fresh[0] ?? '')).status).toBe(200)
})

test('S-3.16: who has no second factor has no recovery codes to make anew', async () => {
  await using world = new FactorWorld()
  await world.register(ADA, PASSWORD)
  const token = await world.login(ADA, PASSWORD)
  const answer = await world.post('/mfa/recovery/regenerate', {}, token)
  expect([answer.status, answer.code, answer.body['detail']]).toEqual([
    400,
    'mfa_not_enabled',
    'MFA not enabled',
  ])
})
