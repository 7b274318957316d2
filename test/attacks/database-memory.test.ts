import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { adding, insert, notesApp, refused } from '../database/notes-app.ts'

test('STO-1: calls with units, reads, streams that were left and refusals keep no memory', async () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const notes = notesApp({ synchronous: 'NORMAL' })
  const { app, data } = notes
  adding(notes, '/add')
  adding(notes, '/refuse', refused)
  app.get('/read', { params: { db: data.read } }, async ({ db }) => {
    await db.selectFrom('notes').selectAll().stream()[Symbol.asyncIterator]().next()
    return (await db.selectFrom('notes').selectAll().limit(1).execute()).length
  })
  app.post('/left', { params: { db: data.db } }, async ({ db }) => {
    await insert(db, 'left')
    await db.selectFrom('notes').selectAll().stream()[Symbol.asyncIterator]().next()
    return 1
  })
  await using client = testClient(app)
  await client.http.get('/')
  const round = async (rounds: number) => {
    for (let at = 0; at < rounds; at++) {
      await Promise.all([
        ...['/add', '/refuse', '/left', '/add'].map((path) => client.http.post(path)),
        client.http.get('/read'),
        client.http.get('/read'),
        data.unit((db) => insert(db, 'unit')),
      ])
    }
    notes.lines.length = 0
    collect()
    await new Promise((resolve) => setImmediate(resolve))
    collect()
    return process.memoryUsage().heapUsed
  }
  await round(300)
  const before = await round(300)
  const grown = (await round(600)) - before
  // 4,200 units and reads: a handle that was kept is some kB.
  expect(grown / 4200).toBeLessThan(400)
}, 60_000)
