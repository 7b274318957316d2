import { createServer, type IncomingMessage } from 'node:http'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { afterEach, describe, expect, it } from 'vitest'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { toNodeHandler } from '../../packages/trefoil/src/node.ts'
import { type Host, listenTo } from './hosts.ts'
import { createMountedApp } from './mounted-app.ts'
import { rawRequest } from './raw-request.ts'

const JSON_TYPE = { 'content-type': 'application/json' }
const open: Host[] = []

afterEach(async () => {
  for (const host of open.splice(0)) await host.close()
})

async function opened(host: Promise<Host>): Promise<string> {
  const running = await host
  open.push(running)
  return running.url
}

async function whoAt(url: string, path: string, headers = {}): Promise<unknown> {
  const { text } = await rawRequest(url, { path, headers })
  return JSON.parse(text)
}

describe('the client address', () => {
  const forged = { 'x-forwarded-for': '203.0.113.9', forwarded: 'for=203.0.113.9' }

  it('is the peer of the connection, whatever a header says', async () => {
    const url = await opened(listenTo(toNodeHandler(createMountedApp().app)))
    expect(await whoAt(url, '/who', forged)).toMatchObject({ address: '127.0.0.1' })
  })

  it('is what the host says, when it says something', async () => {
    const { app } = createMountedApp()
    const address = (request: IncomingMessage) => (request.url === '/who' ? '198.51.100.7' : null)
    const url = await opened(listenTo(toNodeHandler(app, { clientAddress: address })))
    expect(await whoAt(url, '/who', forged)).toMatchObject({ address: '198.51.100.7' })
    expect(await whoAt(url, '/who?', forged)).toMatchObject({ address: null })
  })

  it('of Express is the one behind the proxies it was told to trust', async () => {
    const host = express()
    host.set('trust proxy', 'loopback')
    const clientAddress = (request: express.Request) => request.ip ?? null
    host.use(toNodeHandler(createMountedApp().app, { clientAddress }))
    expect(await whoAt(await opened(listenTo(host)), '/who', forged)).toMatchObject({
      address: '203.0.113.9',
    })
  })

  it('of a fetch handler is `null` until somebody passes one in', async () => {
    const { app } = createMountedApp()
    const request = () => new Request('http://localhost/who', { headers: forged })
    const answers = [
      await app.fetch(request()),
      await app.fetch(request(), { clientAddress: '::1' }),
    ]
    const bodies = await Promise.all(answers.map((answer) => answer.json()))
    expect(bodies).toMatchObject([{ address: null }, { address: '::1' }])
  })
})

describe('under a path', () => {
  it.each([
    ['/api', 200, '/'],
    ['/api/', 200, '/'],
    ['/api?x=1', 200, '/'],
    ['/api/who?x=1', 200, '/who'],
    ['/api/api/who', 404, ''],
    ['/who', 404, ''],
    ['/', 404, ''],
    ['/apiwho', 404, ''],
    ['/%61pi/who', 404, ''],
    ['//api/who', 404, ''],
    ['/API/who', 404, ''],
  ])('%s is %d', async (path, status, seen) => {
    const url = await opened(listenTo(toNodeHandler(createMountedApp().app, { mountPath: '/api' })))
    const answer = await rawRequest(url, { path })
    expect(answer.status).toBe(status)
    if (seen === '/who')
      expect(JSON.parse(answer.text)).toMatchObject({ path: seen, search: 'x=1' })
    if (seen === '/') expect(answer.text).toBe('root')
    if (status === 404) expect(JSON.parse(answer.text)).toMatchObject({ code: 'not_found' })
  })

  it.each(['api', '/a?b', '/{x}', '/a//b', '/a b', '/a/..', '/./a', '/%61'])(
    '%s is no such path',
    (mountPath) => {
      const mistake = `mountPath must be a literal path such as '/api', got text of ${mountPath.length} characters`
      const { app } = createMountedApp()
      expect(() => toNodeHandler(app, { mountPath })).toThrow(`toNodeHandler(): ${mistake}`)
      const asked = app.fetch(new Request('http://localhost/'), { mountPath })
      return expect(asked).rejects.toThrow(`app.fetch(): ${mistake}`)
    },
  )

  it('a slash at its end, or nothing but one, is fine', async () => {
    const { app } = createMountedApp()
    const slashed = await opened(listenTo(toNodeHandler(app, { mountPath: '/api/' })))
    expect((await rawRequest(slashed, { path: '/api/who' })).status).toBe(200)
    const root = await opened(listenTo(toNodeHandler(app, { mountPath: '/' })))
    expect((await rawRequest(root, { path: '/who' })).status).toBe(200)
  })

  it('Express strips it itself', async () => {
    const host = express()
    host.use('/api', toNodeHandler(createMountedApp().app))
    host.get('/own', (_, response) => void response.send('express'))
    const url = await opened(listenTo(host))
    expect(await whoAt(url, '/api/who')).toMatchObject({ path: '/who' })
    expect((await rawRequest(url, { path: '/own' })).text).toBe('express')
  })

  it('Fastify leaves it to the handler', async () => {
    const host = fastify()
    host.get('/own', () => 'fastify')
    await host.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser('*', (_request, _payload, done) => done(null))
      const handler = toNodeHandler(createMountedApp().app, { mountPath: '/api' })
      scope.all('/api/*', (request, reply) => {
        reply.hijack()
        handler(request.raw, reply.raw)
      })
    })
    const url = await opened(
      host
        .listen({ port: 0, host: '127.0.0.1' })
        .then((at) => ({ url: at, close: () => host.close() })),
    )
    expect(await whoAt(url, '/api/who')).toMatchObject({ path: '/who' })
    expect((await rawRequest(url, { path: '/own' })).text).toBe('fastify')
  })

  it('Hono leaves it to the handler, if `mount` is told so', async () => {
    const { app } = createMountedApp()
    const host = new Hono()
    const context = { clientAddress: '192.0.2.1', mountPath: '/api' }
    host.get('/own', (c) => c.text('hono'))
    host.mount('/api', (request) => app.fetch(request, context), { replaceRequest: false })
    const answer = await host.request('http://localhost/api/who')
    expect(await answer.json()).toMatchObject({ path: '/who', address: '192.0.2.1' })
    expect(await (await host.request('http://localhost/own')).text()).toBe('hono')
  })
})

