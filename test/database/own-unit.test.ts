import { setTimeout as pause } from 'node:timers/promises'
import { dependency, stream } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { insert, notesApp } from './notes-app.ts'

const INSIDE = 'it would wait for itself'

/** What `data.unit` says, wherever it is asked. */
async function said(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'nothing',
    (error: Error) => error.message,
  )
}

test('STO-1: a unit asked for where the call has one, however it came by it, says so at once', async () => {
  const notes = notesApp({ wait: '30s' })
  const { app, data } = notes
  const asks = () => said(data.unit((own) => insert(own, 'b')))
  const captured = dependency(asks, { name: 'captured' })
  const after = dependency(async ({ db }) => [db !== null, await asks()], {
    name: 'after',
    uses: { db: data.db },
  })
  app.post('/resolved', {}, async (_, call) => {
    await call.resolve(data.db)
    return asks()
  })
  app.post('/declared', { params: { db: data.db, captured } }, ({ captured: text }) => text)
  app.post('/provider', { params: { after } }, ({ after: [, text] }) => text)
  app.post('/together', {}, async (_, call) => {
    const opening = call.resolve(data.db)
    const text = await asks()
    await opening
    return text
  })
  app.post('/stream', { params: { db: data.db } }, () =>
    stream(
      (async function* () {
        yield await asks()
      })(),
    ),
  )
  app.post('/other-way', {}, async (_, call) =>
    said(data.unit(async () => insert(await call.resolve(data.db), 'c'))),
  )
  await using client = testClient(app)
  for (const path of ['resolved', 'declared', 'provider', 'together', 'stream', 'other-way']) {
    expect((await client.http.post(`/${path}`)).text, path).toContain(INSIDE)
  }
  expect(await notes.texts()).toEqual([])
})

test('before a call has one, and once it is over, there is nothing to wait for', async () => {
  const notes = notesApp()
  const { app, data } = notes
  const counts = dependency(() => data.unit((own) => insert(own, 'before')), { name: 'counts' })
  app.post('/add', { params: { counts, db: data.db } }, async ({ db }, call) => {
    await insert(db, 'call')
    call.background(() => data.unit((own) => insert(own, 'background')))
    return 1
  })
  await using client = testClient(app)
  expect((await client.http.post('/add')).status).toBe(200)
  await expect.poll(() => notes.texts()).toEqual(['before', 'call', 'background'])
})

test('readers that are all held: 503 with a time, and not 500', async () => {
  const notes = notesApp({ wait: '30ms' })
  const { app, data } = notes
  const gate = Promise.withResolvers<void>()
  app.get('/hold', { params: { db: data.read } }, async ({ db }) => {
    await db.transaction().execute(() => gate.promise)
    return 1
  })
  app.get('/read', { params: { db: data.read } }, ({ db }) =>
    db.selectFrom('notes').selectAll().execute(),
  )
  await using client = testClient(app)
  await client.http.get('/')
  const held = Array.from({ length: 8 }, () => client.http.get('/hold'))
  await pause(5)
  const busy = await client.http.get('/read')
  expect(busy.json()).toMatchObject({ code: 'database_busy', status: 503 })
  expect(busy.headers.get('retry-after')).toBe('1')
  gate.resolve()
  expect((await Promise.all(held)).map(({ status }) => status)).toEqual(Array(8).fill(200))
  expect((await client.http.get('/read')).status).toBe(200)
})
