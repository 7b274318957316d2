import { createApp, dependency, reply, stream } from 'trefoil'
import { database } from 'trefoil/database'
import { definePart } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { adding, insert, notesApp, refused } from './notes-app.ts'

describe('the unit of work of a call', () => {
  test('STO-1: is committed with the answer, on every surface and in both eras of MCP', async () => {
    const notes = notesApp()
    adding(notes, '/add')
    adding(notes, '/refuse', refused)
    await using client = testClient(notes.app)
    await using legacy = testClient(notes.app, { era: 'legacy', lifespan: false })
    const ways: Record<string, (name: string) => Promise<unknown>> = {
      http: (name) => client.http.post(`/${name}`),
      'mcp modern': (name) => client.mcp.callTool(name),
      'mcp legacy': (name) => legacy.mcp.callTool(name),
      'cli local': (name) => client.cli.call(name, {}, { local: true }),
      'cli remote': (name) => client.cli.call(name),
    }
    for (const [way, call] of Object.entries(ways)) {
      const before = (await notes.texts().catch(() => [])).length
      await call('refuse')
      expect(await notes.texts(), way).toHaveLength(before)
      await call('add')
      expect(await notes.texts(), way).toHaveLength(before + 1)
    }
  })

  test.each([
    ['an error', () => Promise.reject(new Error('boom')), 500],
    ['a refusal', refused, 409],
    ['an answer of 500', () => reply('no', { status: 500 }), 500],
  ])('PW-16: %s rolls it back', async (_, then, status) => {
    const notes = notesApp()
    adding(notes, '/add', then)
    await using client = testClient(notes.app)
    expect((await client.http.post('/add')).status).toBe(status)
    expect(await notes.texts()).toEqual([])
  })

  test('a deadline rolls it back, and the handler that goes on writes into nobody else’s', async () => {
    const notes = notesApp()
    const gate = Promise.withResolvers<void>()
    const late = Promise.withResolvers<unknown>()
    notes.app.post('/slow', { timeout: '60ms', params: { db: notes.data.db } }, async ({ db }) => {
      await insert(db, 'slow')
      await gate.promise
      await insert(db, 'late').then(() => late.resolve('written'), late.resolve)
    })
    adding(notes, '/add')
    await using client = testClient(notes.app)
    const slow = await client.http.post('/slow')
    expect(slow.json()).toMatchObject({ code: 'TIMEOUT' })
    expect((await client.http.post('/add')).status).toBe(200)
    gate.resolve()
    expect(String(await late.promise)).toContain('The unit of work has ended')
    expect(await notes.texts()).toEqual(['add'])
  })

  test('what others read is what was committed; the call itself reads what it wrote', async () => {
    const notes = notesApp()
    const seen: unknown[] = []
    notes.app.post('/both', { params: { db: notes.data.db } }, async ({ db }) => {
      await insert(db, 'a')
      seen.push((await db.selectFrom('notes').selectAll().execute()).length, await notes.texts())
      return 1
    })
    await using client = testClient(notes.app)
    await client.http.post('/both')
    expect(seen).toEqual([1, []])
    expect(await notes.texts()).toEqual(['a'])
  })

  test('a stream is part of it: committed after the last piece, rolled back when one fails', async () => {
    const notes = notesApp()
    const during: unknown[] = []
    for (const fails of [true, false]) {
      notes.app.post(`/stream/${fails}`, { params: { db: notes.data.db } }, ({ db }) =>
        stream(
          (async function* () {
            await insert(db, 'streamed')
            yield 'a'
            during.push(await notes.texts())
            if (fails) throw new Error('cut')
            yield 'b'
          })(),
        ),
      )
    }
    await using client = testClient(notes.app)
    await client.http.post('/stream/true').catch(() => undefined)
    expect(await notes.texts()).toEqual([])
    expect((await client.http.post('/stream/false')).text).toBe('ab')
    expect([during, await notes.texts()]).toEqual([[[], []], ['streamed']])
  })

  test('a nested transaction is a savepoint in it', async () => {
    const notes = notesApp()
    notes.app.post('/nested', { params: { db: notes.data.db } }, async ({ db }) => {
      await insert(db, 'kept')
      await db
        .transaction()
        .execute(async (inner) => {
          await insert(inner, 'lost')
          throw new Error('inner')
        })
        .catch(() => undefined)
      await db.transaction().execute((inner) => insert(inner, 'kept too'))
      return 1
    })
    await using client = testClient(notes.app)
    expect((await client.http.post('/nested')).status).toBe(200)
    expect(await notes.texts()).toEqual(['kept', 'kept too'])
  })

  test('background work is done after the commit, in a unit of its own', async () => {
    const notes = notesApp()
    const { data } = notes
    const done = Promise.withResolvers<readonly string[]>()
    notes.app.post('/add', { params: { db: data.db } }, async ({ db }, call) => {
      call.background(async () => {
        const before = await notes.texts()
        await data.unit((own) => insert(own, 'after'))
        done.resolve(before)
      })
      await insert(db, 'in the call')
      return 1
    })
    await using client = testClient(notes.app)
    await client.http.post('/add')
    expect(await done.promise).toEqual(['in the call'])
    expect(await notes.texts()).toEqual(['in the call', 'after'])
  })

  test('one that is held for long is named', async () => {
    const notes = notesApp()
    adding(notes, '/long', () => new Promise((resolve) => setTimeout(resolve, 120)))
    await using client = testClient(notes.app)
    await client.http.post('/long')
    expect(notes.lines).toContainEqual([
      expect.objectContaining({ action: 'long', ms: expect.any(Number) }),
      'A unit of work was held for long: nobody else could write',
    ])
  })
})

