import { createHash } from 'node:crypto'
import { afterEach, describe, expect, test } from 'vitest'
import { keyRing } from '../../../auth.ts'
import { database } from '../../../database.ts'
import { type Clock, Problem } from '../../../index.ts'
import { readLockout } from '../../../inner.ts'
import { type AttemptStore, memoryAttempts, sqlAttempts } from '../../../stores.ts'
import { AccountKeys } from '../account-keys.ts'
import { type Identifier, readIdentifier } from '../identifier.ts'
import type { LoginLocks, LoginTry } from './login-locks.ts'
import { makeLocks } from './make-locks.ts'

const SECOND = 1000
const HOUR = 3_600_000
const DAY = 24 * HOUR
const ADA: Identifier = { kind: 'email', text: 'ada@example.com' }
const BOB: Identifier = { kind: 'email', text: 'bob@example.com' }

const ending: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0)) await end()
})

/** A clock that somebody moves. */
function moved(): Clock & { by(ms: number): void } {
  let now = 1_800_000_000_000
  return {
    now: () => now,
    elapsed: () => now,
    by: (ms) => {
      now += ms
    },
  }
}

function inMemory(config: object = {}, ring = keyRing('k1')) {
  const clock = moved()
  const store = memoryAttempts({ clock })
  const made = makeLocks(store, new AccountKeys(ring), readLockout(config), clock)
  return { ...made, clock, store, ring }
}

async function onSqlite(config: object = {}): Promise<LoginLocks & { store: AttemptStore }> {
  const data = database<never>({ url: ':memory:', migrate: 'start' })
  const store = sqlAttempts(data)
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const app = { log } as unknown as Parameters<NonNullable<typeof data.start>>[0]
  await data.start?.(app)
  ending.push(() => data.stop?.(app))
  const { locks } = makeLocks(store, new AccountKeys(keyRing('k1')), readLockout(config), moved())
  return Object.assign(locks, { store })
}

function trying(identifier: Identifier | null, more: Partial<LoginTry> = {}): LoginTry {
  const client = { address: '203.0.113.7', userAgent: null }
  return { identifier, client, device: null, signal: new AbortController().signal, ...more }
}

const from = (address: string | null) => ({ client: { address, userAgent: null } })

/** @returns `in`, `wrong`, or what it was refused with, and how often the secret was looked at */
async function ask(
  locks: LoginLocks,
  tried: LoginTry,
  isRight: boolean,
  looked: () => void = () => {},
): Promise<string> {
  try {
    return await locks.attempt(tried, async () => {
      looked()
      return { isRight, value: isRight ? 'in' : 'wrong' }
    })
  } catch (error) {
    if (!Problem.is(error)) throw error
    return `${error.status} ${error.code} ${error.headers?.['retry-after'] ?? ''}`.trim()
  }
}

async function times(count: number, work: () => Promise<string>): Promise<readonly string[]> {
  const all: string[] = []
  for (let at = 0; at < count; at++) all.push(await work())
  return all
}

