// Who attacks: whoever kills processes that write one audit log in one database. On both of them.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { sql } from 'kysely'
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'
import { expect, test, vi } from 'vitest'

// Processes start slowly on a machine that has other things to do.
vi.setConfig({ testTimeout: 120_000 })

const SCRIPT = join(import.meta.dirname, 'audit-sql.process.ts')
const KEY = 'the key of the audit log, 32 bytes and more'

/** @returns what it was answered, by the id of the call, and what it complained of */
async function run(url: string, when: string, name: string, count = Infinity, killAfter = 0) {
  const child = spawn(process.execPath, [SCRIPT, url, when, name, String(count)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (more: string) => {
    out += more
    if (killAfter > 0 && out.split('\n').length > killAfter) child.kill('SIGKILL')
  })
  child.stderr.setEncoding('utf8').on('data', (more: string) => {
    err += more
  })
  await once(child, 'close')
  // A line that was cut was not said.
  const lines = out.split('\n').slice(0, -1)
  return { answered: lines.map((line) => line.split(' ') as [id: string, status: string]), err }
}

/** Everything that was answered has its entry, what was done and what is written are one, and nothing forked. */
async function holds(url: string, answered: readonly (readonly [string, string])[]) {
  const data = database<{ notes: { id: string } }>({ url })
  const audit = auditLog({ keys: KEY, data })
  try {
    const report = await audit.verify()
    expect(report).toMatchObject({ ok: true, findings: [] })
    const statuses = new Map<string, string>()
    for (let after: string | null | undefined; after !== null; ) {
      const page = await audit.find({ limit: 1000, ...(after === undefined ? {} : { after }) })
      for (const { event } of page.entries) {
        if (event.type !== 'call') continue
        expect(statuses.has(event.request)).toBe(false)
        statuses.set(event.request, String(event.status))
      }
      after = page.next
    }
    const missing = answered.filter(([id, status]) => statuses.get(id) !== status)
    expect(missing).toEqual([])
    const { rows } = await sql<{ id: string }>`select id from notes`.execute(data.queries())
    const done = [...statuses].filter(([, status]) => status === '200').map(([id]) => id)
    expect(rows.map(({ id }) => id).sort()).toEqual(done.sort())
    return { report, done: done.length }
  } finally {
    await data.stop?.({} as never)
  }
}

/** @param newUrl a database of its own */
export function auditKillSuite(newUrl: () => string | Promise<string>): void {
  test.each(['before', 'written', 'committed'])(
    'AUD-2: killed (%s): no answered call without its entry, nothing done that is not written down',
    async (when) => {
      const url = await newUrl()
      const { answered, err } = await run(url, when, 'a')
      expect(err).toBe('')
      expect(answered.length).toBeGreaterThan(8)
      await holds(url, answered)
      // The next one goes on behind it.
      const next = await run(url, '', 'b', 40)
      expect(next.err).toBe('')
      expect(next.answered).toHaveLength(40)
      const { report } = await holds(url, [...answered, ...next.answered])
      if (url.startsWith('postgres')) return
      expect(report.anchors.map(({ stream }) => stream)).toEqual(['main/0'])
    },
  )

  test('SW-26: two processes at once, each killed and begun again: no fork, no gap, no answer without an entry', async () => {
    const url = await newUrl()
    const said: (readonly [string, string])[] = []
    await run(url, '', 'first', 8)
    const one = async (name: string) => {
      for (let round = 0; round < 3; round++) {
        const { answered } = await run(url, '', `${name}${round}`, Infinity, 60 + round * 40)
        said.push(...answered)
      }
    }
    await Promise.all([one('a'), one('b')])
    // As many as a machine that does other things as well has time for.
    expect(said.length).toBeGreaterThan(100)
    await holds(url, said)
  })

  test('SW-26: two processes that nobody disturbs: every call is answered', async () => {
    const url = await newUrl()
    await run(url, '', 'first', 8)
    const both = await Promise.all([run(url, '', 'a', 300), run(url, '', 'b', 300)])
    for (const { answered, err } of both) {
      expect(err).toBe('')
      expect(answered).toHaveLength(300)
    }
    await holds(
      url,
      both.flatMap(({ answered }) => answered),
    )
  })
}