describe('who may have it', () => {
  test('an action that changes nothing has none, by itself or through another dependency', () => {
    const { app, data } = notesApp()
    app.get('/notes', { params: { db: data.db } }, () => 1)
    expect(() => app.catalogue).toThrow(
      "GET /notes, parameter 'db': it is a unit of work, and the action changes nothing; " +
        'take what only reads (data.read), or set changes: true',
    )
    const other = notesApp()
    const repository = dependency(({ db }) => db, { uses: { db: other.data.db }, name: 'repo' })
    other.app.get('/notes', { params: { repository } }, () => 1)
    expect(() => other.app.catalogue).toThrow("it uses 'data.db', which is a unit of work")
  })

  test('not by asking for it in the call either', async () => {
    const notes = notesApp()
    notes.app.get('/notes', {}, (_, call) => call.resolve(notes.data.db))
    await using client = testClient(notes.app)
    expect((await client.http.get('/notes')).status).toBe(500)
    expect(String(notes.lines[0]?.[0]['err'])).toContain('take data.read, or set changes: true')
  })

  test('a write through data.read is refused, whatever the pragma', async () => {
    const notes = notesApp()
    const { data } = notes
    notes.app.get('/notes', { params: { db: data.read } }, async ({ db }) => {
      await insert(db, 'a').catch((error) => notes.lines.push([{}, String(error)]))
      const { sql } = await import('kysely')
      await sql`pragma query_only = off`.execute(db).catch(() => undefined)
      await insert(db, 'b').catch((error) => notes.lines.push([{}, String(error)]))
      await db.destroy()
      return db === null
    })
    await using client = testClient(notes.app)
    expect((await client.http.get('/notes')).status).toBe(200)
    // The handle of one call, not of all.
    expect((await client.http.get('/notes')).status).toBe(200)
    expect(notes.lines.map(([, text]) => text)).toEqual(
      Array(4).fill('Error: attempt to write a readonly database'),
    )
  })

  test('a unit inside the unit of the same call says so at once, and does not wait for ever', async () => {
    const notes = notesApp()
    const { data } = notes
    adding(notes, '/add', () => data.unit((own) => insert(own, 'b')))
    await using client = testClient(notes.app)
    expect((await client.http.post('/add')).status).toBe(500)
    expect(String(notes.lines[0]?.[0]['err'])).toContain('it would wait for itself')
    await expect(data.unit(() => data.unit(() => 1))).rejects.toThrow('it would wait for itself')
    await data.unit((own) => insert(own, 'c'))
    expect(await notes.texts()).toEqual(['c'])
  })

  test('statements that end transactions are not for handlers', async () => {
    const { data, app } = notesApp()
    await using client = testClient(app)
    await client.http.get('/')
    const { sql } = await import('kysely')
    const texts = ['commit', ' ROLLBACK', 'pragma defer_foreign_keys = on', 'savepoint a']
    for (const text of [...texts, '/* */ commit', '-- a\ncommit', ';;/**/ end', '\ufeffbegin']) {
      await expect(data.unit((db) => sql.raw(text).execute(db))).rejects.toThrow('ends by itself')
      await expect(sql.raw(text).execute(data.queries())).rejects.toThrow('ends by itself')
    }
    await data.unit((db) => insert(db, 'a'))
  })
})

