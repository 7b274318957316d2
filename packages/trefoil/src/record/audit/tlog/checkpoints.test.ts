import { createPublicKey, generateKeyPairSync, sign } from 'node:crypto'
import { expect, test } from 'vitest'
import type { StoredEntry } from '../../../contract/ports/audit-store.ts'
import { memoryTree } from '../../../stores/memory/memory-tree.ts'
import { ChainKeys, type ChainRing, GENESIS } from '../chain-keys.ts'
import { entryText, eventText } from '../entry.ts'
import { Checkpointer } from './checkpointer.ts'
import { proveEntry, proveGrowth, verifyEntryProof, verifyGrowthProof } from './entry-proof.ts'
import { readNote, readVerifierKey, verifyNote } from './note.ts'
import { checkpointSigner } from './signing-key.ts'
import { verifyCheckpoint } from './verify-checkpoint.ts'

const RING: ChainRing = { current: new Uint8Array(32).fill(7), previous: [], version: 1 }
const KEYS = new ChainKeys(RING)
const OTHER_KEYS = new ChainKeys({ ...RING, current: new Uint8Array(32).fill(8) })
const ORIGIN = 'example.com/audit'
const PRIVATE = generateKeyPairSync('ed25519').privateKey
const SIGNER = checkpointSigner(ORIGIN, PRIVATE)
const STRANGER = checkpointSigner(ORIGIN, generateKeyPairSync('ed25519').privateKey)

interface Draft {
  readonly stream?: string
  readonly name?: string
}

/** Streams as whoever has the key can write them, in the order of the drafts. */
function chained(drafts: readonly Draft[], keys = KEYS): StoredEntry[] {
  const heads = new Map<string, { seq: number; hash: string }>()
  return drafts.map(({ stream = 'main/0', name = 'a' }) => {
    const head = heads.get(stream) ?? { seq: -1, hash: GENESIS }
    const seq = head.seq + 1
    const place = { stream, seq, time: 1_800_000_000_000, kid: keys.current.id }
    const text = entryText(place, eventText({ type: 'event', name }))
    const hash = keys.current.chain(head.hash, text)
    heads.set(stream, { seq, hash })
    return { prev: head.hash, hash, text }
  })
}

const named = (count: number, name = 'a'): Draft[] =>
  Array.from({ length: count }, (_, at) => ({ name: `${name}${at}` }))

function logOf(entries: StoredEntry[]) {
  return {
    entries,
    async *read() {
      yield* [...entries]
    },
  }
}

function setUp(entries: StoredEntry[], signer = SIGNER, tree = memoryTree()) {
  const log = logOf([...entries])
  const make = () => new Checkpointer({ log, tree, keys: KEYS, signer })
  return { log, tree, make, checkpointer: make() }
}

const ENTRIES = chained(named(600))

test('AUD-3: says how far a log is, and goes on from there', async () => {
  const { log, tree, make, checkpointer } = setUp(ENTRIES.slice(0, 10))
  const first = await checkpointer.make()
  expect(first?.note).toMatch(
    /^example\.com\/audit\n10\n\S{44}\n\n\u2014 example\.com\/audit \S+\n$/,
  )
  // Nothing new, nothing signed.
  expect((await checkpointer.make())?.note).toBe(first?.note)
  log.entries.push(...ENTRIES.slice(10, 300))
  expect((await checkpointer.make())?.size).toBe(300)
  // As after a restart; with and without what was kept of the streams.
  log.entries.push(...ENTRIES.slice(300, 513))
  const files = () => [...tree.files.keys()].sort()
  expect((await make().make())?.size).toBe(513)
  expect(files()).toEqual([
    'checkpoint',
    'streams',
    'tile/0/000',
    'tile/0/001',
    'tile/0/002.p/1',
    'tile/1/000.p/1',
    'tile/1/000.p/2',
    'tile/entries/000',
    'tile/entries/001',
    'tile/entries/002.p/1',
  ])
  tree.open()
  tree.write([{ path: 'streams', bytes: Buffer.from('{"v":1,"size":3,"streams":{}}') }])
  log.entries.push(...ENTRIES.slice(513))
  const last = await make().make()
  expect(last?.size).toBe(600)
  const report = await verifyCheckpoint({ tree, log, verifierKey: SIGNER.verifierKey })
  expect(report).toEqual({ ok: true, size: 600, covered: 600, uncovered: 0, findings: [] })
  // The same tree, whatever the steps.
  expect((await setUp(ENTRIES).checkpointer.make())?.root).toEqual(last?.root)
})