describe('S-LOGIN-1, S-LOGIN-3, LOCK-4: the account', () => {
  test('the failure that reaches the threshold is refused itself, and so is the right password after it', async () => {
    const { locks, clock } = inMemory()
    const wrong = () => ask(locks, trying(ADA), false)
    expect(await times(5, wrong)).toEqual([...Array(4).fill('wrong'), '429 account_locked 30'])
    expect(await ask(locks, trying(ADA), true)).toBe('429 account_locked 30')
    clock.by(500)
    expect(await ask(locks, trying(ADA), true)).toBe('429 account_locked 30')
    clock.by(28.5 * SECOND + 1)
    // SW-03: exact, and one at least.
    expect(await ask(locks, trying(ADA), true)).toBe('429 account_locked 1')
    clock.by(999)
    expect(await wrong()).toBe('429 account_locked 60')
    clock.by(60 * SECOND)
    expect(await ask(locks, trying(ADA), true)).toBe('in')
    // SW-04: and all of it is forgotten.
    expect(await times(4, wrong)).toEqual(Array(4).fill('wrong'))
  })

  test('SW-01, LOCK-7: whether there is an account is nothing that it knows', async () => {
    const { locks } = inMemory()
    const of = (who: Identifier) => times(7, () => ask(locks, trying(who), false))
    expect(await of(ADA)).toEqual(await of({ kind: 'email', text: 'nobody@example.com' }))
  })

  test('LOCK-4: tries while it is locked prolong nothing', async () => {
    const { locks, clock } = inMemory()
    await times(5, () => ask(locks, trying(ADA), false))
    for (let second = 0; second < 30; second++) {
      const left = `429 account_locked ${30 - second}`
      expect(await ask(locks, trying(ADA), true)).toBe(left)
      clock.by(SECOND)
    }
    expect(await ask(locks, trying(ADA), true)).toBe('in')
  })

  test('the longest lock is reached, and grows no more', async () => {
    const { locks, clock } = inMemory()
    const locked: number[] = []
    await times(4, () => ask(locks, trying(ADA), false))
    for (let at = 0; at < 10; at++) {
      const answer = await ask(locks, trying(ADA), false)
      locked.push(Number(answer.split(' ')[2]))
      clock.by((locked.at(-1) as number) * SECOND)
    }
    expect(locked).toEqual([30, 60, 120, 240, 480, 960, 1920, 3600, 3600, 3600])
  })

  test('a throw says nothing about the secret, and counts as nothing', async () => {
    const { locks } = inMemory()
    const broken = () =>
      locks.attempt(trying(ADA), () => Promise.reject(new Error('no time to look')))
    for (let at = 0; at < 20; at++) await expect(broken()).rejects.toThrow('no time to look')
    expect(await ask(locks, trying(ADA), true)).toBe('in')
  })
})

describe('LOCK-1, LOCK-2: many at once', () => {
  const kinds = { memory: async () => inMemory().locks, SQLite: () => onSqlite() } as const

  test.each(Object.entries(kinds))(
    '%s: 500 wrong guesses are five looks at the secret',
    async (_, make) => {
      const locks = await make()
      let looks = 0
      const guess = () => ask(locks, trying(ADA), false, () => looks++)
      const answers = await Promise.all(Array.from({ length: 500 }, guess))
      expect(looks).toBe(5)
      expect(answers.filter((answer) => answer.startsWith('429')).length).toBeGreaterThan(495)
    },
  )

  test.each(Object.entries(kinds))('%s: 50 right ones all get in', async (_, make) => {
    const locks = await make()
    const login = () => ask(locks, trying(ADA), true)
    expect(await Promise.all(Array.from({ length: 50 }, login))).toEqual(Array(50).fill('in'))
    expect(await ask(locks, trying(ADA), false)).toBe('wrong')
  })

  test('those who wait do not ask the store for it again and again', async () => {
    let asked = 0
    const { store } = inMemory()
    const spy: AttemptStore = {
      ...store,
      reserve: (budgets) => {
        asked++
        return store.reserve(budgets)
      },
    }
    const config = readLockout({ addressThreshold: 10 })
    const { locks } = makeLocks(spy, new AccountKeys(keyRing('k1')), config, moved())
    const login = (at: number) => {
      const who: Identifier = at % 2 === 0 ? ADA : { kind: 'username', text: `user${at}` }
      return locks.attempt(trying(who), async () => {
        await new Promise((resolve) => setImmediate(resolve))
        return { isRight: true, value: at }
      })
    }
    const all = Array.from({ length: 1000 }, (_, at) => at)
    expect(await Promise.all(all.map(login))).toEqual(all)
    expect(asked).toBe(1000)
  })

  test('who waits for too long is told to come again, behind others of this process and of another one', async () => {
    const { store, clock } = inMemory()
    const config = readLockout({ threshold: 1 })
    const ofProcess = () =>
      makeLocks(store, new AccountKeys(keyRing('k1')), config, clock, 30).locks
    const [one, other] = [ofProcess(), ofProcess()]
    await one.attempt(trying(ADA), async () => {
      for (const locks of [one, other]) {
        expect(await ask(locks, trying(ADA), true)).toBe('503 unavailable 1')
      }
      return { isRight: true, value: null }
    })
    for (const locks of [one, other]) expect(await ask(locks, trying(ADA), true)).toBe('in')
  })

  test('SW-06: guesses spread over doors and addresses are five, too', async () => {
    const locks = await onSqlite()
    let looks = 0
    const answers = await Promise.all(
      Array.from({ length: 100 }, (_, at) =>
        ask(locks, trying(ADA, from(`198.51.100.${at}`)), false, () => looks++),
      ),
    )
    expect(looks).toBe(5)
    expect(answers.filter((answer) => answer === 'wrong').length).toBeLessThan(5)
  })
})

