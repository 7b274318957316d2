import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import {
  type AccountsApp,
  ADA,
  accountsApp,
  KEYS,
  OTHER_PASSWORD,
  PASSWORD,
} from '../accounts/accounts-app.ts'

const SCRIPT = join(import.meta.dirname, 'account-flows.process.ts')
const AT_ONCE = 12
const THIRD_PASSWORD = 'cobalt-harrier-mullion-33'

/** Whether the process is killed in the commit of its unit, and on which side of it. */
type Death = 'never' | 'before' | 'after'

interface Sender {
  readonly go: () => void
  /** Statuses; `null` where it died. */
  readonly statuses: Promise<readonly number[] | null>
}

/** A process that waits for the word to send the same request so many times at once. */
async function sender(
  url: string,
  path: string,
  body: unknown,
  { times = AT_ONCE, dies = 'never' as Death } = {},
): Promise<Sender> {
  const given = [SCRIPT, url, KEYS, dies, `/auth${path}`, JSON.stringify(body), String(times)]
  const child = spawn(process.execPath, given, { stdio: ['pipe', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  let text = ''
  child.stdout.setEncoding('utf8')
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (more: string) => {
      text += more
      if (text.includes('ready')) resolve()
    })
    child.once('exit', () => reject(new Error('A process has ended before it began')))
  })
  const statuses = once(child, 'close').then(() => {
    const [, said] = text.trim().split('\n')
    return said === undefined ? null : (JSON.parse(said) as number[])
  })
  await ready
  return { go: () => void child.stdin.write('go\n'), statuses }
}

async function together(senders: readonly Sender[]): Promise<number[]> {
  for (const { go } of senders) go()
  return (await Promise.all(senders.map(({ statuses }) => statuses))).flatMap((some) => some ?? [])
}

async function appOn(url: string): Promise<AccountsApp> {
  // Of the time of the other processes: what expires, expires for all of them.
  const clock = { now: Date.now, elapsed: () => performance.now() }
  const it = await accountsApp({ url, clock, mail: { cooldown: '1ms' } })
  onTestFinished(() => it[Symbol.asyncDispose]())
  return it
}

async function waitingFor(it: AccountsApp, email: string, password: string): Promise<string> {
  expect((await it.post('/register', { email, password })).status).toBe(202)
  return it.tokenFor(email)
}

async function resetToken(it: AccountsApp, email: string): Promise<string> {
  const before = await it.tokenFor(email)
  expect((await it.post('/forgot-password', { email })).status).toBe(202)
  await it.deliver()
  const token = await it.tokenFor(email)
  expect(token).not.toBe(before)
  return token
}

/** An account whose password may be reset. */
async function personOn(it: AccountsApp, email = ADA): Promise<string> {
  const token = await waitingFor(it, email, PASSWORD)
  expect((await it.post('/verify-email', { token })).status).toBe(200)
  return resetToken(it, email)
}

const won = (statuses: readonly number[]) => statuses.filter((status) => status === 200).length

/** Races of two processes, and processes that are killed, on one database. */
export function accountFlowChecks(createUrl: () => string | Promise<string>): void {
  test('SW-12: a link that two processes use at once makes one account', async () => {
    const url = await createUrl()
    const it = await appOn(url)
    const token = await waitingFor(it, ADA, PASSWORD)
    const senders = await Promise.all([
      sender(url, '/verify-email', { token }),
      sender(url, '/verify-email', { token }),
    ])
    const statuses = await together(senders)
    expect(statuses).toHaveLength(2 * AT_ONCE)
    expect([won(statuses), new Set(statuses)]).toEqual([1, new Set([200, 400])])
    expect((await it.signIn()).status).toBe(200)
  })

  test('of two registrations of one address that are proved at once one is an account', async () => {
    const url = await createUrl()
    const it = await appOn(url)
    const one = await waitingFor(it, ADA, PASSWORD)
    const other = await waitingFor(it, ADA, OTHER_PASSWORD)
    const senders = await Promise.all([
      sender(url, '/verify-email', { token: one }),
      sender(url, '/verify-email', { token: other }),
    ])
    expect(won(await together(senders))).toBe(1)
    const answers = [await it.signIn(), await it.signIn(ADA, OTHER_PASSWORD)]
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
  })

  test('S-PWD-6, SW-12: a link to a new password is used once, whoever is faster', async () => {
    const url = await createUrl()
    const it = await appOn(url)
    const token = await personOn(it)
    const senders = await Promise.all([
      sender(url, '/reset-password', { token, password: OTHER_PASSWORD }),
      sender(url, '/reset-password', { token, password: THIRD_PASSWORD }),
    ])
    expect(won(await together(senders))).toBe(1)
    const answers = [await it.signIn(ADA, OTHER_PASSWORD), await it.signIn(ADA, THIRD_PASSWORD)]
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400])
    expect(await it.account()).toMatchObject({ epoch: 2 })
  })

  test.each(['before', 'after'] as const)(
    'kill -9 %s the commit: a link is good or used, never half',
    async (dies) => {
      const url = await createUrl()
      const it = await appOn(url)
      const token = await waitingFor(it, ADA, PASSWORD)
      await killed(url, '/verify-email', { token }, dies)
      expect(await it.account()).toEqual(dies === 'before' ? undefined : expect.anything())
      const again = await it.post('/verify-email', { token })
      expect(again.status).toBe(dies === 'before' ? 200 : 400)
      expect((await it.signIn()).status).toBe(200)

      const reset = await resetToken(it, ADA)
      const { token: session } = await it.signIn()
      await killed(url, '/reset-password', { token: reset, password: OTHER_PASSWORD }, dies)
      const isDone = dies === 'after'
      // Its sessions of before, too, are there or over with it.
      await new Promise((resolve) => setTimeout(resolve, 1100))
      expect((await it.me(session)).status).toBe(isDone ? 401 : 200)
      expect((await it.signIn()).status).toBe(isDone ? 400 : 200)
      const body = { token: reset, password: OTHER_PASSWORD }
      expect((await it.post('/reset-password', body)).status).toBe(isDone ? 400 : 200)
      expect((await it.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
      await it.deliver()
      expect(it.mails.filter(({ subject }) => /changed|set/i.test(subject))).toHaveLength(1)
    },
  )
}

async function killed(url: string, path: string, body: unknown, dies: Death): Promise<void> {
  const one = await sender(url, path, body, { times: 1, dies })
  one.go()
  expect(await one.statuses).toBeNull()
}
