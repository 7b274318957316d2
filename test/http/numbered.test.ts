import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { argumentsHash, createApp, form, header } from '../../packages/trefoil/src/index.ts'

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

function makeApp(edge: { requestIdHeader?: string | null } = {}) {
  const app = createApp({ log: { logger: quiet }, edge })
  app.post('/echo', { params: { text: z.string() } }, ({ text }) => text)
  app.get('/headers', (_args, call) => call.request.headers.get('X-Many'))
  app.get(
    '/id',
    { name: 'id', description: 'Its id.', tool: true },
    (_args, call) => call.requestId,
  )
  app.post(
    '/form',
    {
      name: 'form',
      description: 'A form.',
      tool: true,
      cli: true,
      params: { title: form(z.string()), copies: form(z.int().default(2)) },
    },
    (args) => args,
  )
  app.get(
    '/operator',
    {
      name: 'operator',
      description: 'A header.',
      tool: true,
      params: { operator: header(z.string()) },
    },
    ({ operator }) => operator,
  )
  return app
}

const ask = (app: ReturnType<typeof makeApp>, path: string, init: RequestInit = {}) =>
  app.fetch(new Request(`http://localhost${path}`, init))

async function callTool(
  app: ReturnType<typeof makeApp>,
  name: string,
  args: object,
  path = '/mcp',
) {
  const response = await ask(app, path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'req-7' },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 1,
      method: 'tools/call',
      params: { name, arguments: args },
    }),
  })
  const { result } = (await response.json()) as { result: { content: { text: string }[] } }
  return result.content[0]?.text
}

describe('behaviours by number', () => {
  it('BIND-13: the declaration decides that a body is JSON, not the content type', async () => {
    const headers = { 'content-type': 'text/plain' }
    const response = await ask(makeApp(), '/echo', {
      method: 'POST',
      headers,
      body: '{"text":"hi"}',
    })
    expect(await response.text()).toBe('hi')
  })

  it('REQ-2: a repeated header is read as one list, its name in any case', async () => {
    const headers: [string, string][] = [
      ['x-many', 'a'],
      ['X-Many', 'b'],
    ]
    expect(await (await ask(makeApp(), '/headers', { headers })).text()).toBe('a, b')
  })

  it('ABIND-9, ABIND-10: form fields are arguments, and a default is part of the hash', async () => {
    const app = makeApp()
    expect(JSON.parse((await callTool(app, 'form', { title: 'x' })) ?? '')).toEqual({
      title: 'x',
      copies: 2,
    })
    const answer = await app
      .localActions({ headers: [] })
      .call({ action: 'form', arguments: { title: 'x' }, dry_run: true })
    expect(answer).toMatchObject({
      arguments_hash: argumentsHash('form', { title: 'x', copies: 2 }),
    })
  })

  it('ABIND-8: a control character in a header argument is data and reaches no header', async () => {
    expect(await callTool(makeApp(), 'operator', { operator: 'a\r\nx-evil: 1' })).toBe(
      'a\r\nx-evil: 1',
    )
  })

  it('OBS-2: without a header, ids are neither read nor written, but calls have one', async () => {
    const app = makeApp({ requestIdHeader: null })
    const response = await ask(app, '/id', { headers: { 'x-request-id': 'mine' } })
    expect(response.headers.has('x-request-id')).toBe(false)
    expect(await response.text()).toMatch(/^[0-9a-f]{32}$/)
  })

  it('OBS-3: a tool sees the id of the request that carried it', async () => {
    expect(await callTool(makeApp(), 'id', {})).toBe('req-7')
  })

  it('W-55: every endpoint forgives slashes alike', async () => {
    expect(await callTool(makeApp(), 'id', {}, '//mcp/')).toBe('req-7')
    expect((await ask(makeApp(), '/openapi.json/')).status).toBe(200)
  })

  it('MW-9, W-27, RES-11: middleware runs after validation; a refused call opens nothing', async () => {
    const app = createApp({ log: { logger: quiet } })
    let wrapped = 0
    app.use((_call, next) => {
      wrapped++
      return next()
    })
    app.onError(Error, () => 'mapped')
    app.post('/n', { params: { n: z.int() } }, ({ n }) => n)
    const refused = await app.fetch(
      new Request('http://localhost/n', { method: 'POST', body: '{"n":"x"}' }),
    )
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ code: 'VALIDATION_ERROR' })
    expect(wrapped).toBe(0)
  })

  it('S-HDR-3, X-14: refusals carry the headers too, and a wrong host is 400 INVALID_HOST', async () => {
    const response = await makeApp().fetch(new Request('http://evil.example/id'))
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ code: 'INVALID_HOST' })
    expect(response.headers.get('x-content-type-options')).toBe('nosniff')
  })
})
