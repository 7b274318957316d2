// What an audit log in a database does, run on each of them.
import { sql } from 'kysely'
import { describe, expect, onTestFinished, test } from 'vitest'
import { auditLog, SqlAuditStore } from '../../packages/trefoil/src/audit.ts'
import { memoryAudit, verifyAudit } from '../../packages/trefoil/src/audit-chain.ts'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { auditStoreContract } from '../../packages/trefoil/src/testing.ts'
import { callBy, WAYS } from '../parity/ways.ts'
import { entriesIn, KEY, tokenOf } from './audited-app.ts'
import { type SqlAudited, sqlAudited } from './sql-app.ts'

const ANN = tokenOf('ann')

type Options = Parameters<typeof sqlAudited>[1]

/** @param newUrl a database of its own */
export function sqlAuditSuite(newUrl: () => string | Promise<string>): void {
  async function started(options: Options = {}, order: 'first' | 'last' = 'last') {
    const made = sqlAudited(await newUrl(), options, order)
    onTestFinished(() => made.client.close())
    // The first call starts it.
    await made.client.http.get('/nothing', { token: ANN })
    return made
  }

  async function isSound({ audit }: SqlAudited): Promise<void> {
    const { ok, findings } = await audit.verify({ anchor: await audit.anchors() })
    expect([ok, findings]).toEqual([true, []])
  }

  describe.each(WAYS)('by %s', (way) => {
    test('P-MWL-5, AUD-2: one entry, with the commit; one of its own for what was taken back', async () => {
      const made = await started({ failClosed: ['api', 'mcp', 'cli'] })
      for (const action of ['write', 'crash', 'refuse', 'outside', 'send']) {
        await callBy(way, made.client, action, { token: ANN })
      }
      expect(await made.said()).toEqual(
        [
          'call write ok 200',
          'call crash failed 500',
          'call refuse refused 403',
          'intent outside',
          'call outside ok 200',
          'intent send',
          'call send ok 200',
        ].map((line) => line),
      )
      expect(await made.texts()).toEqual(['write', 'send'])
      await isSound(made)
    })

    test('AUD-6: what cannot be written down with its unit is rolled back, and told as not done', async () => {
      const made = await started()
      await made.data.unit((db) =>
        sql`alter table trefoil_audit_entries rename to hidden`.execute(db),
      )
      const seen = await callBy(way, made.client, 'write', { token: ANN })
      expect(seen.ok).toBe(false)
      expect(seen.raw).toContain('Audit hook failed')
      expect(seen.problem).toMatchObject({ done: false })
      expect(await made.texts()).toEqual([])
      await made.data.unit((db) =>
        sql`alter table hidden rename to trefoil_audit_entries`.execute(db),
      )
      expect((await callBy(way, made.client, 'write', { token: ANN })).ok).toBe(true)
      const said = await made.said()
      // What was refused for it could not be written either: counted, and told of.
      expect(said).toContain('call write ok 200')
      expect(said).toHaveLength(1)
      await isSound(made)
    })
  })

  test('AUD-6: what the log cannot take goes to the fallback, in a chain of its own', async () => {
    const fallback = memoryAudit()
    const made = await started({ fallback })
    await made.data.unit((db) =>
      sql`alter table trefoil_audit_entries rename to hidden`.execute(db),
    )
    await made.client.http.post('/write', { token: ANN })
    await made.client.http.post('/outside', { token: ANN })
    await made.data.unit((db) =>
      sql`alter table hidden rename to trefoil_audit_entries`.execute(db),
    )
    expect(entriesIn(fallback).map(({ event }) => event)).toMatchObject([
      { action: 'write', outcome: 'failed', problem: 'audit_failed' },
      { action: 'outside', outcome: 'ok' },
    ])
    const keys = keyRing(KEY)
    const stream = 'fallback/0'
    expect(await verifyAudit({ store: fallback, keys, stream })).toMatchObject({ ok: true })
    expect(await verifyAudit({ store: fallback, keys })).toMatchObject({ ok: false })
    await made.client.http.post('/outside', { token: ANN })
    expect(await made.said()).toEqual(['lost', 'call outside ok 200'])
  })

  test('AUD-2: an event outside of the unit that the call has open says so at once', async () => {
    const made = await started()
    const { status } = await made.client.http.post('/waits', { token: ANN })
    if (made.data.dialect === 'postgres') return
    expect(status).toBe(500)
    expect(made.lines.map(({ message }) => message)).toContain('Unhandled error')
    expect(await made.texts()).toEqual([])
  })

  test('AUD-2: asked last of all parts, whatever their order: it sees what the others did', async () => {
    const made = await started({}, 'first')
    let before = -1
    made.control.beforeEntry = async () => {
      before = (await made.entries()).length
    }
    await made.client.http.post('/write', { token: ANN })
    expect([before, (await made.entries()).length]).toEqual([0, 1])
    made.control.beforeEntry = () => {
      throw new Error('another part fails')
    }
    await made.client.http.post('/write', { token: ANN })
    expect(await made.said()).toEqual(['call write ok 200', 'call write failed 500'])
    expect(await made.texts()).toEqual(['write'])
    await isSound(made)
  })

  test('P-MWL-5: what fails after the commit is told of beside the entry, and not in its place', async () => {
    const made = await started()
    made.control.failsToClose = true
    expect((await made.client.http.post('/layered', { token: ANN })).status).toBe(500)
    expect(await made.texts()).toEqual(['layered'])
    expect(await made.said()).toEqual(['call layered ok 200', 'answer failed 500'])
    await isSound(made)
  })

  test('AUD-2: an event of the app is committed with its unit, in front of the entry of the call', async () => {
    const made = await started()
    await made.client.http.post('/own', { token: ANN })
    const [event, call] = await made.entries()
    expect(event?.event).toMatchObject({ type: 'event', name: 'key.rotated', subject: 'ann' })
    expect(call?.event).toMatchObject({ type: 'call', action: 'own' })
    await expect(made.audit.append('a', {}, {})).rejects.toThrow("log's own database")
    await isSound(made)
  })

  test('SW-26: two hundred calls at once, of which a third fail: one entry each, no fork', async () => {
    const made = await started()
    const paths = ['/write', '/crash', '/outside'] as const
    await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        made.client.http.post(paths[index % 3] ?? '/write', { token: ANN }),
      ),
    )
    const calls = (await made.entries()).map(({ event }) => ('call' in event ? event.call : ''))
    expect([calls.length, new Set(calls).size]).toEqual([200, 200])
    expect((await made.texts()).length).toBe(67)
    await isSound(made)
  })

  test('AUD-5: what is changed, taken away, added or moved in the tables is found', async () => {
    const made = await started()
    for (let index = 0; index < 12; index++) await made.client.http.post('/write', { token: ANN })
    const anchors = await made.audit.anchors()
    const stream = anchors[0]?.stream ?? ''
    const codes = async (change: string) => {
      const kept = await made.data.unit(async (db) => {
        await sql`create table kept as select * from trefoil_audit_entries`.execute(db)
        return sql.raw(change).execute(db)
      })
      expect(kept.numAffectedRows ?? 1n).not.toBe(0n)
      const { findings, ok } = await made.audit.verify({ anchor: anchors })
      await made.data.unit(async (db) => {
        await sql`delete from trefoil_audit_entries`.execute(db)
        await sql`insert into trefoil_audit_entries select * from kept`.execute(db)
        await sql`drop table kept`.execute(db)
      })
      return [ok, ...new Set(findings.map(({ code }) => code))]
    }
    const of = `where stream = '${stream}'`
    const table = 'trefoil_audit_entries'
    const last = anchors[0]?.seq ?? 0
    expect(
      await codes(`update ${table} set body = replace(body, 'ann', 'bob') ${of} and seq = 0`),
    ).toEqual([false, 'edited'])
    expect(await codes(`delete from ${table} ${of} and seq = ${last}`)).toEqual([
      false,
      'truncated',
    ])
    expect(await codes(`delete from ${table} ${of}`)).toEqual([false, 'truncated'])
    if (last > 1) {
      expect(await codes(`delete from ${table} ${of} and seq = 1`)).toEqual([false, 'deleted'])
      expect(await codes(`delete from ${table} ${of} and seq = 0`)).toEqual([false, 'head_missing'])
    }
    expect(await codes(`update ${table} set seq = seq + 1000 ${of} and seq = 0`)).toEqual(
      [false, last === 0 ? 'x' : 'reordered'].filter((code) => code !== 'x'),
    )
    await isSound(made)
  })

  test('P-MWL-5: entries are found by who, what and when, a page at a time', async () => {
    let now = 1_800_000_000_000
    const clock = { now: () => now++, elapsed: () => performance.now() }
    const made = await started({ clock })
    for (let index = 0; index < 10; index++) {
      const token = tokenOf(index % 2 === 0 ? 'ann' : 'bob')
      await made.client.http.post(index < 5 ? '/write' : '/outside', { token })
    }
    const first = await made.audit.find({ subject: 'ann', limit: 3 })
    expect(first.entries).toHaveLength(3)
    await made.client.http.post('/write', { token: ANN })
    const second = await made.audit.find({ subject: 'ann', limit: 3, after: first.next ?? '' })
    expect(second.next).toBe(null)
    const times = [...first.entries, ...second.entries].map(({ time }) => time)
    expect(times).toEqual([...times].sort((a, b) => a - b))
    expect(times).toHaveLength(6)
    expect((await made.audit.find({ action: 'outside', subject: 'bob' })).entries).toHaveLength(3)
    const { time } = second.entries[0] ?? { time: 0 }
    expect((await made.audit.find({ from: time, to: time + 1 })).entries).toHaveLength(1)
    await expect(made.audit.find({ after: 'nonsense' })).rejects.toThrow('next')
    await expect(made.audit.find({ subject: 1 as never })).rejects.toThrow('subject must be text')
  })

  test('AUD-3: what is erased can be read by nobody, and everything is verified as before', async () => {
    const made = await started({ erasable: true })
    await made.client.http.post('/own', { token: ANN })
    await made.client.http.post('/write', { token: tokenOf('bob') })
    await made.client.http.post('/crash', { token: ANN })
    expect((await made.audit.find({ subject: 'ann' })).entries).toHaveLength(3)
    expect((await made.audit.find({ subject: 'ann' })).entries[1]?.event).toMatchObject({
      subject: 'ann',
      actor: [],
      action: 'own',
    })
    const { rows } = await sql<{ body: string }>`select body from trefoil_audit_entries`.execute(
      made.data.queries(),
    )
    expect(JSON.stringify(rows)).not.toContain('ann')
    const anchor = await made.audit.anchors()
    expect(await made.audit.erase('ann')).toBeGreaterThanOrEqual(1)
    expect(await made.audit.erase('ann')).toBe(0)
    expect((await made.audit.find({ subject: 'ann' })).entries).toEqual([])
    expect((await made.audit.find({ subject: 'bob' })).entries).toHaveLength(1)
    expect(await made.audit.verify({ anchor })).toMatchObject({ ok: true, findings: [] })
    const events = (await made.entries()).map(({ event }) => event)
    expect(events.filter(({ type }) => type === 'erased').length).toBeGreaterThanOrEqual(1)
    expect(JSON.stringify(events)).not.toContain('ann')
    // Written of again: under a key of its own, that says nothing of before.
    await made.client.http.post('/write', { token: ANN })
    expect((await made.audit.find({ subject: 'ann' })).entries).toHaveLength(1)
  })

  test('AUD-3: old entries leave in whole segments, and what was removed is signed', async () => {
    let now = 1_800_000_000_000
    const clock = { now: () => now, elapsed: () => performance.now() }
    const made = await started({ clock, retain: '30d' })
    const write = async (count: number) => {
      await Promise.all(Array.from({ length: count }, (_, index) => made.audit.append(`e${index}`)))
    }
    await write(1500)
    now += 31 * 86_400_000
    await write(700)
    const before = await made.audit.anchors()
    const stream = before[0]?.stream ?? ''
    expect(await made.audit.prune()).toBe(1000)
    expect(await made.audit.prune()).toBe(0)
    const report = await made.audit.verify({ anchor: before })
    expect(report.findings).toMatchObject([{ code: 'pruned', stream, seq: 999, tampered: false }])
    expect(report).toMatchObject({ ok: true, entries: 1201 })
    const [told] = (await made.audit.find({ type: 'pruned' })).entries
    expect(told?.event).toMatchObject({ of: stream, until: 999, count: 1000 })
    // Who deletes more, or says that more was allowed, is found.
    const table = 'trefoil_audit_pruned'
    await made.data.unit((db) => sql.raw(`update ${table} set seq = 1001`).execute(db))
    expect((await made.audit.verify()).findings.map(({ code }) => code)).toEqual([
      'pruned_forged',
      'head_missing',
    ])
    await made.data.unit((db) => sql.raw(`update ${table} set seq = 999`).execute(db))
    await made.data.unit((db) =>
      sql`delete from trefoil_audit_entries where seq = 1000`.execute(db),
    )
    expect((await made.audit.verify()).findings.map(({ code }) => code)).toEqual([
      'pruned',
      'deleted',
    ])
  })

  test('AUD-3: what is old and was changed stays: it is evidence', async () => {
    let now = 1_800_000_000_000
    const clock = { now: () => now, elapsed: () => performance.now() }
    const made = await started({ clock, retain: '30d' })
    await Promise.all(Array.from({ length: 1100 }, () => made.audit.append('old')))
    now += 31 * 86_400_000
    await made.data.unit((db) =>
      sql`update trefoil_audit_entries set body = replace(body, 'old', 'new') where seq = 7`.execute(
        db,
      ),
    )
    await expect(made.audit.prune()).rejects.toThrow('not sound')
    expect((await made.audit.verify()).findings).toMatchObject([{ code: 'edited', seq: 7 }])
  })

  test('AUD-3: how old an entry is says what was signed, and not the column beside it', async () => {
    const made = await started({ retain: '30d' })
    await Promise.all(Array.from({ length: 1100 }, () => made.audit.append('young')))
    // Whoever can write the tables would have the app itself remove, and sign for, what they did.
    await made.data.unit((db) => sql`update trefoil_audit_entries set time = 0`.execute(db))
    expect(await made.audit.prune()).toBe(0)
    expect((await made.audit.verify()).findings).toEqual([])
  })

  test('AUD-3: what is found fits by what was signed: a column lends nobody the deed of another', async () => {
    const made = await started()
    for (const subject of ['ann', 'bob']) await made.audit.append('login', { subject })
    await made.data.unit((db) =>
      sql`update trefoil_audit_entries set subject = 'ann' where subject = 'bob'`.execute(db),
    )
    const { entries } = await made.audit.find({ subject: 'ann', type: 'event' })
    expect(entries.map(({ event }) => Reflect.get(event, 'subject'))).toEqual(['ann'])
    await expect(made.audit.find({ from: 1.5, to: 1e300 })).resolves.toMatchObject({ next: null })
  })

  describe('the contract of stores', () => {
    const checks = auditStoreContract(async () => {
      const { data } = await started()
      return () => new SqlAuditStore(data, 'copy/0')
    })
    test.each(checks)('SW-26: $name', async ({ run }) => run())
  })

  test('PW-36: options that do not go together are refused', async () => {
    const { data } = await started()
    const make: (options: object) => unknown = auditLog as never
    for (const [options, message] of [
      [{ data, sink: {} }, 'sink must be'],
      [{ data: {} }, 'data must be a database'],
      [{ retain: '1d' }, 'retain needs data'],
      [{ erasable: true }, 'erasable needs data'],
      [{ data }, "data.tables('audit')"],
    ] as const) {
      expect(() => make({ keys: KEY, ...options })).toThrow(message)
    }
  })
}