test('AUD-3: a store of several streams is asked for each, behind what was signed of it', async () => {
  const mixed = Array.from({ length: 700 }, (_, at) => ({
    stream: `main/${at % 3}`,
    name: `n${at}`,
  }))
  const entries = chained(mixed)
  const asked: unknown[] = []
  let shown = entries.slice(0, 300)
  let names = ['main/0', 'main/1', 'main/2']
  const log = {
    streams: () => names,
    async *read(stream?: string, after = -1) {
      asked.push([stream, after])
      yield* shown.filter((entry) => streamOf(entry) === stream).slice(after + 1)
    },
  }
  const tree = memoryTree()
  const make = () => new Checkpointer({ log, tree, keys: KEYS, signer: SIGNER }).make()
  await make()
  shown = entries
  await make()
  expect(asked.slice(3)).toEqual([
    ['main/0', 98],
    ['main/1', 98],
    ['main/2', 98],
  ])
  const whole = { tree, log, verifierKey: SIGNER.verifierKey }
  expect(await verifyCheckpoint(whole)).toMatchObject({ ok: true, size: 700, covered: 700 })
  shown = entries.slice(0, -2)
  await expect(make()).rejects.toThrow('the end of the log was cut off')
  names = names.slice(0, 2)
  expect(await verifyCheckpoint(whole)).toMatchObject({
    ok: false,
    findings: [
      { code: 'truncated', stream: 'main/0', seq: 233 },
      { code: 'truncated', stream: null, seq: 232 },
    ],
  })
})

test('AUD-3: an empty log has none, and several at once are one', async () => {
  expect(await setUp([]).checkpointer.make()).toBeNull()
  const { checkpointer, tree } = setUp(ENTRIES)
  const all = await Promise.all([checkpointer.make(), checkpointer.make(), checkpointer.make()])
  expect(new Set(all.map((one) => one?.note)).size).toBe(1)
  const held = { ...tree, open: () => false }
  expect(
    await new Checkpointer({ log: logOf(ENTRIES), tree: held, keys: KEYS, signer: SIGNER }).make(),
  ).toBeNull()
})

test('AUD-3: one tree of all streams, in the order in which they were written', async () => {
  const mixed = Array.from({ length: 700 }, (_, at) => ({
    stream: `main/${(at * 7) % 5}`,
    name: `n${at}`,
  }))
  const { log, tree, checkpointer } = setUp(chained(mixed))
  await checkpointer.make()
  const whole = { tree, log, verifierKey: SIGNER.verifierKey }
  expect(await verifyCheckpoint(whole)).toMatchObject({ ok: true, covered: 700 })
  // Another order of reading is no finding: each stream has its own.
  const byStream = [...log.entries].sort((one, other) =>
    streamOf(one).localeCompare(streamOf(other)),
  )
  expect(await verifyCheckpoint({ ...whole, log: logOf(byStream) })).toMatchObject({
    ok: true,
    covered: 700,
  })
  // Without one of them, all that is left is sound in itself.
  const without = byStream.filter((entry) => streamOf(entry) !== 'main/3')
  expect(await verifyCheckpoint({ ...whole, log: logOf(without) })).toMatchObject({
    ok: false,
    findings: [{ code: 'truncated' }],
  })
})

function streamOf({ text }: StoredEntry): string {
  return JSON.parse(text).stream
}