describe('LOCK-5, CVE-2026-16103: one counter for every door', () => {
  test('what the password has locked no code opens, and no other door', async () => {
    const { locks } = inMemory()
    const login = () => ask(locks, trying(ADA), false)
    const code = () => ask(locks, trying(ADA), false)
    const currentPassword = () => ask(locks, trying(ADA), true)
    await times(2, login)
    await times(2, code)
    expect(await login()).toBe('429 account_locked 30')
    expect(await code()).toBe('429 account_locked 30')
    expect(await currentPassword()).toBe('429 account_locked 30')
  })
})

describe('SW-05: the address', () => {
  test('is counted over all accounts, further than one account', async () => {
    const { locks } = inMemory({ addressThreshold: 12 })
    let at = 0
    const another = () => ask(locks, trying({ kind: 'username', text: `user${at++}` }), false)
    expect((await times(12, another)).at(-1)).toBe('429 account_locked 30')
    expect(await ask(locks, trying(BOB), true)).toBe('429 account_locked 30')
    expect(await ask(locks, trying(BOB, from('203.0.113.8')), true)).toBe('in')
  })

  test('a right login does not forget what its address did', async () => {
    const { locks } = inMemory({ addressThreshold: 6 })
    const wrong = (name: string) => ask(locks, trying({ kind: 'username', text: name }), false)
    for (let at = 0; at < 5; at++) {
      await wrong(`user${at}`)
      expect(await ask(locks, trying(BOB), true)).toBe('in')
    }
    expect(await wrong('user5')).toBe('429 account_locked 30')
  })

  test('GHSA-p6v2-xcpg-h6xw, CVE-2026-45364: addresses of one IPv6 /64 are one', async () => {
    const { locks } = inMemory({ addressThreshold: 5 })
    let at = 0
    const another = () => {
      const address = `2001:db8:1:2:${(at * 7919).toString(16)}::${++at}`
      return ask(locks, trying({ kind: 'username', text: `user${at}` }, from(address)), false)
    }
    expect((await times(5, another)).at(-1)).toBe('429 account_locked 30')
    expect(await ask(locks, trying(BOB, from('2001:db8:1:2::ffff')), true)).toMatch(/^429/)
    expect(await ask(locks, trying(BOB, from('2001:db8:1:3::1')), true)).toBe('in')
  })

  test('SW-05: an IPv4 address is one in every spelling', async () => {
    const { locks } = inMemory({ addressThreshold: 2 })
    await ask(locks, trying(ADA, from('::ffff:203.0.113.7')), false)
    expect(await ask(locks, trying(BOB, from('203.0.113.7')), false)).toMatch(/^429/)
  })
})

