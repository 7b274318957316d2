import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { jobQueue } from 'trefoil/jobs'
import { expect, onTestFinished, test, vi } from 'vitest'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

const APP = join(import.meta.dirname, 'jobs.process.ts')
const PROGRAM = join(import.meta.dirname, '../../packages/trefoil/bin/trefoil.js')

function newFile(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-jobs-attack-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return join(folder, 'app.db')
}

/** `trefoil work` in a process of its own. */
function worker(file: string, env: Record<string, string> = {}): ChildProcess {
  const child = spawn(process.execPath, [PROGRAM, 'work', `${APP}#app`], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, JOBS_FILE: file, ...env },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  return child
}

/** Sends so many, each with a key of its own. */
async function send(file: string, count: number, name = 'effect', prefix = 'k'): Promise<void> {
  const data = database({
    url: file,
    migrate: 'start',
    migrations: [
      {
        name: '0001',
        sql: 'create table effects (job text not null, pid integer not null)',
      },
    ],
  })
  const jobs = jobQueue({ data, work: 'never' })
  jobs.define(name, {}, () => {})
  const app = createApp({ env: {}, parts: [data, jobs] })
  await app.startup()
  for (let at = 0; at < count; at += 100) {
    await data.unit(async (db) => {
      for (let one = at; one < Math.min(count, at + 100); one++) {
        await jobs.send(db, name, { one }, { key: `${prefix}${one}` })
      }
    })
  }
  await app.shutdown()
}

function ask(file: string, text: string): readonly Record<string, unknown>[] {
  const db = new DatabaseSync(file, { readOnly: true })
  try {
    return db.prepare(text).all()
  } finally {
    db.close()
  }
}

const states = (file: string) =>
  Object.fromEntries(
    ask(file, 'select state, count(*) as n from trefoil_jobs group by state').map(
      ({ state, n }) => [state, n],
    ),
  )

const untilDone = (file: string, expected: object) =>
  vi.waitFor(() => expect(states(file)).toEqual(expected), { timeout: 60_000, interval: 50 })

/** Each job once, and none twice. */
function effectsOnce(file: string, count: number): void {
  expect(ask(file, 'select count(*) as n, count(distinct job) as jobs from effects')).toEqual([
    { n: count, jobs: count },
  ])
}

test.each(['begun', 'unit', 'written', 'finished'])(
  'a worker killed (-9) when a job is %s: every job is done, and none twice under its key',
  async (dieAt) => {
    const file = newFile()
    await send(file, 20)
    const first = worker(file, { JOBS_DIE: dieAt })
    const [, signal] = (await once(first, 'close')) as [number, string]
    expect(signal).toBe('SIGKILL')
    expect(states(file)).not.toEqual({ done: 20 })
    // The same keys once more, by a sender that knows of nothing.
    await send(file, 20)
    const second = worker(file)
    await untilDone(file, { done: 20 })
    effectsOnce(file, 20)
    second.kill('SIGTERM')
    expect(await once(second, 'close')).toEqual([0, null])
  },
)

test('two workers over one file, each killed (-9) again and again: each job is done once', async () => {
  const file = newFile()
  await send(file, 150)
  for (let round = 0; round < 4; round++) {
    const both = [worker(file, { JOBS_SLOW: '3' }), worker(file, { JOBS_SLOW: '3' })]
    await vi.waitFor(
      () =>
        expect(ask(file, 'select count(*) as n from effects')[0]?.['n']).toBeGreaterThan(
          round * 20,
        ),
      { timeout: 60_000, interval: 5 },
    )
    for (const child of both) child.kill('SIGKILL')
    await Promise.all(both.map((child) => once(child, 'close')))
  }
  worker(file)
  worker(file)
  await untilDone(file, { done: 150 })
  effectsOnce(file, 150)
  expect(ask(file, 'pragma integrity_check')).toEqual([{ integrity_check: 'ok' }])
})

test('a job that kills its worker each time is dead after its last try', async () => {
  const file = newFile()
  await send(file, 1, 'poison')
  for (let round = 0; round < 3; round++) {
    const child = worker(file)
    expect(await once(child, 'close')).toEqual([null, 'SIGKILL'])
  }
  const child = worker(file)
  await untilDone(file, { dead: 1 })
  expect(ask(file, 'select failures, failure from trefoil_jobs')).toEqual([
    { failures: 3, failure: 'its worker was not heard of any more' },
  ])
  expect(child.exitCode).toBe(null)
})

test('two workers share ten thousand jobs, and each is done once', async () => {
  const file = newFile()
  await send(file, 10_000)
  worker(file)
  worker(file)
  await untilDone(file, { done: 10_000 })
  effectsOnce(file, 10_000)
})
