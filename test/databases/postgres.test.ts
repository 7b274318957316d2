import pg from 'pg'
import { expect, test } from 'vitest'
import { startPostgres, whyNoPostgres } from '../support/postgres.ts'
import { createDatabase, hasPostgres } from '../support/test-database.ts'

test.skipIf(!hasPostgres)('a database of its own for each who asks', async () => {
  const [one, other] = await Promise.all([createDatabase(), createDatabase()])
  expect(one).not.toBe(other)
  await rowsOf(one, 'create table here (id int)')
  await expect(rowsOf(other, 'select * from here')).rejects.toThrow('does not exist')
})

test.skipIf(whyNoPostgres() !== null)('a server of its own outlives kill -9', async () => {
  await using server = await startPostgres({ fsync: true })
  const url = await server.createDatabase()
  await rowsOf(url, 'create table kept as select 1 as id')
  await server.kill()
  await expect(rowsOf(url, 'select 1')).rejects.toThrow()
  await server.start()
  expect(await rowsOf(url, 'select id from kept')).toEqual([{ id: 1 }])
  expect(await rowsOf(url, 'show fsync')).toEqual([{ fsync: 'on' }])
})

async function rowsOf(connectionString: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString })
  client.on('error', () => {})
  await client.connect()
  try {
    return (await client.query(sql)).rows
  } finally {
    await client.end()
  }
}
