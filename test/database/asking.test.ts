import { ask } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { accept, askMcp } from '../mcp/asking-peer.ts'
import { insert, notesApp } from './notes-app.ts'

const SURE = z.object({ ok: z.boolean() })

test.each([
  ['is let go on', async (asking: Promise<unknown>) => void (await asking)],
  ['is caught', async (asking: Promise<unknown>) => void (await asking.catch(() => {}))],
])('decision 5: what was written before a question that %s is rolled back', async (_, wait) => {
  const notes = notesApp()
  const background: string[] = []
  notes.app.tool(
    'note',
    { description: 'Notes.', params: { db: notes.data.db } },
    async ({ db }, call) => {
      await insert(db, 'written')
      call.background(() => void background.push('ran'))
      await wait(call.ask({ sure: ask.form('Sure?', SURE) }))
      return 'done'
    },
  )
  await using client = testClient(notes.app)
  const target = { name: 'note', arguments: {} }
  const asked = await askMcp(client.http, target)
  expect(asked.result['resultType']).toBe('input_required')
  expect(await notes.texts()).toEqual([])
  expect(background).toEqual([])
  const answers = { sure: accept({ ok: true }) }
  expect((await askMcp(client.http, target, { answers, state: asked.state })).text).toBe('done')
  expect(await notes.texts()).toEqual(['written'])
})
