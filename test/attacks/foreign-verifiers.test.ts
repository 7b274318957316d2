// The tree of checkpoints, verified by programs that are not ours: Go's own packages for such logs, and Python
// with openssl. Neither has seen our code. Skipped, with a message, where they are not installed.
import { execFileSync, spawnSync } from 'node:child_process'
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  AuditFile,
  auditCheckpoints,
  auditWriter,
  TreeFiles,
} from '../../packages/trefoil/src/audit-chain.ts'

const KEYS = { current: new Uint8Array(32).fill(3), previous: [], version: 1 }
const CLOCK = { now: () => 1_800_000_000_000, elapsed: () => 0 }
const SIZES = [1, 255, 256, 257, 1000, 70_000]
const PRIVATE = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f
-----END PRIVATE KEY-----`
const GO_PATH = '/usr/share/gocode'
const SOURCES = new URL('../foreign/', import.meta.url).pathname

const cwd = mkdtempSync(join(tmpdir(), 'trefoil-foreign-'))
afterAll(() => rmSync(cwd, { recursive: true, force: true }))

/** By their size: each goes on from the one before, as a log does. */
const trees = new Map<
  number,
  { readonly dir: string; readonly log: string; readonly key: string }
>()

beforeAll(async () => {
  for (const size of SIZES) {
    const dir = join(cwd, `tree-${size}`)
    const log = join(cwd, `log-${size}.jsonl`)
    const store = new AuditFile({ path: log, rotate: 1e12, fsync: false })
    const writer = auditWriter(store, KEYS, CLOCK)
    const tree = new TreeFiles({ dir, fsync: false })
    const options = { log: store, tree, keys: KEYS, origin: 'example.com/audit', key: PRIVATE }
    const checkpoints = auditCheckpoints(options)
    for (let written = 0; written < size; ) {
      const next = Math.min(size, written === 0 ? 1 : written * 3 + 5)
      const append = (_: unknown, at: number) =>
        writer.append({ type: 'event', name: 'naïve 🍀', data: { at: written + at } })
      for (let from = written; from < next; from += 5000) {
        await Promise.all(Array.from({ length: Math.min(5000, next - from) }, append))
      }
      written = next
      await checkpoints.make()
    }
    await writer.close()
    trees.set(size, { dir, log, key: checkpoints.verifierKey })
  }
}, 120_000)

interface Verifier {
  readonly name: string
  readonly missing: string | null
  run(dir: string, key: string, log: string): { readonly ok: boolean; readonly text: string }
}

function result(command: string, args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(command, args, { encoding: 'utf8' })
  return { ok: status === 0, text: `${stdout}${stderr}`.trim() }
}

const has = (command: string) => spawnSync(command, ['version']).error === undefined

const VERIFIERS: readonly Verifier[] = [
  {
    name: 'Go, golang.org/x/mod/sumdb',
    missing:
      has('go') && existsSync(join(GO_PATH, 'src/golang.org/x/mod/sumdb/tlog'))
        ? null
        : 'apt-get install golang-go golang-golang-x-mod-dev',
    run(dir, key) {
      const program = join(cwd, 'verify_tree')
      if (!existsSync(program)) {
        const env = {
          ...process.env,
          GO111MODULE: 'off',
          GOPATH: GO_PATH,
          GOFLAGS: '',
          GOCACHE: join(cwd, 'go'),
        }
        execFileSync('go', ['build', '-o', program, join(SOURCES, 'verify_tree.go')], { env })
      }
      return result(program, [dir, key])
    },
  },
  {
    name: 'Python and openssl',
    missing: has('python3') && has('openssl') ? null : 'apt-get install python3 openssl',
    run: (dir, key, log) => result('python3', [join(SOURCES, 'verify_tree.py'), dir, key, log]),
  },
]

describe.each(VERIFIERS)('AUD-3: $name', ({ name, missing, run }) => {
  if (missing !== null) console.warn(`Skipped: ${name} is not installed (${missing})`)

  test.skipIf(missing !== null).each(SIZES)(
    'takes a sound log of %i entries',
    (size) => {
      const { dir, key, log } = trees.get(size) ?? expect.unreachable()
      const root = readFileSync(join(dir, 'checkpoint'), 'utf8').split('\n')[2]
      expect(run(dir, key, log)).toEqual({
        ok: true,
        text: expect.stringContaining(`ok ${size} ${root}`),
      })
    },
    120_000,
  )

  const CHANGES: readonly [what: string, path: string, at: number, text: string][] = [
    ['a byte of a leaf', 'tile/entries/002', 900, 'leaf'],
    ['a byte of a tile', 'tile/0/001', 77, ''],
    ['a byte of the last tile', 'tile/0/003.p/232', 77, ''],
    ['a byte of the root', 'checkpoint', 30, 'signature'],
    ['the size', 'checkpoint', 19, 'signature'],
  ]
  test.skipIf(missing !== null).each(CHANGES)('finds a change of %s', (_, path, at, text) => {
    const { dir, key, log } = trees.get(1000) ?? expect.unreachable()
    const file = join(dir, path)
    const before = readFileSync(file)
    try {
      writeFileSync(file, before.with(at, (before[at] as number) ^ 1))
      expect(run(dir, key, log)).toEqual({
        ok: false,
        text: expect.stringContaining(`FAIL ${text}`),
      })
    } finally {
      writeFileSync(file, before)
    }
    expect(run(dir, key, log).ok).toBe(true)
  })

  test.skipIf(missing !== null)('refuses the key of somebody else', () => {
    const { dir, log } = trees.get(257) ?? expect.unreachable()
    const key = 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW'
    expect(run(dir, key, log)).toEqual({
      ok: false,
      text: expect.stringContaining('FAIL signature'),
    })
  })
})

test('AUD-3: Python finds a changed entry by the leaf, and takes what came since', () => {
  const { missing, run } = VERIFIERS[1] as Verifier
  if (missing !== null) return
  const { dir, key, log } = trees.get(257) ?? expect.unreachable()
  const text = readFileSync(log, 'utf8')
  appendFileSync(log, text.split('\n')[256] as string)
  expect(run(dir, key, log).ok).toBe(true)
  writeFileSync(log, text.replace('"at":100}', '"at":101}'))
  expect(run(dir, key, log)).toEqual({ ok: false, text: 'FAIL entry 100' })
})
