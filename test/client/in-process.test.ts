// Issue 11, item 7: an app called by its handles in this process, through the code that serves it.
import { createApp } from 'trefoil'
import { ClientProblem, orThrow } from 'trefoil/client'
import { client } from 'trefoil/testing'
import { afterAll, describe, expect, test } from 'vitest'
import * as store from './store.ts'

const { app, ...handles } = store
const api = client(app, handles)
afterAll(() => api[Symbol.asyncDispose]())

async function failure(call: Promise<{ readonly ok: boolean; readonly error?: ClientProblem }>) {
  const result = await call
  if (result.ok || result.error === undefined) throw new Error('It succeeded')
  return result.error
}

describe('a call that succeeds', () => {
  test('gives the value as its JSON says it, the status and the headers', async () => {
    const result = await api.getOrder({ order_id: 'a b', verbose: true })
    expect(result).toMatchObject({
      ok: true,
      value: { order_id: 'a b', total: 1, at: '1970-01-01T00:00:00.000Z' },
      status: 200,
    })
    const created = await api.createOrder({ sku: 'x', lines: [{ n: 1 }] })
    expect(created.ok && created.headers.get('location')).toBe('/orders/7')
    expect(created).toMatchObject({
      value: { sku: 'x', note: null, lines: [{ n: 1 }] },
      status: 201,
    })
  })

  test('puts every argument where it travels', async () => {
    expect(await orThrow(api.listOrders({ ids: ['a,b', 'c'], tag: [1, -2.5] }))).toEqual({
      ids: ['a,b', 'c'],
      tag: [1, -2.5],
    })
    expect(await orThrow(api.listOrders())).toEqual({ ids: [] })
    const whole = await api.replaceOrder({
      order_id: 7,
      whole: [null, { x: 1 }],
      if_match: '"tag"',
      theme: 'dark',
    })
    expect(whole).toMatchObject({
      value: { order_id: 7, whole: [null, { x: 1 }], if_match: '"tag"', theme: 'dark' },
    })
    expect(await orThrow(api.subscribe({ email: 'a+b@x.y & more' }))).toEqual({
      email: 'a+b@x.y & more',
    })
  })

  test('sends files, and text beside them as it is', async () => {
    const photo = new File(['π'], 'ä"b.txt', { type: 'text/plain' })
    const sent = { folder: 'a b/c', photo, title: 'one\ntwo\r\n', tags: ['x', ''], more: [photo] }
    expect(await orThrow(api.upload(sent))).toEqual({
      folder: 'a b/c',
      title: 'one\ntwo\r\n',
      tags: ['x', ''],
      name: expect.stringContaining('ä'),
      type: 'text/plain',
      text: 'π',
      more: 1,
    })
  })

  test('gives text, nothing, and everything else as the response', async () => {
    expect(await orThrow(api.text())).toBe('plain')
    expect(await api.nothing()).toMatchObject({ value: null, status: 204 })
    const page = await orThrow(api.page())
    expect(page).toBeInstanceOf(Response)
    expect(await (page as Response).text()).toBe('<p>Hi</p>')
    const bytes = (await orThrow(api.bytes())) as Response
    expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([1, 2, 255])
  })

  test('calls by name what has no route, and a route without a name by its handle', async () => {
    expect(await orThrow(api.purge({ days: 7 }))).toEqual({ days: 7 })
    expect(await orThrow(api.unnamed())).toBe('unnamed')
    expect('ask' in api).toBe(true)
  })

  test('calls all of them by name when asked to', async () => {
    await using cli = client(app, handles, { surface: 'cli' })
    expect(await orThrow(cli.getOrder({ order_id: '7' }))).toMatchObject({ order_id: '7' })
    const bytes = (await orThrow(cli.bytes())) as Response
    expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([1, 2, 255])
    expect(await failure(cli.listOrders())).toMatchObject({
      code: 'unknown_action',
      status: 404,
    })
  })
})