describe('parts that join it', () => {
  function joining(at: string[], fails: 'begin' | 'beforeCommit' | null = null) {
    const step = (name: 'begin' | 'beforeCommit') => async (_: unknown, unit: unknown) => {
      at.push(name)
      await insert(unit, name)
      if (fails === name) throw new Error(`no ${name}`)
    }
    return definePart({
      name: 'joins',
      transaction: { begin: step('begin'), beforeCommit: step('beforeCommit') },
      audit: { intent() {}, outcome: (_, { kind }) => void at.push(`audit ${kind}`) },
    })
  }

  test('first and last statement, after the audit outcome; what they write is kept with the call', async () => {
    const at: string[] = []
    const notes = notesApp({ parts: [joining(at)] })
    adding(notes, '/add')
    adding(notes, '/refuse', refused)
    notes.app.get('/none', {}, () => 1)
    await using client = testClient(notes.app)
    await client.http.get('/none')
    await client.http.post('/refuse')
    expect(at.splice(0)).toEqual(['audit answer', 'begin', 'audit problem'])
    await client.http.post('/add')
    expect(at).toEqual(['begin', 'audit answer', 'beforeCommit'])
    expect(await notes.texts()).toEqual(['begin', 'add', 'beforeCommit'])
  })

  test.each(['begin', 'beforeCommit'] as const)(
    'one that fails at %s fails the call',
    async (at) => {
      const notes = notesApp({ parts: [joining([], at)] })
      adding(notes, '/add')
      notes.app.post('/undeterred', {}, async (_, call) => {
        await call.resolve(notes.data.db).catch(() => undefined)
        return 'went on'
      })
      await using client = testClient(notes.app)
      expect((await client.http.post('/add')).status).toBe(500)
      await client.http.post('/undeterred')
      expect(await notes.texts()).toEqual([])
    },
  )
})

test('the part and its options: what is wrong is told when it is made, and no URL is echoed', () => {
  expect(() => database('postgres://u:hunter2@h')).toThrow(/^(?!.*hunter).*names no database/)
  expect(() => database('mysql://u:hunter2@h/db')).toThrow(/^(?!.*hunter2).*'mysql:'/)
  expect(() => database('')).toThrow('url')
  for (const url of ['file:app.db', 'file:./app.db', 'file:///app.db?mode=ro', 'file::memory:']) {
    expect(() => database(url), url).toThrow('url with file: is a whole path without options')
  }
  expect(() => database('file://elsewhere/app.db')).toThrow(/whole path|no file of this machine/)
  database('file:///srv/app.db')
  database('../app.db')
  for (const odd of [null, 5, { url: 5 }, { wait: 5 }, { synchronous: 'OFF' }, { nope: 1 }]) {
    expect(() => database(odd as never), JSON.stringify(odd)).toThrow(/database\(\)/)
  }
  for (const migrations of [
    [null],
    [{ name: 'a' }],
    [{ name: 'a b', sql: '' }],
    'x',
    [{ name: 'a', sql: 1 }],
  ]) {
    expect(() => database({ migrations } as never)).toThrow('migrations')
  }
  const data = database(':memory:')
  expect(() => createApp({ env: {}, parts: [data, database('b.db')] })).toThrow("'database'")
})
