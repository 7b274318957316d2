import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp, form } from '../../index.ts'

const logged: string[] = []
const logger = {
  debug() {},
  info() {},
  warn() {},
  error(facts: object) {
    logged.push(String((facts as { readonly err?: unknown }).err))
  },
}

function appOf(maxInFlight = 100) {
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger },
    limits: { inFlight: maxInFlight },
  })
  app.post('/bound', { params: { a: z.string().default('none') } }, ({ a }) => a)
  app.post('/form', { params: { a: form(z.string().default('none')) } }, ({ a }) => a)
  app.post('/raw', async (_, call) => (await call.request.body()).length)
  app.get('/plain', () => 'x')
  app.get('/rows', async function* () {
    yield 'a'
    yield 'b'
  })
  return app
}

const url = (path: string) => `http://localhost${path}`

function post(path: string, body: ReadableStream<unknown> | string): Request {
  const headers = { 'content-type': 'application/json' }
  return new Request(url(path), { method: 'POST', headers, body: body as string, duplex: 'half' })
}

async function answered(request: Request): Promise<readonly [number, string]> {
  const answer = await appOf().fetch(request)
  const { code } = (await answer.json()) as { readonly code: string }
  return [answer.status, code]
}

describe('ADAPT-1: a body that app.fetch cannot have', () => {
  test.each(['/bound', '/form', '/raw'])('read before is body_consumed (%s)', async (path) => {
    const request = post(path, '{"a":"sent"}')
    await request.text()
    expect(await answered(request)).toEqual([500, 'body_consumed'])
  })

  test('held by another reader is body_consumed', async () => {
    const request = post('/bound', '{"a":"sent"}')
    request.body?.getReader()
    expect(await answered(request)).toEqual([500, 'body_consumed'])
  })

  test.each(['/bound', '/raw'])('failing on its way is client_disconnected (%s)', async (path) => {
    logged.length = 0
    const broken = new ReadableStream({
      start: (controller) => controller.enqueue(new TextEncoder().encode('{"a":')),
      pull: (controller) => controller.error(new Error('connection reset')),
    })
    expect(await answered(post(path, broken))).toEqual([400, 'client_disconnected'])
    expect(logged).toEqual([])
  })

  test('BIND-13: that is no bytes cannot get around the limit', async () => {
    logged.length = 0
    const text = new ReadableStream({
      start(controller) {
        controller.enqueue('x')
        controller.close()
      },
    })
    expect(await answered(post('/raw', text))).toEqual([500, 'INTERNAL_ERROR'])
    expect(logged).toEqual([
      'ImproperlyConfigured: app.fetch(): the body of a request must be bytes',
    ])
  })
})

describe('ADAPT-2: a stream that nobody reads', () => {
  test('gives its place back when its request is given up', async () => {
    const app = appOf(2)
    const aborts = [new AbortController(), new AbortController()]
    for (const { signal } of aborts) await app.fetch(new Request(url('/rows'), { signal }))
    expect((await app.fetch(new Request(url('/plain')))).status).toBe(503)
    for (const abort of aborts) abort.abort()
    expect((await app.fetch(new Request(url('/plain')))).status).toBe(200)
  })

  test('gives it back when it is cancelled', async () => {
    const app = appOf(1)
    const answer = await app.fetch(new Request(url('/rows')))
    await answer.body?.cancel()
    expect((await app.fetch(new Request(url('/plain')))).status).toBe(200)
  })

  test('fails for a reader whose request is given up, and ends its source', async () => {
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], log: { logger } })
    app.get('/', async function* () {
      try {
        for (;;) yield 'a'
      } finally {
        resolve()
      }
    })
    const abort = new AbortController()
    const answer = await app.fetch(new Request(url('/'), { signal: abort.signal }))
    abort.abort(new Error('enough'))
    await expect(answer.text()).rejects.toThrow('enough')
    await ended
  })

  test('takes no place when its request was given up before', async () => {
    const app = appOf(1)
    const signal = AbortSignal.abort()
    await app.fetch(new Request(url('/rows'), { signal }))
    expect((await app.fetch(new Request(url('/plain')))).status).toBe(200)
  })
})