const refusals: readonly [
  what: string,
  change: (entries: StoredEntry[]) => StoredEntry[],
  text: string,
][] = [
  ['the end is cut off', (all) => all.slice(0, 250), 'the end of the log was cut off'],
  ['everything is gone', () => [], 'the end of the log was cut off'],
  [
    'written anew with the key of the chain',
    () => chained(named(310, 'b')),
    'is another one than was signed',
  ],
  [
    'an entry is missing behind it',
    (all) => [...all, ...ENTRIES.slice(301, 310)],
    'does not follow the one before',
  ],
  [
    'an entry of another key',
    (all) => [...all, ...chained(named(301), OTHER_KEYS).slice(300)],
    'is of a key that is not in the ring',
  ],
  [
    'an entry that was changed before it was signed',
    (all) => [
      ...all,
      {
        ...(ENTRIES[300] as StoredEntry),
        text: ENTRIES[300]?.text.replace('"a300"', '"x"') as string,
      },
    ],
    'does not match its hash',
  ],
  [
    'a second beginning',
    (all) => [
      ...all,
      ...chained([{ stream: 'main/1' }]).map((entry) => ({ ...entry, prev: 'f'.repeat(64) })),
    ],
    'does not follow the one before',
  ],
]

test.each(refusals)('AUD-3, PW-36: nothing more is signed where %s', async (_, change, text) => {
  const { log, tree, make, checkpointer } = setUp(ENTRIES.slice(0, 300))
  const signed = await checkpointer.make()
  log.entries.splice(0, Number.POSITIVE_INFINITY, ...change(ENTRIES.slice(0, 300)))
  for (const one of [checkpointer, make()]) await expect(one.make()).rejects.toThrow(text)
  expect(Buffer.from(tree.read('checkpoint') as Uint8Array).toString()).toBe(signed?.note)
})

test('AUD-3: a checkpoint or a tile in another place than it was written is not built upon', async () => {
  const { log, tree, make, checkpointer } = setUp(ENTRIES.slice(0, 100))
  await checkpointer.make()
  const old = tree.files
  log.entries.push(...ENTRIES.slice(100, 300))
  await checkpointer.make()
  const now = tree.files
  const put = (path: string, bytes: Uint8Array | undefined) => {
    tree.open()
    tree.write([{ path, bytes: bytes as Uint8Array }])
  }
  log.entries.push(...ENTRIES.slice(300))
  // All of it as it was, its own process knows; after a restart only whoever kept the newer one.
  put('checkpoint', old.get('checkpoint'))
  await expect(checkpointer.make()).rejects.toThrow(
    'The checkpoint was put back: 300 entries were signed',
  )
  put('checkpoint', now.get('checkpoint'))
  const part = now.get('tile/0/001.p/44') as Uint8Array
  put(
    'tile/0/001.p/44',
    part.map((byte, at) => (at === 3 ? byte ^ 1 : byte)),
  )
  await expect(make().make()).rejects.toThrow('do not match their tile')
  put('tile/0/001.p/44', part.subarray(0, 40))
  await expect(make().make()).rejects.toThrow('is cut off')
  put('tile/0/001.p/44', part)
  const other = setUp(ENTRIES.slice(0, 300), STRANGER)
  await other.checkpointer.make()
  put('checkpoint', other.tree.files.get('checkpoint'))
  await expect(make().make()).rejects.toThrow('is not signed with checkpoints.key')
  put('checkpoint', Buffer.from('nonsense'))
  await expect(make().make()).rejects.toThrow('is none')
  // Cannot be removed with this store; a tree of which only the rest is there is the same.
  const gone = { ...tree, read: (path: string) => (path === 'checkpoint' ? null : tree.read(path)) }
  const late = new Checkpointer({ log, tree: gone, keys: KEYS, signer: SIGNER })
  await expect(late.make()).rejects.toThrow('The checkpoint is gone')
  put('checkpoint', now.get('checkpoint'))
  expect((await checkpointer.make())?.size).toBe(600)
})