describe('LOCK-8: what is nobody’s touches no counter that somebody has', () => {
  const nobodys: readonly unknown[] = ['', '   ', 'x'.repeat(5000), '\ud800', 'a\u0000b', null, {}]

  test.each(nobodys.map((one, at) => [at, one]))('identifier %d', async (_, given) => {
    expect(readIdentifier(given)).toBeNull()
    const { locks } = inMemory()
    const tried = trying(readIdentifier(given), from(null))
    expect(await times(200, () => ask(locks, tried, false))).toEqual(Array(200).fill('wrong'))
    expect(await ask(locks, trying(ADA, from(null)), true)).toBe('in')
  })

  test('it counts where it comes from', async () => {
    const { locks } = inMemory({ addressThreshold: 5 })
    expect((await times(5, () => ask(locks, trying(null), false))).at(-1)).toMatch(/^429/)
  })

  test('an address and a user name of one text are two', async () => {
    const { locks } = inMemory()
    await times(5, () => ask(locks, trying({ kind: 'username', text: 'ada@example.com' }), false))
    expect(await ask(locks, trying(ADA), true)).toBe('in')
  })
})

describe('LOCK-3: a device that has signed in', () => {
  test('gets in during 10,000 hostile tries from everywhere, and from its own address', async () => {
    const { locks, clock } = inMemory()
    const device = locks.deviceToken(ADA)
    let looks = 0
    for (let at = 0; at < 10_000; at++) {
      const address = at % 2 === 0 ? '203.0.113.7' : `198.51.${at % 256}.${(at >> 8) % 256}`
      await ask(locks, trying(ADA, from(address)), false, () => looks++)
      clock.by(SECOND)
      if (at % 2500 === 2499) {
        expect(await ask(locks, trying(ADA), true)).toMatch(/^429/)
        expect(await ask(locks, trying(ADA, { device }), true)).toBe('in')
      }
    }
    expect(looks).toBeLessThan(20)
  })

  test('gets in also where others have had its address locked', async () => {
    const { locks } = inMemory({ addressThreshold: 5 })
    const device = locks.deviceToken(ADA)
    for (let at = 0; at < 5; at++) {
      await ask(locks, trying({ kind: 'username', text: `user${at}` }), false)
    }
    expect(await ask(locks, trying(ADA), true)).toMatch(/^429/)
    expect(await ask(locks, trying(ADA, { device }), true)).toBe('in')
  })

  test('has as few tries as anybody, and takes none of the others', async () => {
    const { locks } = inMemory()
    const device = locks.deviceToken(ADA)
    const wrong = () => ask(locks, trying(ADA, { device }), false)
    expect((await times(5, wrong)).at(-1)).toBe('429 account_locked 30')
    expect(await ask(locks, trying(ADA, { device }), true)).toMatch(/^429/)
    expect(await ask(locks, trying(ADA, { device: locks.deviceToken(ADA) }), true)).toBe('in')
    expect(await ask(locks, trying(ADA), true)).toBe('in')
  })

  test('so is a login session: whoever is signed in can prove the password while strangers are locked out', async () => {
    const { locks } = inMemory()
    await times(5, () => ask(locks, trying(ADA), false))
    const inside = (session: string, isRight: boolean) =>
      ask(locks, trying(ADA, { session }), isRight)
    expect(await inside('s1', true)).toBe('in')
    expect((await times(5, () => inside('s2', false))).at(-1)).toBe('429 account_locked 30')
    expect(await inside('s2', true)).toBe('429 account_locked 30')
    expect(await inside('s1', true)).toBe('in')
  })

  test('its logins give a stranger no tries anew', async () => {
    const { locks } = inMemory()
    const device = locks.deviceToken(ADA)
    await times(5, () => ask(locks, trying(ADA), false))
    await ask(locks, trying(ADA, { device }), true)
    expect(await ask(locks, trying(ADA), false)).toMatch(/^429/)
  })

  test('is one of one account: another’s token, a forged one and an old one are a stranger’s', async () => {
    const { locks, clock } = inMemory()
    const ofAda = locks.deviceToken(ADA)
    const ofBob = locks.deviceToken(BOB)
    const [id = '', issued = '', mac = ''] = ofAda.split('.')
    const forged = [
      ofBob,
      `${id}.${issued}.${'A'.repeat(43)}`,
      `${'A'.repeat(22)}.${issued}.${mac}`,
      `${id}.${(clock.now() + DAY).toString(36)}.${mac}`,
      `${id}.${issued}.`,
      '',
      '~'.repeat(300),
      'x'.repeat(1_000_000),
    ]
    await times(5, () => ask(locks, trying(ADA), false))
    for (const device of forged) {
      expect(await ask(locks, trying(ADA, { device }), true)).toMatch(/^429/)
    }
    expect(await ask(locks, trying(ADA, { device: ofAda }), true)).toBe('in')
    clock.by(180 * DAY - 1)
    await times(5, () => ask(locks, trying(ADA), false))
    expect(await ask(locks, trying(ADA, { device: ofAda }), true)).toBe('in')
    clock.by(1)
    expect(await ask(locks, trying(ADA, { device: ofAda }), true)).toMatch(/^429/)
  })

  test('a browser knows four accounts, and keeps its id', () => {
    const { locks } = inMemory()
    const who = (at: number): Identifier => ({ kind: 'username', text: `user${at}` })
    let token: string | null = null
    for (let at = 0; at < 6; at++) token = locks.deviceToken(who(at), token)
    const parts = (token as string).split('~')
    expect(parts.length).toBe(4)
    const again = locks.deviceToken(who(5), token).split('~')
    expect(again.map((one) => one.split('.')[0])).toEqual(parts.map((one) => one.split('.')[0]))
    expect(locks.deviceToken(who(0), 'x~<script>~').split('~').length).toBe(1)
  })
})

