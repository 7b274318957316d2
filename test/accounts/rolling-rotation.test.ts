// While keys are rotated, a process that has only the old ones works beside one that has the new one.
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyRing } from 'trefoil/auth'
import { expect, onTestFinished, test } from 'vitest'
import {
  type AccountsApp,
  ADA,
  accountsApp,
  KEYS,
  OTHER_PASSWORD,
  PASSWORD,
} from './accounts-app.ts'

const NEW_KEYS = 'the key that comes after it, 0123456789abc'
const MINUTE = 60_000

async function twoProcesses(): Promise<readonly [old: AccountsApp, renewed: AccountsApp]> {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-rotation-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  const url = join(folder, 'app.db')
  const time = { at: Date.UTC(2026, 10, 30, 12) }
  const clock = { now: () => time.at, elapsed: () => time.at }
  const apps: AccountsApp[] = []
  for (const keys of [KEYS, keyRing(NEW_KEYS, [KEYS])]) {
    const it = await accountsApp({ url, clock, keys })
    onTestFinished(() => it[Symbol.asyncDispose]())
    Object.defineProperty(it, 'at', {
      get: () => time.at,
      set: (at: number) => {
        time.at = at
      },
    })
    apps.push(it)
  }
  return apps as [AccountsApp, AccountsApp]
}

test('a mail that a process without the new key takes up is sent by one that has it', async () => {
  const [old, renewed] = await twoProcesses()
  await renewed.post('/register', { email: ADA, password: PASSWORD })
  await old.deliver()
  expect([old.mails, renewed.mails]).toEqual([[], []])
  old.at += MINUTE
  const token = await renewed.tokenFor(ADA)
  expect((await renewed.post('/verify-email', { token })).status).toBe(200)
  expect((await renewed.signIn()).status).toBe(200)
})

test('it has its turn of the mailbox all the same, and a link that is over goes to nobody', async () => {
  const [old, renewed] = await twoProcesses()
  await renewed.person()
  const before = renewed.mails.length
  for (let n = 0; n < 5; n++) await renewed.post('/forgot-password', { email: ADA })
  await old.deliver()
  old.at += MINUTE / 2
  await renewed.deliver()
  expect(renewed.mails.length - before).toBe(1)
  old.at += 40 * MINUTE
  await renewed.deliver()
  expect(renewed.mails.length - before).toBe(1)
  const [token] = renewed.mails.at(-1)?.text.match(/(?<=token=)[\w.~-]+/) ?? []
  const answer = await renewed.post('/reset-password', { token, password: OTHER_PASSWORD })
  expect(answer.status).toBe(400)
})