it('an app that cannot start is refused when it is mounted', () => {
  const app = createApp()
  app.get('/twice', {}, () => 1)
  app.get('/twice', {}, () => 2)
  expect(() => toNodeHandler(app)).toThrow("Route GET '/twice' conflicts")
})

describe('a body that the host has read', () => {
  const post = { path: '/echo', method: 'POST', headers: JSON_TYPE, body: '{"text":"a"}' }

  it('is refused with what to do about it, not taken for an empty one', async () => {
    const host = express()
    host.use(express.json(), toNodeHandler(createMountedApp().app))
    const url = await opened(listenTo(host))
    const answer = await rawRequest(url, post)
    expect(answer.status).toBe(500)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(JSON.parse(answer.text)).toMatchObject({
      code: 'body_consumed',
      fix: expect.stringContaining('body parsers'),
    })
    const chunked = { ...post, headers: { ...JSON_TYPE, 'transfer-encoding': 'chunked' } }
    expect((await rawRequest(url, chunked)).status).toBe(500)
    expect((await rawRequest(url, { path: '/who' })).status).toBe(200)
  })

  it('does not matter to requests the parser left alone, nor to the app mounted before it', async () => {
    const { app } = createMountedApp()
    const after = express()
    after.use(express.urlencoded({ extended: false }), toNodeHandler(app))
    expect((await rawRequest(await opened(listenTo(after)), post)).status).toBe(200)
    const before = express()
    before.use('/api', toNodeHandler(app))
    before.use(express.json())
    before.post('/own', (request, response) => void response.json(request.body))
    const url = await opened(listenTo(before))
    expect((await rawRequest(url, { ...post, path: '/api/echo' })).text).toBe('{"text":"a"}')
    expect((await rawRequest(url, { ...post, path: '/own' })).text).toBe('{"text":"a"}')
  })
})

describe('start-up hooks that nobody ran (ADAPT-4)', () => {
  const WARNING = 'app.startup() has not run'
  const warnings = (log: readonly { message: string }[]) =>
    log.filter(({ message }) => message.includes(WARNING)).length

  it('are warned of once, at the first request, by the node handler', async () => {
    const { app, log } = createMountedApp({ hooks: true })
    const server = createServer(toNodeHandler(app))
    expect(warnings(log)).toBe(0)
    const url = await opened(
      listenTo((request, response) => server.emit('request', request, response)),
    )
    await rawRequest(url, { path: '/who' })
    await rawRequest(url, { path: '/who' })
    expect(warnings(log)).toBe(1)
  })

  it('are warned of once by app.fetch', async () => {
    const { app, log } = createMountedApp({ hooks: true })
    await app.fetch(new Request('http://localhost/who'))
    await app.fetch(new Request('http://localhost/who'))
    expect(warnings(log)).toBe(1)
  })

  it('are not warned of when they ran or there are none', async () => {
    const started = createMountedApp({ hooks: true })
    await started.app.startup()
    await started.app.fetch(new Request('http://localhost/who'))
    await started.app.shutdown()
    expect(started.events).toEqual(['up', 'down'])
    const none = createMountedApp()
    await none.app.fetch(new Request('http://localhost/who'))
    expect([warnings(started.log), warnings(none.log)]).toEqual([0, 0])
  })
})
