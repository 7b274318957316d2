import { dependency } from 'trefoil'
import { definePart, effectsOf } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { insert, notesApp } from './notes-app.ts'

test('a snapshot is of one moment, whatever others commit meanwhile', async () => {
  const notes = notesApp()
  const { app, data } = notes
  app.get('/twice', { params: { db: data.snapshot, read: data.read } }, async ({ db, read }) => {
    const all = (of: typeof db) => of.selectFrom('notes').selectAll().execute()
    const before = await all(db)
    await data.unit((own) => insert(own, 'b'))
    await insert(db, 'c').catch(() => undefined)
    return [before.length, (await all(db)).length, (await all(read)).length]
  })
  await using client = testClient(app)
  for (const seen of [
    [0, 0, 1],
    [1, 1, 2],
  ]) {
    expect((await client.http.get('/twice')).json()).toEqual(seen)
  }
})

test('whether what an action does is seen in the database alone, by what it declares', async () => {
  const notes = notesApp()
  const { data } = notes
  const db = data.db
  const safe = dependency(() => 1, { name: 'safe', preview: 'safe' })
  const unsafe = dependency(() => 1, { name: 'unsafe' })
  const through = dependency(() => 1, { name: 'through', uses: { db, safe }, preview: 'safe' })
  const hidden = dependency(() => 1, { name: 'hidden', uses: { unsafe }, preview: 'safe' })
  const cases = {
    none: [{ changes: false, params: { read: data.read } }],
    database: [{ params: { db } }, { params: { through } }, { params: { db, safe } }],
    outside: [
      {},
      { params: { db }, external: true },
      { params: { db, unsafe } },
      { params: { db, hidden } },
      { params: { safe } },
    ],
  }
  const seen: Record<string, string[]> = {}
  const looks = definePart({
    name: 'looks',
    audit: {
      intent() {},
      outcome(_, __, { action }) {
        if (action === null) return
        const [expected = ''] = action.name.split('-')
        seen[expected] = [...(seen[expected] ?? []), effectsOf(action)]
      },
    },
  })
  notes.app.include(looks)
  for (const [expected, all] of Object.entries(cases)) {
    for (const [at, options] of all.entries()) {
      notes.app.post(`/${expected}/${at}`, { name: `${expected}-${at}`, ...options }, () => 1)
    }
  }
  await using client = testClient(notes.app)
  for (const [expected, all] of Object.entries(cases)) {
    for (const at of all.keys()) await client.http.post(`/${expected}/${at}`)
    expect(new Set(seen[expected])).toEqual(new Set([expected]))
    expect(seen[expected]).toHaveLength(all.length)
  }
})