test('AUD-3: after a failure, or a crash between any two writes, the tree is whole and goes on', async () => {
  const clean = await setUp(ENTRIES).checkpointer.make()
  for (let most = 0; most < 40; most++) {
    const { log, tree, make, checkpointer } = setUp(ENTRIES.slice(0, 250))
    const before = await checkpointer.make()
    log.entries.push(...ENTRIES.slice(250))
    let left = most
    const failing = {
      ...tree,
      write(files: Parameters<typeof tree.write>[0]) {
        for (const file of files) {
          if (left-- <= 0) throw new Error('power lost')
          tree.write([file])
        }
      },
    }
    const crashed = new Checkpointer({ log, tree: failing, keys: KEYS, signer: SIGNER })
    const isDone = await crashed.make().then(
      () => true,
      () => false,
    )
    const options = { tree, log, verifierKey: SIGNER.verifierKey, checkpoint: before?.note ?? null }
    expect((await verifyCheckpoint(options)).findings).toEqual([])
    // Both the process that failed, and one that was started since.
    const next =
      most % 2 === 0 ? make() : new Checkpointer({ log, tree, keys: KEYS, signer: SIGNER })
    expect((await next.make())?.root).toEqual(clean?.root)
    expect((await verifyCheckpoint(options)).findings).toEqual([])
    if (isDone) return
  }
  expect.unreachable('it never got through')
})

type Case = Awaited<ReturnType<typeof tampered>>

async function tampered() {
  const { log, tree, make } = setUp(ENTRIES.slice(0, 200))
  const kept = (await make().make())?.note as string
  log.entries.push(...ENTRIES.slice(200, 300))
  const now = (await make().make())?.note as string
  const change = (path: string, by: (bytes: Buffer) => Uint8Array | string) => {
    tree.open()
    tree.write([{ path, bytes: Buffer.from(by(Buffer.from(tree.read(path) as Uint8Array))) }])
  }
  return {
    entries: log.entries,
    tree,
    change,
    kept,
    now,
    verifierKey: SIGNER.verifierKey,
    witnesses: [] as string[],
    missing: [] as string[],
  }
}

const flip = (at: number) => (bytes: Buffer) =>
  bytes.map((byte, place) => (place === at ? byte ^ 1 : byte))

/** Everything signed anew over another log. */
async function resigned(entries: StoredEntry[], signer = SIGNER) {
  const other = setUp(entries, signer)
  await other.checkpointer.make()
  return other.tree.files
}

async function replaceAll(it: Case, files: ReadonlyMap<string, Uint8Array>) {
  it.tree.open()
  it.tree.write([...files].map(([path, bytes]) => ({ path, bytes })))
}

const mutations: readonly [what: string, mutate: (it: Case) => unknown, expected: string][] = [
  [
    'a text was changed',
    ({ entries }) =>
      entries.splice(5, 1, {
        ...(entries[5] as StoredEntry),
        text: entries[5]?.text.replace('"a5"', '"x"') as string,
      }),
    'edited 5',
  ],
  ['an entry was taken out', ({ entries }) => entries.splice(5, 1), 'deleted 5'],
  ['the end is cut off', ({ entries }) => entries.splice(250), 'truncated 299'],
  ['the beginning is cut off', ({ entries }) => entries.splice(0, 5), 'head_missing 0'],
  [
    'an entry stands twice',
    ({ entries }) => entries.splice(6, 0, entries[5] as StoredEntry),
    'duplicated 5',
  ],
  [
    'a line is none',
    ({ entries }) => entries.splice(6, 0, { prev: GENESIS, hash: GENESIS, text: '{}' }),
    'unread -',
  ],
  [
    'the end written anew by somebody with the key of the chain',
    ({ entries }) =>
      entries.splice(299, 1, chained([...named(299), { name: 'z' }])[299] as StoredEntry),
    'rewritten 299',
  ],
  ['a leaf was changed', ({ change }) => change('tile/entries/000', flip(50)), 'leaf_changed 0'],
  [
    'a tile further up was changed',
    ({ change }) => change('tile/1/000.p/1', flip(3)),
    'tile_changed -',
  ],
  [
    'leaf and tile are missing',
    ({ missing }) => missing.push('tile/entries/001.p/44'),
    'tree_damaged -',
  ],
  [
    'the checkpoint was changed',
    ({ change }) => change('checkpoint', (bytes) => bytes.toString().replace('\n300\n', '\n299\n')),
    'checkpoint_forged -',
  ],
  [
    'the checkpoint is none',
    ({ change }) => change('checkpoint', () => 'nonsense'),
    'checkpoint_malformed -',
  ],
  ['the checkpoint is gone', ({ missing }) => missing.push('checkpoint'), 'checkpoint_missing -'],
  [
    'signed with another key',
    async (it) => replaceAll(it, await resigned(ENTRIES.slice(0, 300), STRANGER)),
    'checkpoint_unsigned -',
  ],
  [
    'everything as it was earlier',
    async (it) => {
      it.kept = it.now
      it.entries.splice(200)
      await replaceAll(it, await resigned(ENTRIES.slice(0, 200)))
    },
    'checkpoint_rolled_back -',
  ],
  [
    'everything signed anew, with all keys',
    async (it) => {
      it.entries.splice(0, 300, ...chained(named(300, 'b')))
      await replaceAll(it, await resigned(it.entries))
    },
    'tree_forked -',
  ],
  [
    'a witness has not signed',
    ({ witnesses }) => witnesses.push(witnessOf('w').key),
    'witness_missing -',
  ],
]