describe('a call that does not', () => {
  test('says the code, the status, the text and the request', async () => {
    const result = await api.getOrder({ order_id: 'none' })
    if (result.ok) throw new Error('It succeeded')
    // Compiles only because the codes are known.
    if (result.error.code === 'not_found') expect(result.error.detail).toBe('No such order')
    expect(result.error).toBeInstanceOf(ClientProblem)
    expect(result.error).toMatchObject({ status: 404, message: 'No such order', issues: [] })
    expect(result.error.requestId).toMatch(/^[0-9a-f]{32}$/)
    await expect(orThrow(api.getOrder({ order_id: 'none' }))).rejects.toBeInstanceOf(ClientProblem)
  })

  test('says every wrong argument', async () => {
    const problem = await failure(api.createOrder({ sku: 7 as never, lines: [] }))
    expect(problem.code).toBe('VALIDATION_ERROR')
    expect(problem.issues.map(({ source, name }) => [source, name])).toEqual([['body', 'sku']])
  })

  test('keeps the words of an action that failed in its own', async () => {
    const problem = await failure(api.failing())
    expect(problem).toMatchObject({
      code: 'http_error',
      status: 422,
      detail: 'out of stock',
      details: { body: { detail: 'out of stock' } },
    })
  })

  test('follows no redirect', async () => {
    expect(await failure(api.moved())).toMatchObject({ code: 'remote_redirect' })
  })

  test.each([
    ['.', "order_id cannot be empty, '.' or '..'"],
    ['..', "order_id cannot be empty, '.' or '..'"],
    ['', "order_id cannot be empty, '.' or '..'"],
    ['a/b', "order_id cannot hold a '/'"],
  ])('sends nothing for a path that would lead elsewhere: %j', async (order_id, text) => {
    const problem = await failure(api.getOrder({ order_id }))
    expect(problem).toMatchObject({ code: 'VALIDATION_ERROR', status: 400 })
    expect(problem.detail).toContain(text)
  })

  test.each<[string, object, string]>([
    ['an argument nobody declared', { typo: 1 }, 'list_orders: typo is no argument of it'],
    ['an object in a query', { tag: [{}] }, 'tag must be text, a number'],
    ['an empty list', { ids: [] }, 'ids is an empty list, which only JSON can carry'],
    ['no number', { tag: [Number.NaN] }, 'tag must be text, a number'],
    ['half a character', { ids: ['\ud800'] }, 'ids has half a character'],
  ])('sends nothing for %s', async (_what, args, text) => {
    const problem = await failure(api.listOrders(args))
    expect(problem.code).toBe('VALIDATION_ERROR')
    expect(problem.detail).toContain(text)
  })

  test.each<[string, object, string]>([
    ['a header that would be split', { if_match: 'a\r\nx: y' }, 'if-match is no header value'],
    ['a header that would be trimmed', { if_match: ' a' }, 'if-match is no header value'],
    ['a cookie that would be two', { theme: 'a; b=c' }, 'theme is no cookie value'],
    ['a file in JSON', { whole: new Blob([]) }, 'whole is a file'],
    ['no JSON', { whole: () => 1 }, 'whole has no JSON form'],
  ])('sends nothing for %s', async (_what, args, text) => {
    const problem = await failure(api.replaceOrder({ order_id: 7, whole: 1, ...args }))
    expect(problem.code).toBe('VALIDATION_ERROR')
    expect(problem.detail).toContain(text)
  })

  test('is given up by a signal, and after a time', async () => {
    const slow = createApp()
    const wait = slow.get('/', () => new Promise(() => undefined))
    await using waiting = client(slow, { wait })
    const gone = new AbortController()
    const call = waiting.wait({}, { signal: gone.signal })
    gone.abort()
    expect(await failure(call)).toMatchObject({
      code: 'remote_unreachable',
      detail: 'Remote request was given up',
    })
    expect((await failure(waiting.wait({}, { timeout: '5ms' }))).detail).toBe(
      'Remote did not answer within 5 ms',
    )
  })
})

describe('the client', () => {
  test('runs start-up and shutdown', async () => {
    const lived: string[] = []
    const hooked = createApp()
    const seen = hooked.get('/', () => [...lived])
    hooked.onStartup(() => void lived.push('up'))
    hooked.onShutdown(() => void lived.push('down'))
    {
      await using own = client(hooked, { seen })
      expect(await orThrow(own.seen())).toEqual(['up'])
    }
    expect(lived).toEqual(['up', 'down'])
  })

  test('sends the token, asked anew for each call', async () => {
    let asked = 0
    const echo = createApp()
    const seen = echo.get('/', (_args, call) => call.request?.headers.get('authorization') ?? null)
    await using own = client(echo, { seen }, { token: async () => `t${++asked}` })
    await own.seen()
    expect(asked).toBe(1)
    await own.seen()
    expect(asked).toBe(2)
  })

  test('refuses what is no app, no action and no option', () => {
    expect(() => client({} as never, {})).toThrow('client() takes an app of createApp()')
    const other = createApp().get('/other', { name: 'other' }, () => null)
    expect(() => client(app, { other })).toThrow("the app has no action 'other' (handle other)")
    expect(() => client(app, {}, { tokn: 'x' } as never)).toThrow(/token/)
  })
})
