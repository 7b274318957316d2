import { createHash, createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { StoredEntry } from '../../contract/ports/audit-store.ts'
import { memoryAudit } from '../../stores/memory/memory-audit.ts'
import { type AuditAnchor, makeAnchor } from './anchor.ts'
import { ChainKeys, type ChainRing, GENESIS } from './chain-keys.ts'
import { type AuditEntry, entryText, eventText, readEntry } from './entry.ts'
import { auditWriter, verifyAudit } from './verify-audit.ts'

function ring(...keys: readonly string[]): ChainRing {
  const bytes = keys.map((key) => new TextEncoder().encode(key.padEnd(32, '.')))
  return { current: bytes[0] as Uint8Array, previous: bytes.slice(1), version: 1 }
}

const KEYS = ring('key a')

interface Draft {
  readonly name: string
  readonly time?: number
  readonly seq?: number
  readonly stream?: string
}

/** A chain as whoever has the key can write it. */
function chained(drafts: readonly Draft[], keys: ChainRing = KEYS): StoredEntry[] {
  const key = new ChainKeys(keys).current
  let prev = GENESIS
  return drafts.map(({ name, time = 1_800_000_000_000, seq, stream = 'main/0' }, index) => {
    const place = { seq: seq ?? index, stream, time, kid: key.id }
    const text = entryText(place, eventText({ type: 'event', name }))
    const hash = key.chain(prev, text)
    const entry = { prev, hash, text }
    prev = hash
    return entry
  })
}

const NAMES = 'a b c d e f'.split(' ').map((name) => ({ name }))
const LOG = chained(NAMES)

function anchorAt(index: number, keys = KEYS): AuditAnchor {
  const { hash } = LOG[index] as StoredEntry
  return makeAnchor({ stream: 'main/0', seq: index, hash }, new ChainKeys(keys))
}

function at(index: number): StoredEntry {
  return LOG[index] as StoredEntry
}

async function* stored(entries: readonly (StoredEntry | { broken: 'torn' | 'malformed' })[]) {
  yield* entries
}

type Stored = Parameters<typeof stored>[0]

async function codes(
  entries: Stored,
  anchor: AuditAnchor | null = anchorAt(5),
  keys = KEYS,
): Promise<string> {
  const store = { read: () => stored(entries) }
  const { findings, ok } = await verifyAudit({ store, keys, anchor, needsAnchor: true })
  expect(ok).toBe(!findings.some(({ tampered }) => tampered))
  return findings.map(({ code, seq }) => `${code} ${seq ?? '-'}`).join(', ')
}

function changed(index: number, change: Partial<StoredEntry>): StoredEntry[] {
  return LOG.map((entry, place) => (place === index ? { ...entry, ...change } : entry))
}

const edited = at(2).text.replace('"c"', '"x"')

/** A forged entry in the words of the log, with a hash that only looks like one. */
function forged(index: number): StoredEntry {
  const hash = createHash('sha256').update('forged').digest('hex')
  return { prev: at(index).prev, hash, text: at(index).text.replace(/"name":"."/, '"name":"x"') }
}

/** From `index` on written anew by somebody who has no key, and hashes without one. */
function rehashed(index: number): StoredEntry[] {
  let prev = at(index).prev
  const anew = LOG.slice(index).map(({ text }) => {
    const changedText = text.replace(/"name":"."/, '"name":"x"')
    const hash = createHash('sha256')
      .update(prev + changedText)
      .digest('hex')
    const entry = { prev, hash, text: changedText }
    prev = hash
    return entry
  })
  return [...LOG.slice(0, index), ...anew]
}

const drop = (index: number) => LOG.filter((_, place) => place !== index)
const OTHER = chained([...NAMES.slice(0, 3), { name: 'y' }, { name: 'z' }, { name: 'w' }])

describe('AUD-5, PW-36: each way of changing a log has a finding of its own', () => {
  test('a log that nobody touched has none', async () => {
    expect(await codes(LOG)).toBe('')
  })

  const mutations: readonly [what: string, Stored, string, (AuditAnchor | null)?, ChainRing?][] = [
    ['a text was changed', changed(2, { text: edited }), 'edited 2'],
    ['an entry was taken out', drop(2), 'deleted 2'],
    ['one was put in', [...LOG.slice(0, 3), forged(3), ...LOG.slice(3)], 'inserted 3'],
    ['two changed places', [at(0), at(2), at(1), ...LOG.slice(3)], 'reordered 1'],
    ['one stands twice', [...LOG.slice(0, 3), at(2), ...LOG.slice(3)], 'duplicated 2'],
    ['the end is missing', LOG.slice(0, 4), 'truncated 5'],
    ['the beginning is missing', LOG.slice(2), 'head_missing 0'],
    ['two writers', [...LOG.slice(0, 4), OTHER[3] as StoredEntry, ...LOG.slice(4)], 'forked 3'],
    ['the end written anew, with the key', OTHER, 'rewritten 5'],
    ['the end written anew, without it', rehashed(2), 'rehashed 2'],
    ['another key', LOG, 'anchor_forged -, wrong_key -', anchorAt(5), ring('key b')],
    [
      'one entry of another key',
      [...LOG.slice(0, 5), ...chained(NAMES, ring('key b')).slice(5)],
      'unknown_key 5',
      anchorAt(4),
    ],
    [
      'one of another stream',
      [...LOG, ...chained([{ name: 'a', stream: 'main/1', seq: 6 }])],
      'foreign_stream 6',
    ],
    [
      'a clock set back, with the key',
      chained([...NAMES.slice(0, 5), { name: 'f', time: 1_700_000_000_000 }]),
      'clock_back 5',
      anchorAt(4),
    ],
    ['the anchor is gone', LOG, 'anchor_missing -', null],
    ['the last one torn', [...LOG, { broken: 'torn' }], 'torn -'],
    ['no entry', [...LOG, { broken: 'malformed' }], 'malformed -'],
    [
      'numbers left out by whoever wrote it',
      chained(NAMES.map((name, index) => ({ ...name, seq: index < 3 ? index : index + 2 }))),
      'gap 5',
      anchorAt(2),
    ],
    ['the anchor was forged', LOG, 'anchor_forged -', { ...anchorAt(5), seq: 2 }],
    ['everything is missing', [], 'truncated 5'],
    [
      'one of another branch, signed',
      [...LOG.slice(0, 4), OTHER[4] as StoredEntry],
      'spliced 4',
      anchorAt(3),
    ],
  ]

  test.each(mutations)('%s', async (_, entries, expected, anchor = anchorAt(5), keys = KEYS) => {
    expect(await codes(entries, anchor, keys)).toBe(expected)
  })

  test('AUD-5: fifteen of them, no two alike', () => {
    const kinds = new Set(mutations.map(([, , expected]) => expected.split(/[ ,]/)[0]))
    expect(kinds.size).toBeGreaterThanOrEqual(15)
  })

  test('SW-26: without an anchor, a missing end cannot be seen, and nothing is claimed', async () => {
    const store = { read: () => stored(LOG.slice(0, 4)) }
    expect(await verifyAudit({ store, keys: KEYS })).toMatchObject({ ok: true, entries: 4 })
  })
})

test('P-MWL-5, AUD-1: the hash is HMAC-SHA256 by a key of its own, over 32 bytes and the text', () => {
  const mac = (key: Uint8Array, text: string | Uint8Array) =>
    createHmac('sha256', key).update(text).digest()
  const key = mac(KEYS.current, 'trefoil audit v1 chain')
  const { prev, hash, text } = at(0)
  expect(prev).toBe('0'.repeat(64))
  const expected = mac(key, Buffer.concat([Buffer.from(prev, 'hex'), Buffer.from(text)]))
  expect(hash).toBe(expected.toString('hex'))
  expect(readEntry(text)?.kid).toBe(
    mac(KEYS.current, 'trefoil audit v1 key id').toString('hex').slice(0, 16),
  )
})

test('P-MWL-5: an entry is canonical JSON, and what it is made of is in it', () => {
  expect(at(1).text).toMatch(
    /^\{"event":\{"name":"b","type":"event"\},"kid":"[0-9a-f]{16}","seq":1,"stream":"main\/0","time":1800000000000,"v":1\}$/,
  )
})

const clock = { now: () => 1000, elapsed: () => 0 }

function counted(entries: readonly StoredEntry[]): readonly (number | undefined)[] {
  return entries.map(({ text }) => readEntry(text)?.seq)
}

describe('writing', () => {
  test('SW-26: many at once are one chain, in the order in which they came', async () => {
    const store = memoryAudit()
    const writer = auditWriter(store, KEYS, clock)
    const names = Array.from({ length: 1000 }, (_, index) => `n${index}`)
    const places = await Promise.all(names.map((name) => writer.append({ type: 'event', name })))
    expect(places.map(({ seq }) => seq)).toEqual(names.map((_, index) => index))
    const texts = store.entries.map(({ text }) => readEntry(text) as AuditEntry)
    expect(texts.map(({ event }) => (event.type === 'event' ? event.name : null))).toEqual(names)
    const report = await verifyAudit({ store, keys: KEYS, anchor: writer.anchor() })
    expect(report).toMatchObject({ ok: true, entries: 1000, findings: [] })
  })

  test('PW-36: goes on after a restart, and after a rotation of keys', async () => {
    const store = memoryAudit()
    const first = auditWriter(store, KEYS, clock)
    await first.append({ type: 'event', name: 'a' })
    await first.close()
    const rotated = ring('key b', 'key a')
    const second = auditWriter(store, rotated, clock)
    await second.append({ type: 'event', name: 'b' })
    expect(counted(store.entries)).toEqual([0, 1])
    expect(await verifyAudit({ store, keys: rotated })).toMatchObject({ ok: true, findings: [] })
    expect(await verifyAudit({ store, keys: KEYS })).toMatchObject({
      ok: false,
      findings: [{ code: 'unknown_key', seq: 1 }],
    })
  })

  test('SW-26: an end of a key that is gone, or that was changed, is not built upon', async () => {
    const store = memoryAudit()
    const writer = auditWriter(store, KEYS, clock)
    await writer.append({ type: 'event', name: 'a' })
    await expect(
      auditWriter(store, ring('key b'), clock).append({ type: 'event', name: 'b' }),
    ).rejects.toThrow('keep it in the ring')
    const [entry] = store.entries as [StoredEntry]
    const tampered = { ...entry, text: entry.text.replace('"a"', '"x"') }
    const forgedStore = { ...store, open: () => ({ last: tampered, torn: 0 }) }
    await expect(
      auditWriter(forgedStore, KEYS, clock).append({ type: 'event', name: 'b' }),
    ).rejects.toThrow('does not match its hash')
    expect(counted(store.entries)).toEqual([0])
  })

  test('SW-26: what could not be written leaves no hole', async () => {
    const store = memoryAudit()
    let fails = false
    const flaky = {
      ...store,
      append: (entries: readonly StoredEntry[]) => {
        if (fails) throw new Error('disk full')
        return store.append(entries)
      },
    }
    const writer = auditWriter(flaky, KEYS, clock)
    await writer.append({ type: 'event', name: 'a' })
    fails = true
    await expect(writer.append({ type: 'event', name: 'b' })).rejects.toThrow('disk full')
    fails = false
    expect(await writer.append({ type: 'event', name: 'c' })).toMatchObject({ seq: 1 })
    expect(await verifyAudit({ store, keys: KEYS })).toMatchObject({ ok: true, entries: 2 })
  })

  test('PW-36: a key that could be guessed is refused, and an event without JSON form', async () => {
    const short = { current: new Uint8Array(31), previous: [], version: 1 }
    expect(() => auditWriter(memoryAudit(), short, clock)).toThrow('at least 32 bytes')
    const writer = auditWriter(memoryAudit(), KEYS, clock)
    const data = { when: Number.NaN }
    await expect(writer.append({ type: 'event', name: 'a', data })).rejects.toThrow('no JSON form')
    expect(await writer.append({ type: 'event', name: 'b' })).toMatchObject({ seq: 0 })
  })
})
