// Accounts of nobody are made by whoever asks: what is left of them must go as fast as it comes.
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type AccountsApp, accountsApp } from './accounts-app.ts'

const DAY = 86_400_000

async function abandon(it: AccountsApp, count: number): Promise<void> {
  const before = it.at - 61 * DAY
  await it.data.unit((db) =>
    sql`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})
      insert into trefoil_accounts (id, kind, roles, epoch, created_at)
      select ${`${it.at}-`} || i, 'anonymous', '[]', 1, ${before} from n`.execute(db),
  )
}

async function left(it: AccountsApp): Promise<number> {
  await it.post('/anonymous', {})
  await it.client.idle()
  const { rows } =
    await sql`select id from trefoil_accounts where created_at < ${it.at - 60 * DAY}`.execute(
      it.data.queries(),
    )
  return rows.length
}

test('those that nobody can come back to are removed, however many there are', async () => {
  await using it = await accountsApp({ anonymous: true })
  await abandon(it, 1700)
  expect(await left(it)).toBe(0)
})

test('also after a clock was ahead for a while', async () => {
  await using it = await accountsApp({ anonymous: true })
  it.at += 400 * DAY
  await it.post('/anonymous', {})
  await it.client.idle()
  it.at -= 400 * DAY
  await abandon(it, 3)
  expect(await left(it)).toBe(0)
})
