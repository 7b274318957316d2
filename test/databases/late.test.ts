// STO-1, AUD-: a statement that goes with the commit: where it fails nothing of the unit is kept, and nobody is told otherwise.
import { sql } from 'kysely'
import { auditLog } from 'trefoil/audit'
import { database } from 'trefoil/database'
import { TransactionConflict } from 'trefoil/parts'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { KEY } from '../audit/audited-app.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

interface Tables {
  notes: { id: number; text: string }
}
const LATE = 'insert into notes (id, text) values (?, ?)'

describe.skipIf(!hasPostgres)('with the commit, on PostgreSQL', () => {
  let url: string
  let data: ReturnType<typeof made>
  const made = (connections = 1) =>
    database<Tables>({
      url,
      migrate: 'start',
      connections,
      migrations: [
        { name: '0001', sql: 'create table notes (id bigint primary key, text text not null)' },
      ],
    })
  beforeAll(async () => {
    url = await createDatabase()
    data = made()
    await data.start?.({ log: { warn() {} } } as never)
    // Known to the one connection from here on.
    await data.unit((db) => data.statements(db).runAtCommit?.(LATE, [1, 'first']))
  })
  afterAll(() => data.stop?.(null as never))
  const ids = async () => {
    const { rows } = await sql<{ id: number }>`select id from notes order by id`.execute(
      data.queries(),
    )
    return rows.map(({ id }) => id)
  }

  test.each([
    "it's",
    'back\\slash',
    '\\',
    "'; drop table notes; --",
    '$1 ? %s',
    'é 🎉 \u2028',
    "E'\\'",
    '',
  ])('a value is itself: %j', async (text) => {
    await data.unit((db) => data.statements(db).runAtCommit?.(LATE, [100, text]))
    const { rows } = await sql`select text from notes where id = 100`.execute(data.queries())
    expect(rows).toEqual([{ text }])
    await data.unit((db) => db.deleteFrom('notes').where('id', '=', 100).execute())
  })

  test('several in one unit are done in their order, or none', async () => {
    await data.unit((db) => {
      const { runAtCommit } = data.statements(db)
      runAtCommit?.(LATE, [2, 'a'])
      runAtCommit?.(LATE, [3, 'b'])
    })
    expect(await ids()).toEqual([1, 2, 3])
    const failing = data.unit(async (db) => {
      await db.insertInto('notes').values({ id: 4, text: 'mine' }).execute()
      const { runAtCommit } = data.statements(db)
      runAtCommit?.(LATE, [5, 'c'])
      // Not null: refused, and with it all that came before.
      runAtCommit?.('insert into notes (id, text) values (?, ?)', [6, null])
    })
    await expect(failing).rejects.toThrow(TransactionConflict)
    expect(await ids()).toEqual([1, 2, 3])
  })

  test('its error is explained by whoever asked for it, and a conflict is tried again', async () => {
    let tries = 0
    const work = data.unit((db) => {
      tries++
      data.statements(db).runAtCommit?.(LATE, [tries < 3 ? 1 : 7, 'again'])
    })
    await work
    expect([tries, (await ids()).includes(7)]).toEqual([3, true])
    const text =
      'insert into notes (id, text) select cast(? as bigint), cast(1 / cast(? as int) as text)'
    await data.unit((db) => data.statements(db).runAtCommit?.(text, [8, 1]))
    const broken = data.unit((db) =>
      data.statements(db).runAtCommit?.(text, [9, 0], () => new Error('cannot be written')),
    )
    await expect(broken).rejects.toThrow('cannot be written')
    expect((await ids()).includes(9)).toBe(false)
  })

  test('where something has failed before, it is not what is told of', async () => {
    const failing = data.unit(async (db) => {
      await sql`select 1 / 0`.execute(db).catch(() => undefined)
      data.statements(db).runAtCommit?.(LATE, [10, 'x'], () => new Error('of the late one'))
    })
    await expect(failing).rejects.toThrow('because a statement in it had failed')
    expect((await ids()).includes(10)).toBe(false)
  })

  test('what is rolled back sends none, and one that has ended takes none', async () => {
    let kept: unknown
    const failing = data.unit((db) => {
      kept = db
      data.statements(db).runAtCommit?.(LATE, [11, 'x'])
      throw new Error('no')
    })
    await expect(failing).rejects.toThrow('no')
    expect(() => data.statements(kept).runAtCommit?.(LATE, [12, 'x'])).toThrow('has ended')
    expect((await ids()).filter((id) => id > 10 && id < 100)).toEqual([])
  })

  test('SW-26: somebody else has written into the stream: the call is done again behind it, and nothing forks', async () => {
    const own = made()
    const audit = auditLog({ keys: KEY, data: own })
    await own.start?.({ log: { warn() {} } } as never)
    try {
      const write = () => own.unit((db) => audit.append('a', {}, db))
      await write()
      await write()
      const { stream, seq } = await write()
      // Rolled back: what the log remembers of it was never there.
      await own
        .unit(async (db) => {
          await audit.append('never', {}, db)
          throw new Error('no')
        })
        .catch(() => undefined)
      expect(await write()).toMatchObject({ stream, seq: seq + 1 })
      // Taken away behind its back, as a restored backup would: what follows has nothing to follow.
      await own.unit((db) =>
        sql`delete from trefoil_audit_entries where stream = ${stream} and seq = ${seq + 1}`.execute(
          db,
        ),
      )
      expect(await write()).toMatchObject({ stream, seq: seq + 1 })
      const report = await audit.verify()
      expect([report.ok, report.entries]).toEqual([true, seq + 2])
    } finally {
      await own.stop?.(null as never)
    }
  })
})
