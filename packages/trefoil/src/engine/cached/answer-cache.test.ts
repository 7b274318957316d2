import { describe, expect, it } from 'vitest'
import type { ActionCache } from '../../contract/limits/cache.ts'
import { digestOf } from '../../policy/key-text.ts'
import { AnswerCache, type Shelf } from './answer-cache.ts'
import { forgettingOf } from './forgetting.ts'
import { type KeptAnswer, keptAnswer } from './kept-answer.ts'

const MB = 1024 * 1024
const NAMES = ['id', 'page']

function answer(body: string): KeptAnswer {
  const made = { kind: 'text', body, promised: true, status: 200, head: null, content: null }
  return keptAnswer(made as Parameters<typeof keptAnswer>[0]) as KeptAnswer
}

function shelf(options: Partial<ActionCache> = {}, most = MB) {
  const time = { elapsed: 1000, now: 1_000_000 }
  const clock = { now: () => time.now, elapsed: () => time.elapsed }
  const all = new AnswerCache(most, clock)
  const cache: ActionCache = {
    lifetime: 30_000,
    scope: 'caller',
    splits: [],
    entries: 1000,
    ...options,
  }
  return { all, time, cache, on: all.shelfOf(cache), forgetting: forgettingOf(cache) }
}

function keep(on: Shelf, key: string, body = key, parts = ['1', '1']): void {
  const made = { parts, ...on.begin() }
  on.keep(key, answer(body), made, NAMES)
}

function keepWith(on: Shelf, key: string, meta: object): void {
  const head = { hasStatus: false, pairs: [], names: new Set(), etag: null, compress: null, meta }
  const kept = { ...answer(key), head } as KeptAnswer
  on.keep(key, kept, { parts: ['1', '1'], ...on.begin() }, NAMES)
}

const found = (on: Shelf, key: string) => on.find(key, NAMES)?.answer.body ?? null

