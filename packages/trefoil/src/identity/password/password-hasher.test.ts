import { describe, expect, test, vi } from 'vitest'
import { keyRing } from '../key-ring.ts'
import { HashingBusy, HashingQueue, mostAtOnce } from './hashing-queue.ts'
import { PasswordHasher } from './password-hasher.ts'

const queue = new HashingQueue(2)
const plain = new PasswordHasher({ memory: 19_456, passes: 2, pepper: null, queue })

describe('PWD-4: argon2id', () => {
  test('a password and no other', async () => {
    const stored = await plain.hash('correct horse battery')
    expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
    expect(await plain.verify('correct horse battery', stored)).toEqual({
      isRight: true,
      isOutdated: false,
    })
    expect(await plain.verify('Correct horse battery', stored)).toMatchObject({ isRight: false })
    expect(await plain.verify('', stored)).toMatchObject({ isRight: false })
  })

  test('two keyboards that write the same letter in two ways', async () => {
    const stored = await plain.hash('caf\u00e9 au lait, please')
    expect(await plain.verify('cafe\u0301 au lait, please', stored)).toMatchObject({
      isRight: true,
    })
  })

  test('ENUM-1: nobody is compared as well, and is never right, nor is what is too long', async () => {
    expect(await plain.verify('anything at all', null)).toEqual({
      isRight: false,
      isOutdated: false,
    })
    expect(await plain.verify('x'.repeat(5000), null)).toMatchObject({ isRight: false })
    await expect(plain.hash('x'.repeat(1025))).rejects.toThrow(RangeError)
  })

  test('ENUM-1: one turn in the queue for whoever it is, from the first on', async () => {
    const pepper = keyRing('p'.repeat(32))
    const own = new HashingQueue(2)
    const turns = vi.spyOn(own, 'run')
    const counted = new PasswordHasher({ memory: 19_456, passes: 2, pepper, queue: own })
    for (const password of ['x', '', 'x'.repeat(5000)]) {
      expect((await counted.verify(password, null)).isRight).toBe(false)
    }
    const stored = await counted.hash('correct horse battery')
    expect((await counted.verify('x', stored)).isRight).toBe(false)
    expect(turns).toHaveBeenCalledTimes(5)
  })

  test('weaker figures are below the floor, and those of a stored hash are raised', async () => {
    const pepper = null
    expect(() => new PasswordHasher({ memory: 4096, passes: 2, pepper, queue })).toThrow('19456')
    const stronger = new PasswordHasher({ memory: 19_456, passes: 3, pepper, queue })
    const stored = await plain.hash('correct horse battery')
    expect(await stronger.verify('correct horse battery', stored)).toEqual({
      isRight: true,
      isOutdated: true,
    })
  })

  test('a stored hash does not have every login take all memory', async () => {
    const dear = '$argon2id$v=19$m=99999999,t=2,p=1$c2FsdHNhbHRzYWx0$aGFzaGhhc2hoYXNoaGFzaA'
    await expect(plain.verify('x', dear)).rejects.toThrow('no argon2id hash')
    await expect(plain.verify('x', '$2b$10$abc')).rejects.toThrow('no argon2id hash')
  })
})

test('pepper: its id is in the hash, an older one still verifies and is outdated, one that is gone is no wrong password', async () => {
  const ring = keyRing('p'.repeat(32))
  const peppered = new PasswordHasher({ memory: 19_456, passes: 2, pepper: ring, queue })
  const stored = await peppered.hash('correct horse battery')
  expect(stored).toMatch(/,keyid=[A-Za-z0-9+/]{8}\$/)
  expect(stored).not.toContain('pppp')
  expect(await peppered.verify('correct horse battery', stored)).toEqual({
    isRight: true,
    isOutdated: false,
  })
  await expect(plain.verify('correct horse battery', stored)).rejects.toThrow('pepper')
  ring.replace('q'.repeat(32), ['p'.repeat(32)])
  expect(await peppered.verify('correct horse battery', stored)).toEqual({
    isRight: true,
    isOutdated: true,
  })
  ring.replace('q'.repeat(32))
  await expect(peppered.verify('correct horse battery', stored)).rejects.toThrow('pepper')
})