test('NIST SP 800-63B-4, 3.2.2: of a month of patient guessing 100 at most are looked at', async () => {
  const { locks, clock } = inMemory()
  const device = locks.deviceToken(ADA)
  let looks = 0
  // Four in a quarter of an hour lock nothing for long: only the month does. Half of the bound for each of the two names
  // that an account may have.
  for (let at = 0; at < 40; at++) {
    for (const shown of [null, device]) {
      const tried = trying(ADA, { device: shown, ...from(`198.51.100.${at}`) })
      await times(4, () => ask(locks, tried, false, () => looks++))
    }
    clock.by(at < 20 ? 15 * 60 * SECOND + 1 : DAY)
  }
  expect(looks).toBe(50)
  expect(await ask(locks, trying(ADA, from('192.0.2.1')), true)).toMatch(/^429/)
  clock.by(30 * DAY)
  expect(await ask(locks, trying(ADA, from('192.0.2.1')), true)).toBe('in')
})

describe('SW-07, V-05: keys', () => {
  test('planned rotation: what was counted under the key before still locks', async () => {
    const { locks, ring } = inMemory()
    const device = locks.deviceToken(ADA)
    await times(5, () => ask(locks, trying(ADA), false))
    ring.replace('k2', ['k1'])
    expect(await ask(locks, trying(ADA), true)).toBe('429 account_locked 30')
    expect(await ask(locks, trying(ADA, { device }), true)).toBe('in')
    await times(5, () => ask(locks, trying(BOB), false))
    // A process that has only the old key still finds what this one counts.
    ring.replace('k1')
    expect(await ask(locks, trying(BOB), true)).toBe('429 account_locked 30')
    // And once the old one is gone for good, what was counted meanwhile is not.
    ring.replace('k2')
    expect(await ask(locks, trying(BOB), true)).toBe('429 account_locked 30')
  })

  test('emergency: without the key before, counters begin anew and no device is known', async () => {
    const { locks, ring } = inMemory()
    const device = locks.deviceToken(ADA)
    await times(5, () => ask(locks, trying(ADA), false))
    ring.replace('k2')
    const wrong = () => ask(locks, trying(ADA, { device }), false)
    expect((await times(5, wrong)).at(-1)).toBe('429 account_locked 30')
    expect(await ask(locks, trying(ADA), true)).toMatch(/^429/)
  })

  test('the store is handed digests that nobody without the key can make', async () => {
    const seen: string[] = []
    const { store } = inMemory()
    const spy: AttemptStore = {
      ...store,
      reserve: (budgets) => {
        seen.push(...budgets.map(({ key }) => key))
        return store.reserve(budgets)
      },
    }
    const { locks } = makeLocks(spy, new AccountKeys(keyRing('k1')), readLockout({}), moved())
    await ask(locks, trying(ADA), false)
    expect(seen.length).toBe(3)
    const guesses = ['ada@example.com', '203.0.113.7'].flatMap((text) => [
      text,
      createHash('sha256').update(text).digest('base64url'),
    ])
    for (const key of seen) {
      expect(key).toMatch(/^[A-Za-z0-9_-]{43}$/)
      expect(guesses).not.toContain(key)
    }
  })
})

