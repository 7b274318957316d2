import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'

function createFormsApp() {
  const app = createApp({ name: 'forms' })
  const params = {
    email: z.string(),
    age: z.number().int().optional(),
    keep: z.boolean().optional(),
  }
  app.post('/either', { params, forms: true, csrf: 'always' }, (args) => args)
  app.post('/json', { params }, (args) => args)
  return app
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

describe('fields as an urlencoded form (forms: true)', () => {
  it('are decoded by their schemas, as flags are', async () => {
    const { http } = testClient(createFormsApp())
    const answer = await http.post('/either', {
      headers: FORM,
      body: 'email=ada%40example.com&age=36&keep=true',
    })
    expect(await answer.json()).toEqual({ email: 'ada@example.com', age: 36, keep: true })
    const json = await http.post('/either', { json: { email: 'a', age: 1 } })
    expect(await json.json()).toEqual({ email: 'a', age: 1 })
  })

  it.each([
    ['nobody declared', 'email=a&emial=b', 'emial'],
    ['is no number', 'email=a&age=old', 'age'],
    ['is missing', 'age=3', 'email'],
    ['is malformed', 'email=%zz', ''],
  ])('are refused where one %s', async (_, body, name) => {
    const { http } = testClient(createFormsApp())
    const answer = await http.post('/either', { headers: FORM, body })
    expect(answer.status).toBe(400)
    expect(((await answer.json()) as { issues: { name: string }[] }).issues[0]?.name).toBe(name)
  })

  it('are no JSON where an action does not say so (BIND-12)', async () => {
    const { http } = testClient(createFormsApp())
    const answer = await http.post('/json', { headers: FORM, body: 'email=a' })
    expect(answer.status).toBe(400)
  })

  it.each([
    [{ forms: true } as const, /forms: true needs body fields/],
    [
      { forms: true, params: { who: z.object({ name: z.string() }) } } as const,
      /'who' is none; a form has no objects/,
    ],
    [{ csrf: 'never' } as never, /csrf must be 'authenticated' or 'always'/],
    [{ forms: 'yes' } as never, /forms must be true or false/],
  ])('need fields that a form can bring: %#', async (options, message) => {
    const app = createApp({ name: 'wrong' })
    app.post('/wrong', options, () => null)
    await expect(testClient(app).http.get('/')).rejects.toThrow(message)
  })

  it('stand in the OpenAPI document beside JSON', async () => {
    const { http } = testClient(createFormsApp())
    const document = (await (await http.get('/openapi.json')).json()) as {
      paths: Record<string, { post: { requestBody: { content: object } } }>
    }
    expect(Object.keys(document.paths['/either']?.post.requestBody.content ?? {})).toEqual([
      'application/json',
      'application/x-www-form-urlencoded',
    ])
  })
})

describe("csrf: 'always' (login CSRF)", () => {
  it.each([
    ['another site', { 'sec-fetch-site': 'cross-site', origin: 'https://evil.example' }, 403],
    ['an older browser, another site', { origin: 'https://evil.example' }, 403],
    ['a sandboxed page', { origin: 'null' }, 403],
    ['the own pages', { 'sec-fetch-site': 'same-origin' }, 200],
    ['no browser', {}, 200],
  ])('from %s, with nothing that a browser adds', async (_, headers, status) => {
    const { http } = testClient(createFormsApp())
    const answer = await http.post('/either', { headers: { ...FORM, ...headers }, body: 'email=a' })
    expect(answer.status).toBe(status)
  })
})
