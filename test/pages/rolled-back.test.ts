import { sql } from 'kysely'
import { describe, expect, it } from 'vitest'
import { database } from '../../packages/trefoil/src/database.ts'
import { createApp, HttpError } from '../../packages/trefoil/src/index.ts'
import { FormError, markup, pages } from '../../packages/trefoil/src/pages.ts'
import { definePart } from '../../packages/trefoil/src/parts.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { KEYS } from './demo-app.ts'

const HERE = { accept: 'text/html', 'sec-fetch-site': 'same-origin' }
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** A form whose `send` writes first and fails then, as the word says that is typed. */
async function shop() {
  const data = database<never>({ url: ':memory:', migrate: 'start' })
  data.tables('shop', [
    { name: '0001', sql: 'create table trefoil_shop_orders (text text not null)' },
  ])
  const site = pages({ keys: KEYS })
  let failing = 0
  const app = createApp({
    env: {},
    log: { logger: quiet },
    parts: [
      data,
      definePart({
        name: 'late',
        transaction: {
          begin: () => {},
          beforeCommit: () => {
            if (failing-- > 0) throw new Error('the commit fails')
          },
        },
      }),
      site,
    ],
  })
  site.page(app, '/order', {
    name: 'order',
    title: 'Order',
    public: true,
    fields: { text: { kind: 'text', label: 'Text' } },
    show: (view) => markup`${view.form({ submit: 'Send' })}`,
    send: async ({ text }, call) => {
      const unit = await call.resolve(data.db)
      await data.statements(unit).run('insert into trefoil_shop_orders (text) values (?)', [text])
      if (text === 'field') throw new FormError({ text: 'No.' })
      if (text === 'problem') throw new HttpError(409, 'No.')
      return site.go('/order')
    },
  })
  const { http } = testClient(app)
  const page = await http.get('/order', { headers: HERE })
  const form_token = /name="form_token" value="([^"]+)"/.exec(page.text)?.[1] ?? ''
  const send = (text: string) => http.post('/order', { form: { form_token, text }, headers: HERE })
  const count = async () => {
    const rows = (
      await sql<{ text: string }>`select text from trefoil_shop_orders`.execute(data.queries())
    ).rows
    return rows.map((row) => row.text)
  }
  const fail = (times: number) => {
    failing = times
  }
  return { send, count, fail }
}

describe('what a form has done', () => {
  it.each([
    ['field', 422],
    ['problem', 409],
  ])('is rolled back where the page is shown again: %s', async (text, status) => {
    const { send, count } = await shop()
    expect((await send(text)).status).toBe(status)
    expect(await count()).toEqual([])
    expect((await send('good')).status).toBe(303)
    expect(await count()).toEqual(['good'])
  })

  it('pressed twice, and the first is not kept: the second does it', async () => {
    const { send, count, fail } = await shop()
    fail(1)
    const both = await Promise.all([send('good'), send('good')])
    expect(both.map(({ status }) => status).sort()).toEqual([303, 500])
    expect(await count()).toEqual(['good'])
  })
})