describe('LOCK-6: where nobody can count', () => {
  const broken = (what: Partial<AttemptStore>) => {
    const { store } = inMemory()
    return makeLocks(
      { ...store, ...what },
      new AccountKeys(keyRing('k1')),
      readLockout({}),
      moved(),
    ).locks
  }
  const away = () => Promise.reject(new Error('connect ECONNREFUSED 10.0.0.5:5432'))

  test('nobody is tried, and nobody gets in', async () => {
    let looks = 0
    const answers = await times(3, () =>
      ask(broken({ reserve: away }), trying(ADA), true, () => looks++),
    )
    expect([...answers, looks]).toEqual([...Array(3).fill('503 unavailable 1'), 0])
  })

  test('a try whose end cannot be written lets nobody in, and tells nothing', async () => {
    expect(await ask(broken({ succeeded: away }), trying(ADA), true)).toBe('503 unavailable 1')
    expect(await ask(broken({ failed: away }), trying(ADA), false)).toBe('503 unavailable 1')
  })

  test('what the check threw is what is said, also when it cannot be given back', async () => {
    const locks = broken({ released: away })
    const check = () => Promise.reject(new Error('of the check'))
    await expect(locks.attempt(trying(ADA), check)).rejects.toThrow('of the check')
  })
})

describe('who leaves', () => {
  const gone = new Error('gone')

  test('while he waits is not tried, and takes nobody’s place', async () => {
    const locks = await onSqlite({ threshold: 1 })
    const leaving = new AbortController()
    let looks = 0
    const first = locks.attempt(trying(ADA), async () => {
      const waiting = ask(locks, trying(ADA, { signal: leaving.signal }), true, () => looks++)
      leaving.abort(gone)
      await expect(waiting).rejects.toBe(gone)
      return { isRight: true, value: 'in' }
    })
    expect([await first, looks]).toEqual(['in', 0])
    expect(await ask(locks, trying(ADA), true)).toBe('in')
  })

  test('in the line leaves it, and those behind come up', async () => {
    const { locks } = inMemory({ threshold: 1 })
    const leaving = new AbortController()
    const order: string[] = []
    const first = locks.attempt(trying(ADA), async () => {
      leaving.abort(gone)
      await new Promise((resolve) => setImmediate(resolve))
      order.push('first')
      return { isRight: true, value: 'in' }
    })
    const second = ask(locks, trying(ADA, { signal: leaving.signal }), true)
    const third = ask(locks, trying(ADA), true, () => order.push('third'))
    await expect(second).rejects.toBe(gone)
    expect([await first, await third, order]).toEqual(['in', 'in', ['first', 'third']])
  })

  test('before he has begun is not tried', async () => {
    const locks = await onSqlite({ threshold: 1 })
    await expect(ask(locks, trying(ADA, { signal: AbortSignal.abort(gone) }), true)).rejects.toBe(
      gone,
    )
    expect(await ask(locks, trying(ADA), true)).toBe('in')
  })

  test('at the moment when it is reserved gives it back', async () => {
    const leaving = new AbortController()
    const { store } = inMemory()
    const spy: AttemptStore = {
      ...store,
      reserve: async (budgets) => {
        const answer = await store.reserve(budgets)
        leaving.abort(gone)
        return answer
      },
    }
    const config = readLockout({ threshold: 1 })
    const { locks } = makeLocks(spy, new AccountKeys(keyRing('k1')), config, moved())
    await expect(ask(locks, trying(ADA, { signal: leaving.signal }), true)).rejects.toBe(gone)
    const others = makeLocks(store, new AccountKeys(keyRing('k1')), config, moved()).locks
    expect(await ask(others, trying(ADA), true)).toBe('in')
  })

  test('once it is known that he was wrong has it counted all the same', async () => {
    const { locks } = inMemory()
    for (let at = 0; at < 5; at++) {
      const leaving = new AbortController()
      const tried = trying(ADA, { signal: leaving.signal })
      await locks
        .attempt(tried, async () => {
          leaving.abort(gone)
          return { isRight: false, value: null }
        })
        .catch(() => {})
    }
    expect(await ask(locks, trying(ADA), true)).toBe('429 account_locked 30')
  })
})

