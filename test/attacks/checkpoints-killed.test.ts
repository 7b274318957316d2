// kill -9 while checkpoints are made: what was printed is the beginning of what is signed afterwards, always.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, expect, test } from 'vitest'
import { AuditFile, TreeFiles, verifyCheckpoint } from '../../packages/trefoil/src/audit-chain.ts'

const folder = mkdtempSync(join(tmpdir(), 'trefoil-killed-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const ROUNDS = 5

interface Run {
  key: string
  readonly notes: string[]
}

/** Writes until so many checkpoints were made, and a moment longer; nothing is printed by halves. */
async function killed(most: number, delay: number): Promise<Run> {
  const source = new URL('./checkpoint.process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [source, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const run: Run = { key: '', notes: [] }
  const ended = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    const said = JSON.parse(line)
    if (said.key !== undefined) run.key = said.key
    else run.notes.push(said.note)
    if (run.notes.length === most) setTimeout(() => child.kill('SIGKILL'), delay)
  }
  await ended
  return run
}

test('AUD-3: a process that is killed at any moment leaves a tree that the next one goes on with', async () => {
  mkdirSync(folder, { recursive: true })
  const kept: string[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const { key, notes } = await killed(2 + round, round * 3)
    expect(notes.length).toBeGreaterThanOrEqual(2 + round)
    kept.push(notes[0] as string, notes.at(-1) as string)
    for (const checkpoint of kept) {
      const report = await verifyCheckpoint({
        tree: new TreeFiles({ dir: join(folder, 'tree'), fsync: false }),
        log: new AuditFile({ path: join(folder, 'audit.jsonl'), rotate: 1e9, fsync: false }),
        verifierKey: key,
        checkpoint,
      })
      expect([report.findings, report.covered]).toEqual([[], report.size])
    }
  }
  const sizes = kept.map((note) => Number(note.split('\n')[1]))
  expect(sizes).toEqual(sizes.toSorted((one, other) => one - other))
}, 180_000)