test.each(mutations)('AUD-5: %s', async (_, mutate, expected) => {
  const it = await tampered()
  await mutate(it)
  const { ok, findings } = await verifyCheckpoint({
    tree: { read: (path) => (it.missing.includes(path) ? null : it.tree.read(path)) },
    log: logOf(it.entries),
    verifierKey: it.verifierKey,
    checkpoint: it.kept,
    witnesses: it.witnesses,
  })
  expect(findings.map(({ code, seq }) => `${code} ${seq ?? '-'}`)).toEqual([expected])
  expect(ok).toBe(false)
})

test('AUD-5: seventeen ways, seventeen findings', () => {
  expect(new Set(mutations.map(([, , expected]) => expected.split(' ')[0])).size).toBe(
    mutations.length,
  )
})

/** A witness as C2SP tlog-cosignature has it. */
function witnessOf(name: string) {
  const { privateKey } = generateKeyPairSync('ed25519')
  const raw = createPublicKey(privateKey).export({ format: 'der', type: 'spki' }).subarray(-32)
  const bytes = Buffer.concat([Uint8Array.of(4), raw])
  const id = Buffer.from(checkpointIdOf(name, bytes), 'hex')
  const cosign = (note: string, time = 1_800_000_000n) => {
    const text = readNote(note)?.text
    const stamp = Buffer.alloc(8)
    stamp.writeBigUInt64BE(time)
    const signature = sign(null, Buffer.from(`cosignature/v1\ntime ${time}\n${text}`), privateKey)
    return `${note}\u2014 ${name} ${Buffer.concat([id, stamp, signature]).toString('base64')}\n`
  }
  return { key: `${name}+${id.toString('hex')}+${bytes.toString('base64')}`, cosign }
}

function checkpointIdOf(name: string, bytes: Uint8Array): string {
  const { createHash } = process.getBuiltinModule('node:crypto')
  return createHash('sha256').update(`${name}\n`).update(bytes).digest('hex').slice(0, 8)
}

test('AUD-3: what witnesses have added is verified, and what is of nobody known passed over', async () => {
  const it = await tampered()
  const [one, other] = [witnessOf('witness.example/one'), witnessOf('witness.example/other')]
  const codes = async (checkpoint: string, ...witnesses: string[]) => {
    const report = await verifyCheckpoint({
      tree: it.tree,
      verifierKey: it.verifierKey,
      checkpoint,
      witnesses,
    })
    return report.findings.map(({ code }) => code)
  }
  const seen = other.cosign(one.cosign(it.kept))
  expect(await codes(seen)).toEqual([])
  expect(await codes(seen, one.key, other.key)).toEqual([])
  expect(await codes(one.cosign(it.kept), one.key, other.key)).toEqual(['witness_missing'])
  // Of another checkpoint, or at another time than was signed.
  const moved = one.cosign(it.kept).split('\n').at(-2) as string
  expect(await codes(`${it.now}${moved}\n`, one.key)).toEqual(['witness_missing'])
})