test('a clock that is set back or forward an hour locks nobody for longer', async () => {
  const { locks, clock } = inMemory()
  await times(5, () => ask(locks, trying(ADA), false))
  clock.by(-HOUR)
  expect(await ask(locks, trying(ADA), true)).toBe('429 account_locked 30')
  clock.by(HOUR + 30 * SECOND)
  expect(await ask(locks, trying(ADA), true)).toBe('in')
})

test('whoever has proved the mailbox is locked no longer; what the address did stays', async () => {
  const { locks } = inMemory({ addressThreshold: 10 })
  await times(5, () => ask(locks, trying(ADA), false))
  await locks.forget(ADA)
  expect(await ask(locks, trying(ADA), true)).toBe('in')
  await times(4, () => ask(locks, trying(ADA), false))
  expect(await ask(locks, trying(BOB), false)).toBe('429 account_locked 30')
})

describe('trefoil accounts attempts, unlock', () => {
  const run = async (
    { commands }: ReturnType<typeof inMemory>,
    name: string,
    options: Record<string, string>,
  ) => {
    const command = commands().find((one) => one.name === name)
    const context = { options } as unknown as Parameters<NonNullable<typeof command>['run']>[0]
    return command?.run(context)
  }

  test('say where somebody stands, and change nothing', async () => {
    const made = inMemory()
    await times(5, () => ask(made.locks, trying(ADA), false))
    const asking = { identifier: ' ADA@Example.com', address: '203.0.113.7' }
    for (let at = 0; at < 10; at++) await run(made, 'attempts', asking)
    expect(await run(made, 'attempts', asking)).toEqual({
      text: [
        'account: 5 failures, locked for 30 s',
        'account, in a month: 5 failures, not locked',
        'address: 5 failures, not locked',
        'its known devices, in a month: 0 failures, not locked',
      ].join('\n'),
      json: {
        ok: true,
        attempts: [
          { counted: 'account', failures: 5, retry_after: 30 },
          { counted: 'account_month', failures: 5, retry_after: 0 },
          { counted: 'address', failures: 5, retry_after: 0 },
          { counted: 'known_devices_month', failures: 0, retry_after: 0 },
        ],
      },
    })
    made.ring.replace('k2', ['k1'])
    expect(await run(made, 'attempts', { address: '::ffff:203.0.113.7' })).toMatchObject({
      text: 'address: 5 failures, not locked',
    })
  })

  test('unlock lets him in', async () => {
    const made = inMemory()
    await times(5, () => ask(made.locks, trying(ADA), false))
    expect(await run(made, 'unlock', { identifier: 'ada@example.com' })).toMatchObject({
      json: { ok: true, forgotten: ['ada@example.com'] },
    })
    expect(await ask(made.locks, trying(ADA), true)).toBe('in')
  })

  test.each([
    ['attempts', {}, 'Neither --identifier nor --address is there'],
    ['attempts', { identifier: '<>' }, '--identifier is no e-mail address and no user name'],
    ['attempts', { address: '10.0.0.300' }, '--address is no IP address'],
    ['unlock', { identifier: '' }, '--identifier is no e-mail address and no user name'],
  ])('%s %j is refused', async (name, options, text) => {
    await expect(run(inMemory(), name, options)).rejects.toMatchObject({
      code: 'cli_usage',
      detail: text,
    })
  })
})
