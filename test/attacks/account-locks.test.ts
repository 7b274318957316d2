// The locks of accounts() at its own doors, as callers meet them.
import { describe, expect, test } from 'vitest'
import type { TestClient } from '../../packages/trefoil/src/testing.ts'
import {
  type AccountsApp,
  ADA,
  accountsApp,
  OTHER_PASSWORD,
  PASSWORD,
} from '../accounts/accounts-app.ts'

const BOB = 'bob@example.com'
// The weakest that there may be: this file hashes a good deal.
const FAST = { passwordHashing: { passes: 2 } } as const

async function fail(
  it: AccountsApp,
  times: number,
  email: string = ADA,
  from: TestClient = it.client,
): Promise<readonly number[]> {
  const statuses: number[] = []
  for (let at = 0; at < times; at++) {
    const { status } = await it.post('/login', { email, password: OTHER_PASSWORD }, { from })
    statuses.push(status)
  }
  return statuses
}

/** A code, and the challenge it belongs to. */
async function codeFor(it: AccountsApp, email: string): Promise<Record<string, unknown>> {
  const { body } = await it.post('/email-code', { email })
  await it.deliver()
  const text = it.mails.findLast(({ to }) => to === email)?.text ?? ''
  return { challenge: body['challenge'], code: /\b\d{6,10}\b/.exec(text)?.[0] }
}

describe('a lock', () => {
  test('LOCK-7, ENUM-2: is the same for whoever has an account and whoever has none', async () => {
    await using it = await accountsApp(FAST)
    await it.person()
    const seen = async (email: string) => {
      await fail(it, 5, email)
      const { status, body, headers } = await it.post('/login', { email, password: PASSWORD })
      const { request_id: _, instance: __, ...rest } = body
      const own = [...headers].filter(([name]) => !/^(?:x-request-id|date)$/.test(name))
      return JSON.stringify([status, rest, own])
    }
    const known = await seen(ADA)
    expect(known).toContain('account_locked')
    expect(await seen('nobody@example.com')).toBe(known)
  })

  test('SW-02: is made of what another connection sees, although each of the calls was refused', async () => {
    await using it = await accountsApp(FAST)
    await it.person()
    expect(await fail(it, 3)).toEqual([400, 400, 400])
    const rows = await it.data.state.run('select max(failures) as most from trefoil_attempts')
    expect(rows).toEqual([{ most: 3 }])
  })

  test('LOCK-8: no spelling of an address is another one, and nobody’s are no address', async () => {
    await using it = await accountsApp(FAST)
    await it.person()
    const spellings = [' ada@example.com', 'ADA@example.com', 'ada@EXAMPLE.com ', 'Ada@Example.Com']
    for (const email of spellings) expect(await fail(it, 1, email)).toEqual([400])
    expect(await fail(it, 1)).toEqual([429])
    await fail(it, 6, '')
    await fail(it, 6, 'x'.repeat(200))
    expect((await it.post('/login', { email: '', password: PASSWORD })).status).toBe(400)
  })
})

describe('LOCK-5, CVE-2026-16103: another door', () => {
  test('is locked as well: the code of a mail signs nobody in, and takes no guesses', async () => {
    await using it = await accountsApp({ ...FAST, emailCode: true })
    await it.person()
    const right = await codeFor(it, ADA)
    await fail(it, 5)
    const answer = await it.post('/email-code/confirm', right)
    expect([answer.status, answer.body['code']]).toEqual([429, 'account_locked'])
  })

  test('locks the first: guesses at codes are counted for the address they went to', async () => {
    await using it = await accountsApp({ ...FAST, emailCode: true })
    await it.person()
    for (let at = 0; at < 5; at++) {
      const { challenge } = await codeFor(it, ADA)
      it.at += 61_000
      await it.post('/email-code/confirm', { challenge, code: '000000' })
    }
    expect((await it.signIn()).status).toBe(429)
  })

  test('keeps nobody out who is signed in, and gives a stolen session no more tries than anybody', async () => {
    await using it = await accountsApp(FAST)
    await it.person()
    const [owner, thief] = [await it.signIn(), await it.signIn()]
    await fail(it, 5)
    const change = (token: string, current_password: string) =>
      it.post('/change-password', { current_password, password: OTHER_PASSWORD }, { token })
    const statuses: number[] = []
    for (let at = 0; at < 6; at++) {
      statuses.push((await change(thief.token, 'cobalt-thimble-verge-33')).status)
    }
    expect(statuses).toEqual([400, 400, 400, 400, 429, 429])
    expect((await change(thief.token, PASSWORD)).status).toBe(429)
    expect((await change(owner.token, PASSWORD)).status).toBe(200)
  })
})

describe('LOCK-3: a device that has signed in', () => {
  test('as a token in the body, and for its account alone', async () => {
    await using it = await accountsApp(FAST)
    await it.person()
    await it.person(BOB)
    const ofAda = (await it.signIn()).body['device_token']
    const ofBob = (await it.signIn(BOB)).body['device_token']
    await fail(it, 5)
    const login = (device_token: unknown) =>
      it.post('/login', { email: ADA, password: PASSWORD, device_token })
    expect((await login(ofBob)).status).toBe(429)
    expect((await login(`${String(ofAda)}x`)).status).toBe(429)
    expect((await login(ofAda)).status).toBe(200)
  })

  test('as a cookie, which is kept for as long as it is believed, and outlives the login', async () => {
    await using it = await accountsApp(FAST)
    await it.person()
    const browser = it.browser()
    const body = { email: ADA, password: PASSWORD, mode: 'cookie' }
    const first = await browser.http.post('/auth/login', { json: body })
    const cookie = first.headers.getSetCookie().find((one) => one.includes('trefoil_device='))
    expect(cookie).toMatch(/^__Host-trefoil_device=[^;]+;.*Max-Age=15552000/)
    expect((await browser.http.post('/auth/logout')).status).toBe(204)
    await fail(it, 5)
    expect((await it.browser().http.post('/auth/login', { json: body })).status).toBe(429)
    expect((await browser.http.post('/auth/login', { json: body })).status).toBe(200)
  })
})

describe('SW-05: an address', () => {
  test('GHSA-p6v2-xcpg-h6xw, CVE-2026-45364: of IPv6 is its /64, and locks all accounts from there', async () => {
    await using it = await accountsApp({ ...FAST, lockout: { addressThreshold: 4 } })
    await it.person()
    const statuses: number[] = []
    for (let at = 0; at < 4; at++) {
      const from = it.browser(`2001:db8:0:1:${at}::${at}`)
      statuses.push(...(await fail(it, 1, `user${at}@example.com`, from)))
    }
    expect(statuses).toEqual([400, 400, 400, 429])
    const login = (address: string) =>
      it.post('/login', { email: ADA, password: PASSWORD }, { from: it.browser(address) })
    expect((await login('2001:db8:0:1:ffff::1')).status).toBe(429)
    expect((await login('2001:db8:0:2::1')).status).toBe(200)
  })
})

test('operators see and end it', async () => {
  await using it = await accountsApp(FAST)
  await it.person()
  await fail(it, 5)
  const run = async (name: string) => {
    const command = it.people.commands?.find((one) => one.name === name)
    const context = { options: { identifier: ADA } }
    const said = await command?.run(context as unknown as Parameters<typeof command.run>[0])
    return typeof said === 'object' ? said.text : undefined
  }
  expect(await run('attempts')).toContain('account: 5 failures, locked for')
  expect(await run('unlock')).toContain('forgot the wrong tries at')
  expect((await it.signIn()).status).toBe(200)
})