test('a note of C2SP signed-note is read as it is written, and nothing else is', async () => {
  const key = readVerifierKey('PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW')
  const note =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
  const read = readNote(note)
  if (key === null || read === null) return expect.unreachable('is one')
  expect(verifyNote(read, key)).toBe('signed')
  expect(verifyNote({ ...read, text: read.text.replace('answer', 'Answer') }, key)).toBe('forged')
  expect(verifyNote({ ...read, signatures: [...read.signatures, ...read.signatures] }, key)).toBe(
    'forged',
  )
  for (const bad of [
    '',
    'a\n',
    'a\n\n',
    note.slice(0, -1),
    note.replace('\u2014', '-'),
    note.replace('x08go', '=x8go'),
    note.replace('If', 'I\u0007f'),
  ]) {
    expect(readNote(bad)).toBeNull()
  }
  for (const bad of [
    '',
    'a+b',
    SIGNER.verifierKey.replace('example', 'exbmple'),
    `${SIGNER.verifierKey}=`,
    'PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  ]) {
    expect(readVerifierKey(bad)).toBeNull()
  }
  await expect(verifyCheckpoint({ tree: memoryTree(), verifierKey: 'none' })).rejects.toThrow(
    'name+id+key',
  )
})

test('AUD-4: an entry is proved, and that the log has grown, with the key of the log alone', async () => {
  const it = await tampered()
  const proof = await proveEntry(it.tree, 'main/0', 257)
  const entry = ENTRIES[257] as StoredEntry
  expect(verifyEntryProof(JSON.parse(JSON.stringify(proof)), it.verifierKey, entry)).toBeNull()
  expect(verifyEntryProof(proof, it.verifierKey, ENTRIES[256])).toBe('other_entry')
  expect(verifyEntryProof({ ...proof, seq: 256 }, it.verifierKey)).toBe('other_entry')
  expect(verifyEntryProof({ ...proof, stream: 'main/1' }, it.verifierKey)).toBe('other_entry')
  expect(verifyEntryProof({ ...proof, index: 256 }, it.verifierKey)).toBe('not_in_tree')
  expect(verifyEntryProof({ ...proof, checkpoint: it.kept }, it.verifierKey)).toBe('not_in_tree')
  expect(verifyEntryProof(proof, STRANGER.verifierKey)).toBe('unsigned')
  for (const bad of [
    null,
    {},
    { ...proof, v: 2 },
    { ...proof, leaf: 'AA' },
    { ...proof, hashes: ['AA'] },
  ]) {
    expect(verifyEntryProof(bad, it.verifierKey)).toBe('malformed')
  }
  expect(await proveEntry(it.tree, 'main/0', 300)).toBeNull()
  expect(await proveEntry(it.tree, 'main/9', 0)).toBeNull()
  const growth = await proveGrowth(it.tree, 200)
  expect(verifyGrowthProof(JSON.parse(JSON.stringify(growth)), it.kept, it.verifierKey)).toBeNull()
  expect(verifyGrowthProof(growth, it.now, it.verifierKey)).toBe('not_grown')
  expect(verifyGrowthProof(growth, it.kept, STRANGER.verifierKey)).toBe('unsigned')
  expect(verifyGrowthProof({ ...growth, hashes: [] }, it.kept, it.verifierKey)).toBe('not_grown')
  await expect(proveGrowth(it.tree, 301)).rejects.toThrow('has 300 entries')
  await expect(proveEntry(memoryTree(), 'main/0', 0)).rejects.toThrow('There is no checkpoint')
})

test('AUD-3: a key that is none is refused, and never shown', () => {
  for (const key of [
    'secret',
    '',
    null,
    5,
    {},
    { kty: 'OKP' },
    createPublicKey(PRIVATE),
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey,
  ]) {
    expect(() => checkpointSigner(ORIGIN, key)).toThrow(
      /^checkpoints\.key must be an Ed25519 private key as PEM or JWK/,
    )
  }
  const pem = PRIVATE.export({ format: 'pem', type: 'pkcs8' }) as string
  for (const key of [PRIVATE, pem, PRIVATE.export({ format: 'jwk' })]) {
    expect(checkpointSigner(ORIGIN, key).verifierKey).toBe(SIGNER.verifierKey)
  }
  expect(JSON.stringify(SIGNER)).not.toContain(pem.split('\n')[1])
  for (const origin of ['', 'a b', 'a+b', 'a\nb'])
    expect(() => checkpointSigner(origin, PRIVATE)).toThrow('checkpoints.origin')
})
