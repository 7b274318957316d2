import type { Kysely } from 'kysely'
import { expect, onTestFinished, test, vi } from 'vitest'
import { startCall } from '../../engine/call.fixture.ts'
import { database } from './database.ts'

interface Tables {
  notes: { text: string }
}

test.each([
  [true, 0],
  [false, 1],
])(
  'STO-1: rehearsal %s: the handler sees what it wrote, and %i row(s) are kept',
  async (rehearse, kept) => {
    const data = database<Tables>({
      url: ':memory:',
      migrations: [{ name: '1', sql: 'create table notes (text text not null) strict' }],
    })
    await data.start?.({ log: { warn() {} } } as never)
    onTestFinished(async () => data.stop?.(null as never))
    await data.figures?.()
    const joins = { begin: vi.fn(), beforeCommit: vi.fn() }
    const { outcome } = startCall({
      rehearse,
      app: { transaction: [joins] },
      action: {
        dependencies: [['db', data.db]],
        async handler({ db }: { readonly db?: Kysely<Tables> }) {
          await db?.insertInto('notes').values({ text: 'a' }).execute()
          return (await db?.selectFrom('notes').selectAll().execute())?.length
        },
      },
    })
    expect(await outcome).toMatchObject({ kind: 'answer', answer: { body: '1' } })
    expect(await data.queries().selectFrom('notes').selectAll().execute()).toHaveLength(kept)
    expect([joins.begin.mock.calls.length, joins.beforeCommit.mock.calls.length]).toEqual([1, kept])
    const units = (await data.figures?.())?.find(({ name }) => name === 'trefoil_units_total')
    const ended = rehearse ? 'rehearsed' : 'committed'
    expect(units?.samples.filter(({ value }) => value > 0)).toEqual([
      { labels: { database: 'database', outcome: ended }, value: 1 },
    ])
    // The turn is another's.
    await data.unit((db) => db.deleteFrom('notes').execute())
  },
)
