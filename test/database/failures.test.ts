import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createApp } from 'trefoil'
import { database } from 'trefoil/database'
import { testClient } from 'trefoil/testing'
import { expect, onTestFinished, test, vi } from 'vitest'
import { adding, folder, insert, NOTES, notesApp } from './notes-app.ts'

test('STO-4: a full disk: what does not fit is refused, reads go on, and with room it works again', async () => {
  const full = { name: '0002-full', sql: 'pragma max_page_count = 12' }
  const notes = notesApp({ migrations: [NOTES, full] })
  const { app, data } = notes
  app.post('/much', { params: { db: data.db } }, ({ db }) => insert(db, 'x'.repeat(99_999)))
  app.post('/clear', { params: { db: data.db } }, async ({ db }) => {
    await db.deleteFrom('notes').execute()
    return 1
  })
  app.get('/count', { params: { db: data.read } }, async ({ db }) => {
    return (await db.selectFrom('notes').selectAll().execute()).length
  })
  adding(notes, '/add')
  await using client = testClient(app)
  let added = 0
  for (let at = 0; at < 3; at++) if ((await client.http.post('/add')).status === 200) added++
  // Those that come together share a transaction, which SQLite takes back as a whole.
  const all = await Promise.all(['/add', '/much', '/add'].map((path) => client.http.post(path)))
  expect(all[1]?.status).toBe(500)
  const kept = added + all.filter(({ status }) => status === 200).length
  expect(await notes.texts()).toHaveLength(kept)
  expect((await client.http.get('/count')).json()).toBe(kept)
  const causes = notes.lines.map(([fields]) => String(fields['err']))
  expect(causes.join()).toContain('database or disk is full')
  expect((await client.http.post('/clear')).status).toBe(200)
  expect((await client.http.post('/add')).status).toBe(200)
  expect(await notes.texts()).toEqual(['add'])
})

test('STO-4: what is no database, or a damaged one, is said at the start, and left as it is', async () => {
  const path = folder()
  const file = join(path, 'app.db')
  writeFileSync(file, 'not a database, but somebody has put it here '.repeat(100))
  const start = () =>
    createApp({ env: {}, parts: [database({ url: file, migrations: [NOTES] })] }).startup()
  await expect(start()).rejects.toThrow(/app\.db.*file is not a database/)
  rmSync(file)
  mkdirSync(file)
  await expect(start()).rejects.toThrow('app.db')
  rmSync(file, { recursive: true })
  writeFileSync(join(path, 'plain'), '')
  const below = database({ url: join(path, 'plain', 'app.db') })
  await expect(createApp({ env: {}, parts: [below] }).startup()).rejects.toThrow('plain')
})

test('STO-4: a file that was taken away or replaced under the app is noticed: nothing is lost in silence', async () => {
  const file = join(folder(), 'app.db')
  const notes = notesApp({ url: file })
  adding(notes, '/add')
  await using client = testClient(notes.app)
  expect((await client.http.post('/add')).status).toBe(200)
  for (const end of ['', '-wal', '-shm']) rmSync(`${file}${end}`, { force: true })
  const real = performance.now.bind(performance)
  onTestFinished(() => void vi.restoreAllMocks())
  vi.spyOn(performance, 'now').mockImplementation(() => real() + 1001)
  expect((await client.http.post('/add')).status).toBe(500)
  expect(String(notes.lines.at(-1)?.[0]['err'])).toContain('it was removed or replaced')
  expect(existsSync(file)).toBe(false)
  await expect(notes.data.check()).rejects.toThrow('is not the one that was opened')
  const other = new DatabaseSync(file)
  other.exec(NOTES.sql)
  other.close()
  expect((await client.http.post('/add')).status).toBe(500)
})

test('STO-4: a clock that is an hour off keeps nobody waiting: waiting goes by what has passed', async () => {
  const notes = notesApp()
  adding(notes, '/add')
  await using client = testClient(notes.app)
  await client.http.post('/add')
  const real = Date.now
  for (const off of [-3_600_000, 3_600_000]) {
    vi.spyOn(Date, 'now').mockImplementation(() => real() + off)
    const answers = await Promise.all([1, 2, 3].map(() => client.http.post('/add')))
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200])
    vi.restoreAllMocks()
  }
  expect(await notes.texts()).toHaveLength(7)
})
