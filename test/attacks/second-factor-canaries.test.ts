import { inspect } from 'node:util'
import { expect, test, vi } from 'vitest'
import { type AuditLog, auditLog } from '../../packages/trefoil/src/audit.ts'
import { PASSWORD } from '../accounts/accounts-world.ts'
import { device } from '../accounts/passkeys-world.ts'
import { codeAt, FactorWorld } from '../accounts/second-factor-world.ts'

vi.setConfig({ testTimeout: 60_000 })

const ADA = 'ada@example.com'
const STEP = 30_000

/** All that is written, of whatever level, with the members of errors. */
function everything(value: unknown): string {
  return inspect(value, { depth: 20, maxStringLength: null, maxArrayLength: null })
}

test('FND-38: nothing that opens anything is in a log, a record, an audit entry, a table, a mail or a refusal', async () => {
  const lines: string[] = []
  const refusals: string[] = []
  let log: AuditLog | null = null
  const write = (...line: unknown[]) => void lines.push(everything(line))
  await using world = new FactorWorld({
    app: {
      log: {
        logger: { debug: write, info: write, warn: write, error: write },
        onCall: (record) => void lines.push(everything(record)),
        access: write,
      },
    },
    audit: (data) => {
      log = auditLog({ data, keys: 'a'.repeat(40) })
      return log
    },
    accounts: {
      passkeys: {},
      mfa: {
        emailOtp: { enabled: true },
        onChallenge: () => Promise.reject(new Error('away')),
        onSuccess: () => Promise.reject(new Error('away')),
      },
    },
  })
  const canaries: string[] = []
  const canary = (...texts: unknown[]) => void canaries.push(...texts.map(String))
  const refused = async (path: string, json: object, token?: string) => {
    const answer = await world.post(path, json, token)
    expect(answer.status, path).toBeGreaterThanOrEqual(400)
    refusals.push(everything(answer.body))
  }

  const ada = await world.enrol(ADA)
  canary(ada.secret, ...ada.codes)
  const token = await world.signIn(ada)
  canary(token)
  const passkey = device()
  const asked = await world.post('/passkeys/register/start', {}, token)
  const { step, options } = asked.body
  const made = passkey.create(options)
  canary(step, Object(options).challenge, Object(made['response']).attestationObject)
  // What is wrong is told by its name, and not by what it is.
  await refused('/passkeys/register', { step, response: { ...made, type: 'x' } }, token)
  await refused('/passkeys/register', { step, response: made, name: 7 }, token)
  expect((await world.post('/passkeys/register', { step, response: made }, token)).status).toBe(200)

  const pre_token = await world.preTokenOf(ADA)
  canary(pre_token)
  const typed = 'canary-0123456789'
  canary(typed)
  await refused('/mfa/verify', { pre_token, code: typed })
  await refused('/mfa/verify', { pre_token, code: typed.repeat(9) })
  await refused('/mfa/verify', { pre_token: [pre_token], code: typed })
  await refused('/mfa/verify', { pre_token, strange: typed })
  await refused('/mfa/verify', { pre_token, code: { typed } })
  await refused('/mfa/send_code', { pre_token: `${pre_token}${typed}` })
  await refused('/mfa/confirm', { code: typed }, token)
  await world.post('/mfa/send_code', { pre_token })
  const mailed = await world.codeTo(ADA)
  const question = await world.post('/passkeys/second-factor/start', { pre_token })
  const signed = passkey.get(question.body['options'])
  const { signature } = Object(signed['response'])
  canary(question.body['step'], signature)
  const answer = { pre_token, step: question.body['step'], response: signed }
  await refused('/passkeys/second-factor', { ...answer, step: `${String(answer.step)}x` })
  const entered = await world.verify(pre_token, codeAt(ada.secret, world.at), {
    trust_device: true,
  })
  expect(entered.status).toBe(200)
  canary(entered.body['access_token'], entered.body['trusted_token'])
  world.at += STEP
  const renewed = await world.post(
    '/mfa/recovery/regenerate',
    { code: codeAt(ada.secret, world.at) },
    String(entered.body['access_token']),
  )
  expect(renewed.status).toBe(200)
  canary(...(renewed.body['codes'] as string[]))
  await world.client.idle()

  expect(canaries.every((one) => one.length > 9 && one !== 'undefined')).toBe(true)
  const { entries } = await (log as unknown as AuditLog).find({ limit: 500 })
  const tables = await world.run("select name from sqlite_master where type = 'table'")
  const rows: unknown[] = []
  for (const table of tables) rows.push(await world.run(`select * from ${Object(table).name}`))
  const written = { lines, refusals, entries: everything(entries), rows: everything(rows) }
  expect(lines.length).toBeGreaterThan(20)
  for (const [place, texts] of Object.entries({ ...written, sent: everything(world.sent) })) {
    const found = canaries.filter((one) => everything(texts).includes(one))
    expect([place, found]).toEqual([place, []])
  }
  // The one that was mailed stands in the mail alone.
  expect(everything(lines)).not.toContain(`'${mailed}'`)
  expect(written.rows).not.toContain(`'${mailed}'`)
  expect(everything(lines)).not.toContain(PASSWORD)
})
