import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { isAlive, WorkerGroup } from './worker-group.ts'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

// Who the workers are is read from /proc.
const IS_LINUX = existsSync('/proc/self/task')

/** On a connection of its own, because one that is kept leads to one worker. */
function call(url: string, path: string, method = 'GET'): Promise<string> {
  return new Promise((resolve, reject) => {
    request(`${url}${path}`, { agent: false, method }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk
      })
      response.on('error', reject)
      response.on('end', () => resolve(`${response.statusCode} ${text}`))
    })
      .on('error', reject)
      .end()
  })
}

/** Calls one after the other, in several lanes, until it is told to stop. */
function load(url: string, path: string, lanes: number) {
  const failures: string[] = []
  const answers: string[] = []
  let isOver = false
  const all = Promise.all(
    Array.from({ length: lanes }, async () => {
      while (!isOver) {
        try {
          answers.push(await call(url, path))
        } catch (error) {
          failures.push(error instanceof Error && 'code' in error ? `${error.code}` : `${error}`)
        }
      }
    }),
  )
  return {
    failures,
    answers,
    async stop() {
      isOver = true
      await all
    },
  }
}

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'trefoil-workers-'))
  onTestFinished(() => rmSync(made, { recursive: true, force: true }))
  return made
}

describe.runIf(IS_LINUX)('STO-1: several workers behind one port', () => {
  test('port 0: all have the same, which is printed once, and their lines say which of them it is', async () => {
    const group = new WorkerGroup(['--workers=2'])
    const url = await group.listening()
    const pids = new Set<string>()
    for (let index = 0; index < 100 && pids.size < 2; index++) pids.add(await call(url, '/pid'))
    expect(pids.size).toBe(2)
    expect(group.out).toBe(
      `workers listens on ${url} (./test/attacks/workers.process.ts#app, workers: 2); Ctrl-C stops it\n`,
    )
    expect(group.workers).toHaveLength(2)
    const hasLine = (worker: number) => group.err.includes(`"message":"a line","worker":${worker}`)
    for (let index = 0; index < 100 && !(hasLine(1) && hasLine(2)); index++) await call(url, '/log')
    await group.until(() => hasLine(1) && hasLine(2))
    // What each of them keeps in its memory is said once.
    expect(group.err.split('a caller has up to 2 times')).toHaveLength(2)
    group.signal('SIGTERM')
    expect(await group.ended).toEqual({ code: 0, signal: null })
  })

  test('kill -9 of a worker under load: calls that it had are lost, no other one, and another takes its place', async () => {
    const group = new WorkerGroup(['--workers=2'])
    const url = await group.listening()
    const before = group.workers
    const busy = load(url, '/pid', 4)
    await sleep(500)
    process.kill(before[0] ?? 0, 'SIGKILL')
    await group.until(() => group.err.includes('A worker listens'))
    await sleep(300)
    await busy.stop()
    // At most what was under way, of four.
    expect(busy.failures.length).toBeLessThanOrEqual(4)
    expect(busy.answers.every((answer) => answer.startsWith('200 '))).toBe(true)
    expect(busy.answers.length).toBeGreaterThan(50)
    expect(new Set(busy.answers.slice(-20)).size).toBe(2)
    expect(group.workers).toHaveLength(2)
    expect(group.workers).not.toContain(before[0])
    expect(group.err).toContain('"worker":1,"pid":')
    group.signal('SIGTERM')
    expect((await group.ended).code).toBe(0)
  })

  test('kill -9 of all of them: the port stays what it was', async () => {
    const group = new WorkerGroup(['--workers=2'])
    const url = await group.listening()
    for (const pid of group.workers) process.kill(pid, 'SIGKILL')
    await group.until(() => group.err.split('A worker listens').length === 3)
    for (let index = 0; index < 4; index++) expect(await call(url, '/pid')).toMatch(/^200 /)
    group.signal('SIGTERM')
    expect((await group.ended).code).toBe(0)
  })

  test.each(['SIGTERM', 'SIGINT'] as const)(
    'drain: %s to everybody in the group ends no call that has begun',
    async (signal) => {
      const group = new WorkerGroup(['--workers=2'])
      const url = await group.listening()
      const slow = Promise.all([call(url, '/slow'), call(url, '/slow')])
      await group.until(() => group.err.split('slow has begun').length === 3)
      group.signalAll(signal)
      await sleep(300)
      await expect(call(url, '/pid')).rejects.toThrow()
      expect(await slow).toEqual(['200 done', '200 done'])
      expect(await group.ended).toEqual({ code: 0, signal: null })
      expect(group.err.match(/closed \d+/g)).toHaveLength(2)
      expect(group.err).not.toContain('A worker ended')
    },
  )

  test('drain: Ctrl-C that npm passes on to the first process is no second one', async () => {
    const group = new WorkerGroup(['--workers=2'])
    const url = await group.listening()
    const slow = call(url, '/slow')
    await group.until(() => group.err.includes('slow has begun'))
    group.signalAll('SIGINT')
    await sleep(20)
    group.signal('SIGINT')
    expect(await slow).toBe('200 done')
    expect(await group.ended).toEqual({ code: 0, signal: null })
  })

  test('a second Ctrl-C ends all of them at once', async () => {
    const group = new WorkerGroup(['--workers=2'])
    const url = await group.listening()
    const { workers } = group
    const slow = call(url, '/slow').catch((error: Error) => error.message)
    await group.until(() => group.err.includes('slow has begun'))
    group.signalAll('SIGINT')
    await sleep(600)
    group.signalAll('SIGINT')
    expect(await group.ended).toEqual({ code: 130, signal: null })
    expect(await slow).not.toBe('200 done')
    expect(workers.filter(isAlive)).toEqual([])
  })

  test('kill -9 of the first process: workers end what they have begun, and themselves', async () => {
    const group = new WorkerGroup(['--workers=2'])
    const url = await group.listening()
    const { workers } = group
    const slow = call(url, '/slow')
    await group.until(() => group.err.includes('slow has begun'))
    group.signal('SIGKILL')
    expect(await slow).toBe('200 done')
    await group.until(() => !workers.some(isAlive))
    await expect(call(url, '/pid')).rejects.toThrow()
  })

  test('SIGHUP under load: new workers, and no call is lost; new code that does not start changes nothing', async () => {
    const broken = join(folder(), 'broken')
    const group = new WorkerGroup(['--workers=2'], { WORKERS_BROKEN: broken })
    const url = await group.listening()
    const before = group.workers
    const busy = load(url, '/pid', 4)
    await sleep(200)
    group.signal('SIGHUP')
    await group.until(() => group.err.includes('Restarted the workers'))
    await busy.stop()
    expect(busy.failures).toEqual([])
    const after = group.workers
    expect(after).toHaveLength(2)
    expect(after.filter((pid) => before.includes(pid))).toEqual([])

    writeFileSync(broken, '')
    group.signal('SIGHUP')
    await group.until(() => group.err.includes('the restart is given up'))
    expect(group.err).toContain('broken code')
    expect(group.workers).toEqual(after)
    expect(await call(url, '/pid')).toMatch(/^200 /)
    group.signal('SIGTERM')
    expect((await group.ended).code).toBe(0)
  })

  test('an app that cannot start says so once, and nothing is tried again', async () => {
    const broken = join(folder(), 'broken')
    writeFileSync(broken, '')
    const group = new WorkerGroup(['--workers=4'], { WORKERS_BROKEN: broken })
    expect((await group.ended).code).toBe(2)
    expect(group.err.split('broken code')).toHaveLength(2)
    expect(group.out).toBe('')
  })

  test('a loop of crashes is given up with a sentence once nobody serves', async () => {
    const broken = join(folder(), 'broken')
    const group = new WorkerGroup(['--workers=2', '--json'], { WORKERS_BROKEN: broken })
    await group.listening()
    writeFileSync(broken, '')
    for (const pid of group.workers) process.kill(pid, 'SIGKILL')
    expect((await group.ended).code).toBe(2)
    expect(group.out).toContain('No worker starts any more: it was tried 5 times in a row')
  })

  test('STO-2: two workers on one SQLite file lose no update', async () => {
    const file = join(folder(), 'app.db')
    const group = new WorkerGroup(['--workers=2'], { WORKERS_DB: file })
    const url = await group.listening()
    const answers: string[] = []
    await Promise.all(
      Array.from({ length: 8 }, async () => {
        for (let index = 0; index < 40; index++) answers.push(await call(url, '/count', 'POST'))
      }),
    )
    // Each number was given once: nobody read what somebody else was about to replace.
    expect(new Set(answers).size).toBe(320)
    expect(await call(url, '/count')).toBe('200 320')
    group.signal('SIGTERM')
    expect((await group.ended).code).toBe(0)
  })

  test('a log in a file has one writer: several workers are refused with a sentence', async () => {
    const path = join(folder(), 'audit.jsonl')
    const group = new WorkerGroup(['--workers=2'], { WORKERS_AUDIT: path })
    expect((await group.ended).code).not.toBe(0)
    expect(group.err).toContain('auditFile(): one process writes a file, and there are 2 workers')
    const alone = new WorkerGroup(['--workers=1'], { WORKERS_AUDIT: path })
    await alone.listening()
    alone.signal('SIGTERM')
    expect((await alone.ended).code).toBe(0)
  })
})