describe('AnswerCache (P-MWL-7)', () => {
  it('keeps 10,000 keys within what the action says, those used last', () => {
    const { all, on } = shelf({ entries: 100 })
    for (let key = 0; key < 10_000; key++) {
      keep(on, `k${key}`)
      found(on, 'k0')
    }
    expect(all.size).toBe(100)
    expect(found(on, 'k0')).toBe('k0')
    expect(found(on, 'k9999')).toBe('k9999')
    expect(found(on, 'k9000')).toBeNull()
  })

  it('keeps 10,000 keys within the bytes of the app, and gives all of them back', () => {
    const { all, on, forgetting } = shelf({ entries: 100_000 })
    for (let key = 0; key < 10_000; key++) {
      keep(on, `k${key}`, 'x'.repeat(key % 1000))
      expect(all.bytes).toBeLessThanOrEqual(MB)
    }
    expect(all.size).toBeGreaterThan(100)
    forgetting.forget(null)
    for (let key = 0; key < 10_000; key++) found(on, `k${key}`)
    expect([all.size, all.bytes, on.bytes]).toEqual([0, 0, 0])
  })

  it('one answer cannot drive out all others, nor can one action those of another', () => {
    const { all, on } = shelf()
    keep(on, 'small')
    keep(on, 'large', 'x'.repeat(MB / 4))
    expect([found(on, 'small'), found(on, 'large')]).toEqual(['small', null])
    const flooded = all.shelfOf({ lifetime: 1000, scope: 'caller', splits: [], entries: 100_000 })
    for (let key = 0; key < 5000; key++) keep(flooded, `k${key}`, 'x'.repeat(1000))
    expect(found(on, 'small')).toBe('small')
  })

  it('replaces what was kept under the same key, and counts it once', () => {
    const { all, on } = shelf()
    keep(on, 'a', 'first')
    const { bytes } = all
    keep(on, 'a', 'third')
    expect([found(on, 'a'), all.size, all.bytes]).toEqual(['third', 1, bytes])
  })

  it('is over when the time is, counted from the beginning of the call it was made for', () => {
    const { on, time } = shelf()
    const { since } = on.begin()
    time.elapsed += 20_000
    on.keep('a', answer('a'), { parts: ['1', '1'], since, seen: 0 }, NAMES)
    expect(found(on, 'a')).toBe('a')
    time.elapsed += 9_999
    expect(found(on, 'a')).toBe('a')
    time.elapsed += 1
    expect(found(on, 'a')).toBeNull()
    // Too old before it was there.
    on.keep('b', answer('b'), { parts: ['1', '1'], since, seen: 0 }, NAMES)
    expect(found(on, 'b')).toBeNull()
  })

  it.each([
    ['elapsed', 30_000],
    ['now', 30_000],
  ] as const)('what was over is so when the clock (%s) is put back', (name, by) => {
    const { on, time } = shelf()
    keep(on, 'asked')
    keep(on, 'unasked')
    time[name] += by
    expect(found(on, 'asked')).toBeNull()
    time[name] -= by + 1000
    expect([found(on, 'asked'), found(on, 'unasked')]).toEqual([null, null])
    // And what is kept from now on does not live for ever.
    keep(on, 'new')
    expect(found(on, 'new')).toBe('new')
    time.elapsed += 70_000
    expect(found(on, 'new')).toBeNull()
  })

  it('does not hold what nobody asks for any more', () => {
    const { all, on, time } = shelf()
    for (let key = 0; key < 500; key++) keep(on, `k${key}`)
    time.elapsed += 30_000
    keep(on, 'new')
    expect(all.size).toBe(1)
  })

  it.each<[string, (key: number) => object]>([
    ['text', (key) => ({ query: `${key}`.padEnd(MB / 64) })],
    ['lists of numbers', (key) => ({ ids: new Array(MB / 256).fill(key) })],
    [
      'bytes, maps and sets',
      (key) => ({ all: new Map([[key, new Set([new Uint8Array(MB / 64)])]]) }),
    ],
    ['names', (key) => ({ [`${key}`.padEnd(MB / 64)]: 1 })],
  ])('counts facts of the developer, which may repeat what the caller sent: %s', (_, metaOf) => {
    const { all, on } = shelf()
    for (let key = 0; key < 200; key++) keepWith(on, `k${key}`, metaOf(key))
    expect(all.bytes).toBeLessThanOrEqual(MB)
    expect(all.size).toBeLessThanOrEqual(64)
    expect(all.size).toBeGreaterThan(0)
  })

  it('counts facts that hold themselves, or go deep, and ends', () => {
    const { all, on } = shelf()
    const round: Record<string, unknown> = {}
    round['self'] = [round]
    let deep: object = {}
    for (let level = 0; level < 50_000; level++) deep = { deep }
    keepWith(on, 'round', round)
    keepWith(on, 'deep', deep)
    // More than an eighth of it all.
    expect([found(on, 'round'), found(on, 'deep'), all.size]).toEqual(['round', null, 1])
  })

  it('hands out nothing that it keeps', () => {
    const bytes = new Uint8Array([1, 2])
    const made = { kind: 'bytes', body: bytes, promised: false, status: 200, head: null }
    const kept = keptAnswer({ ...made, content: null } as Parameters<typeof keptAnswer>[0])
    bytes[0] = 9
    expect(kept?.body).toEqual(new Uint8Array([1, 2]))
  })
})

describe('what is forgotten', () => {
  const forget = (of: ReturnType<typeof shelf>, args: Record<string, string> | null) =>
    of.forgetting.forget(
      args === null
        ? null
        : new Map(
            Object.entries(args).map(([name, text]) => [name, { text, brief: digestOf(text) }]),
          ),
    )

  it('are answers with the argument, by text or by digest', () => {
    const of = shelf()
    keep(of.on, 'one', 'one', ['1', '7'])
    keep(of.on, 'other', 'other', ['2', '7'])
    keep(of.on, 'secret', 'secret', [digestOf('1'), '7'])
    forget(of, { id: '1' })
    expect(['one', 'other', 'secret'].map((key) => found(of.on, key))).toEqual([
      null,
      'other',
      null,
    ])
    forget(of, { id: '2', page: '8' })
    expect(found(of.on, 'other')).toBe('other')
    forget(of, { id: '2', page: '7' })
    expect(found(of.on, 'other')).toBeNull()
  })

  it('also while an answer is being made', () => {
    const of = shelf()
    const made = { parts: ['1', '7'], since: of.on.begin().since, seen: of.forgetting.now }
    forget(of, { id: '1' })
    of.on.keep('a', answer('a'), made, NAMES)
    expect(found(of.on, 'a')).toBeNull()
    keep(of.on, 'a')
    expect(found(of.on, 'a')).toBe('a')
  })

  it('is all of it when there is too much to remember, and nothing comes back', () => {
    const of = shelf()
    keep(of.on, 'a')
    for (let id = 2; id < 1000; id++) forget(of, { id: String(id) })
    expect(found(of.on, 'a')).toBeNull()
    keep(of.on, 'a')
    expect(found(of.on, 'a')).toBe('a')
    forget(of, null)
    expect(found(of.on, 'a')).toBeNull()
  })
})
