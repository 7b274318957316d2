// The page's login by hand: recordAttempt, getLockoutStatus, computeLockout, over a database.
import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp, HttpError } from 'trefoil'
import {
  accountLocked,
  computeLockout,
  DEFAULT_LOCKOUT,
  getLockoutStatus,
  hashAddress,
  type LockoutConfig,
  lockoutTables,
  recordAttempt,
} from 'trefoil/accounts'
import { keyRing } from 'trefoil/auth'
import { type Database, database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { NO_APP } from '../support/no-app.ts'

type Data = Database<Record<string, Record<string, unknown>>>

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-lockout-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A database that is started, without an app. */
async function started(prepare: (data: Data) => void = () => {}): Promise<Data> {
  const data = database({ url: ':memory:', migrate: 'start' })
  prepare(data)
  await data.start?.(NO_APP)
  onTestFinished(async () => data.stop?.(NO_APP))
  return data
}

/** As if so much time had passed: those who compare are rows of the database by its clock. */
async function pass(data: Data, ms: number): Promise<void> {
  await data.state.run('update trefoil_login_attempts set at = at - ?', [ms])
}

const callFrom = (address: string | null) => ({ client: { address, userAgent: null } })
const ADDRESSES = keyRing('a key of addresses')
const IP = 'x'.repeat(43)
const wrong = { userId: 'u1', ipHash: IP, success: false }

test('the example of the page runs as it is written', async () => {
  const folder = newFolder()
  const state = join(folder, 'counters.db')
  const users = {
    byEmail: async (email: string) =>
      email === 'ada@example.com'
        ? { id: 'u1', verify: async (password: string) => password === 'right' }
        : null,
  }
  const store = database({ url: join(folder, 'app.db'), state, migrate: 'start' })
  const addressKeys = ADDRESSES
  const app = createApp({ name: 'login', env: {}, log: { logger: NO_APP.log }, parts: [store] })
  app.post(
    '/login',
    { public: true, params: { email: z.string(), password: z.string() } },
    async ({ email, password }, call) => {
      const ipHash = hashAddress(call, addressKeys)
      const before = await getLockoutStatus(store, { ipHash })
      if (before.locked) throw accountLocked(before)
      const user = await users.byEmail(email)
      if (user === null || !(await user.verify(password))) {
        await recordAttempt(store, { userId: user?.id ?? null, ipHash, success: false })
        throw new HttpError(400, 'LOGIN_BAD_CREDENTIALS', { code: 'LOGIN_BAD_CREDENTIALS' })
      }
      await recordAttempt(store, { userId: user.id, ipHash, success: true })
      return { ok: true }
    },
  )
  expect(computeLockout(7, DEFAULT_LOCKOUT).failureCount).toBe(7)
  await using client = testClient(app)
  const login = (email: string, password: string) =>
    client.http.post('/login', { json: { email, password } })
  expect((await login('ada@example.com', 'right')).status).toBe(200)
  // S-LOGIN-2: nobody can tell the two apart.
  for (const email of ['ada@example.com', 'nobody@example.com']) {
    const refused = await login(email, 'wrong')
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({
      code: 'LOGIN_BAD_CREDENTIALS',
      detail: 'LOGIN_BAD_CREDENTIALS',
    })
  }
  // SW-02: seen from another connection, although the call was refused.
  const elsewhere = new DatabaseSync(state, { readOnly: true })
  const rows = () => elsewhere.prepare('select user_id, success from trefoil_login_attempts').all()
  expect(rows()).toEqual(
    expect.arrayContaining([
      { user_id: 'u1', success: 1 },
      { user_id: 'u1', success: 0 },
      { user_id: null, success: 0 },
    ]),
  )
  for (let at = 0; at < 3; at++) await login('nobody@example.com', 'wrong')
  const count = rows().length
  // SW-01: also with the right password; S-LOGIN-1: nobody has looked who it is.
  for (const password of ['right', 'wrong']) {
    const locked = await login('ada@example.com', password)
    expect([locked.status, locked.headers.get('retry-after')]).toEqual([429, '30'])
    //
    expect(await locked.json()).toMatchObject({ code: 'account_locked', retry_after: 30 })
  }
  expect(rows().length).toBe(count)
  elsewhere.close()
})

describe('S-ATT-1, S-ATT-2, LOCK-4: what counts', () => {
  const status = async (data: Data, key: object, config?: LockoutConfig) => {
    const { locked, nextAllowedAt, failureCount } = await getLockoutStatus(data, key, config)
    const left = nextAllowedAt === null ? null : nextAllowedAt.getTime() - Date.now()
    return [locked, left === null ? null : Math.ceil(left / 1000), failureCount]
  }

  test('V-01, SW-03: locked from the last failure, exactly, and not again; the next one doubles', async () => {
    const data = await started()
    for (let at = 0; at < 5; at++) {
      await recordAttempt(data, wrong)
      if (at < 4) await pass(data, 1000)
    }
    expect(await status(data, { userId: 'u1' })).toEqual([true, 30, 5])
    await pass(data, 29_000)
    expect(await status(data, { userId: 'u1' })).toEqual([true, 1, 5])
    await pass(data, 1000)
    expect(await status(data, { userId: 'u1' })).toEqual([false, null, 5])
    await recordAttempt(data, wrong)
    expect(await status(data, { userId: 'u1' })).toEqual([true, 60, 6])
    await pass(data, 900_000 + 60_000)
    expect(await status(data, { userId: 'u1' })).toEqual([false, null, 0])
  })

  test('account and address are counted each for itself, and the longer lock holds', async () => {
    const data = await started()
    for (let at = 0; at < 6; at++) await recordAttempt(data, { ...wrong, userId: `u${at}` })
    expect(await status(data, { userId: 'u1' })).toEqual([false, null, 1])
    expect(await status(data, { userId: 'u1', ipHash: IP })).toEqual([true, 60, 6])
    expect(await status(data, { ipHash: 'y'.repeat(43) })).toEqual([false, null, 0])
    expect(await status(data, {})).toEqual([false, null, 0])
  })

  test('SW-04: a right one forgets what its account failed, and not what its address did', async () => {
    const data = await started()
    for (let at = 0; at < 4; at++) await recordAttempt(data, wrong)
    await recordAttempt(data, { ...wrong, success: true })
    await recordAttempt(data, wrong)
    expect(await status(data, { userId: 'u1' })).toEqual([false, null, 1])
    expect(await status(data, { ipHash: IP })).toEqual([true, 30, 5])
  })

  test('a configuration of its own', async () => {
    const data = await started()
    const config = { threshold: 3, baseCooldown: '10s', maxCooldown: '100s' } as const
    for (let at = 0; at < 4; at++) await recordAttempt(data, wrong)
    expect(await status(data, { userId: 'u1' }, config)).toEqual([true, 20, 4])
    for (let at = 0; at < 150; at++) await recordAttempt(data, wrong)
    expect(await status(data, { userId: 'u1' }, config)).toEqual([true, 100, 100])
  })

  test('a clock that was set back an hour locks nobody for longer', async () => {
    const data = await started()
    for (let at = 0; at < 5; at++) await recordAttempt(data, wrong)
    await pass(data, -3_600_000)
    expect(await status(data, { userId: 'u1' })).toEqual([true, 30, 5])
  })

  test('what is asked for reads, and writes nothing', async () => {
    const data = await started()
    await recordAttempt(data, wrong)
    for (let at = 0; at < 20; at++) await getLockoutStatus(data, { userId: 'u1', ipHash: IP })
    expect((await data.state.run('select id from trefoil_login_attempts')).length).toBe(1)
  })
})

describe('the table', () => {
  test('is made with the others where it is named, and at first use where it is not', async () => {
    const named = await started(lockoutTables)
    expect(await named.state.run('select id from trefoil_login_attempts')).toEqual([])
    const unnamed = await started()
    const many = Array.from({ length: 20 }, () => recordAttempt(unnamed, wrong))
    await Promise.all(many)
    expect((await unnamed.state.run('select id from trefoil_login_attempts')).length).toBe(20)
  })

  test('that was made at first use is no obstacle to naming it later', async () => {
    const url = join(newFolder(), 'app.db')
    for (const names of [false, true, true]) {
      const data = database({ url, migrate: 'start' })
      if (names) lockoutTables(data)
      await data.start?.(NO_APP)
      await recordAttempt(data, wrong)
      await data.stop?.(NO_APP)
    }
    const data = database({ url, migrate: 'start' })
    await data.start?.(NO_APP)
    // What a process wrote counts after it has ended.
    expect((await getLockoutStatus(data, { userId: 'u1' })).failureCount).toBe(3)
    await data.stop?.(NO_APP)
  })
})

describe('SW-07, V-05, S-ATT-3: addresses', () => {
  test('the hash is keyed: it is not the one that anybody can make', () => {
    const address = '203.0.113.7'
    const plain = createHash('sha256').update(address).digest('hex')
    expect(plain).toBe('fec52565aa0cf18f57d7cf5b3ac728503b8992d2d6f7d46da1d1201090902b02')
    const hash = hashAddress(callFrom(address), ADDRESSES)
    expect(hash).toMatch(/^[A-Za-z0-9_-]{43}$/)
    expect(hash).not.toBe(Buffer.from(plain, 'hex').toString('base64url'))
    expect(hash).toBe(hashAddress(callFrom(address), keyRing('a key of addresses')))
    expect(hash).not.toBe(hashAddress(callFrom(address), keyRing('another')))
  })

  test('GHSA-p6v2-xcpg-h6xw, CVE-2026-45364: an IPv6 /64 is one, an IPv4 address in every spelling', () => {
    const hash = (address: string | null) => hashAddress(callFrom(address), ADDRESSES)
    expect(hash('2001:db8:1:2:3:4:5:6')).toBe(hash('2001:db8:1:2::1'))
    expect(hash('2001:db8:1:2::1')).not.toBe(hash('2001:db8:1:3::1'))
    expect(hash('::ffff:203.0.113.7')).toBe(hash('203.0.113.7'))
    expect(hash('203.0.113.7')).not.toBe(hash('203.0.113.8'))
    expect([hash(null), hash('unix:'), hash('')]).toEqual([null, null, null])
  })
})

test('LOCK-6: where the database does not answer nobody knows, and nobody is let in', async () => {
  const data = database({ url: ':memory:', migrate: 'start' })
  await data.start?.(NO_APP)
  await recordAttempt(data, wrong)
  await data.stop?.(NO_APP)
  await expect(getLockoutStatus(data, { userId: 'u1' })).rejects.toThrow('closed')
  await expect(recordAttempt(data, wrong)).rejects.toThrow('closed')
})

test('wrong things are refused with a sentence', async () => {
  const data = await started()
  const no = (value: unknown) => value as never
  await expect(getLockoutStatus(data, no({ userId: '' }))).rejects.toThrow(
    'userId must be text of 1 to 255 characters, or null',
  )
  await expect(recordAttempt(data, no({ ...wrong, userId: 'x'.repeat(256) }))).rejects.toThrow(
    TypeError,
  )
  await expect(recordAttempt(data, no({ ...wrong, success: 'false' }))).rejects.toThrow(
    'success, true or false',
  )
  await expect(recordAttempt(no('app.db'), wrong)).rejects.toThrow('database() gives')
  await expect(recordAttempt(no(null), wrong)).rejects.toThrow('database() gives')
  await expect(getLockoutStatus(data, no(null))).rejects.toThrow('must be an object')
  await expect(getLockoutStatus(data, no({ userid: 'u1' }))).rejects.toThrow(
    "did you mean 'userId'",
  )
  await expect(getLockoutStatus(data, {}, no({ threshold: '5' }))).rejects.toThrow(
    'lockout.threshold',
  )
  // Nobody: there is nothing to write.
  await recordAttempt(data, { success: false })
  expect(() => lockoutTables(data)).toThrow('came after the database was started')
})