describe('the queue of hashes', () => {
  test('two threads of the pool and a core are left', () => {
    expect([mostAtOnce(2, 4), mostAtOnce(8, 4), mostAtOnce(1, 4), mostAtOnce(16, 16)]).toEqual([
      1, 2, 1, 14,
    ])
  })

  test('one more than may wait is refused at once, and those that wait have their turn in order', async () => {
    const own = new HashingQueue(1)
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const done: number[] = []
    const first = own.run(() => gate)
    const others = Array.from({ length: 256 }, (_, index) =>
      own.run(async () => {
        done.push(index)
      }),
    )
    await expect(own.run(async () => {})).rejects.toThrow(HashingBusy)
    const gone = AbortSignal.abort(new Error('gone'))
    await expect(own.run(async () => {}, gone)).rejects.toThrow('gone')
    open()
    await Promise.all([first, ...others])
    expect(done).toEqual(Array.from({ length: 256 }, (_, index) => index))
    await own.run(async () => {})
  })

  test('nobody waits for longer than two seconds, and who is refused takes no turn', async () => {
    vi.useFakeTimers()
    try {
      const own = new HashingQueue(1)
      const { promise: gate, resolve: open } = Promise.withResolvers<void>()
      const first = own.run(() => gate)
      const ran: string[] = []
      const second = own.run(async () => void ran.push('second'))
      const refused = second.catch((error: unknown) => error)
      await vi.advanceTimersByTimeAsync(1999)
      const third = own.run(async () => void ran.push('third'))
      await vi.advanceTimersByTimeAsync(1)
      expect(await refused).toMatchObject({ name: 'HashingBusy', retryAfter: 2 })
      open()
      await Promise.all([first, third])
      expect(ran).toEqual(['third'])
    } finally {
      vi.useRealTimers()
    }
  })

  test('whoever leaves while waiting makes room, and takes no turn', async () => {
    const own = new HashingQueue(1)
    const { promise: gate, resolve: open } = Promise.withResolvers<void>()
    const first = own.run(() => gate)
    const leaving = new AbortController()
    const second = own.run(async () => 'never', leaving.signal)
    const third = own.run(async () => 'third')
    leaving.abort(new Error('left'))
    await expect(second).rejects.toThrow('left')
    open()
    await first
    expect(await third).toBe('third')
  })
})

test('MFA-5: with one salt for several, one hash finds which it is; nobody has any, and it costs as much', async () => {
  const pepper = keyRing('p'.repeat(32))
  const own = new HashingQueue(2)
  const turns = vi.spyOn(own, 'run')
  const hasher = new PasswordHasher({ memory: 19_456, passes: 2, pepper, queue: own })
  const first = await hasher.hash('0123456789')
  const second = await hasher.hashLike('abcdefghjk', first)
  expect(second).not.toBe(first)
  expect(second.slice(0, second.lastIndexOf('$'))).toBe(first.slice(0, first.lastIndexOf('$')))
  // What another of the same salt gives: the same.
  expect(await hasher.hashLike('abcdefghjk', second)).toBe(second)
  expect(await hasher.hashLike('0123456789', second)).toBe(first)
  expect((await hasher.verify('abcdefghjk', second)).isRight).toBe(true)
  turns.mockClear()
  const nobody = await hasher.hashLike('abcdefghjk', null)
  expect(nobody).not.toBe(second)
  const gone = new PasswordHasher({ memory: 19_456, passes: 2, pepper: null, queue: own })
  await expect(gone.hashLike('abcdefghjk', second)).rejects.toThrow('pepper')
  await expect(hasher.hashLike('abcdefghjk', 'no hash')).rejects.toThrow('no argon2id hash')
  expect(turns).toHaveBeenCalledTimes(3)
})
