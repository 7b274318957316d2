// FND-27: a host that mounts an app has rules by path, and must not have them walked around by a
// spelling that only the app reads as the same path. Standing alone the app reads them all (ROUTE-7).
// And the app knows where it is mounted: where it sends people, for which requests its cookies are,
// what its documents say.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as serveHono } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import { createApp, redirect, reply } from 'trefoil'
import { cookieSession } from 'trefoil/cookies'
import { serve, toNodeHandler } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { rawRequest } from '../runtimes/raw-request.ts'
import { ALL, ENV, Lines } from './surfaces.ts'

function newApp() {
  const app = createApp({
    name: 'fnd-27',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
  const keys = 'k7Zq2vX9mB4tR8wL1nC6pH3sD5fG0jYa'
  const session = cookieSession({ keys, env: ENV, secure: false, path: '/shop' })
  const prefixed = cookieSession({ keys, env: ENV })
  app.get('/', {}, () => 'root')
  app.get('/admin/stats', {}, () => 'secret')
  app.get('/odd@name', {}, () => 'secret')
  app.get('/users/{id}', { params: { id: z.string() } }, ({ id }) => id)
  app.get('/where', {}, (_, { request: { path, mountPath } }) => ({ path, mountPath }))
  app.get('/go', {}, () => redirect('/users/1?x=2'))
  app.get('/go/root', {}, () => redirect('/', { status: 303 }))
  app.get('/go/near', {}, () => redirect('users/1'))
  app.get('/go/far', {}, () => redirect('https://example.com/x', { allowExternal: true }))
  app.post('/made', {}, () => reply('x', { status: 201, headers: { location: '/users/1' } }))
  app.get('/cookies', {}, () =>
    reply('x', {
      cookies: {
        plain: '1',
        narrow: { value: '2', path: '/shop' },
        '__Host-id': { value: '3' },
      },
    }),
  )
  app.get('/session', { params: { session } }, ({ session: s }) => void s.set('n', 1))
  app.get('/prefixed', { params: { session: prefixed } }, ({ session: s }) => void s.set('n', 1))
  app.action('tool', { description: 'A tool.', tool: true }, () => 'used')
  return app
}

interface Host {
  readonly port: number
  close(): Promise<unknown>
}

const DENIED = 'the host says no'

/** Hosts with an app under `/api`, and a rule of their own for `/api/admin` and one odd name. */
const HOSTS: Readonly<Record<string, () => Promise<Host>>> = {
  async express() {
    const host = express()
    const deny: express.RequestHandler = (_, response) => void response.status(403).send(DENIED)
    host.use('/api/admin', deny)
    host.get('/api/odd@name', deny)
    host.use('/api', toNodeHandler(newApp()))
    return listening(createServer(host))
  },
  async 'express, told where'() {
    const host = express()
    host.set('case sensitive routing', true)
    const deny: express.RequestHandler = (_, response) => void response.status(403).send(DENIED)
    host.use('/api/admin', deny)
    host.get('/api/odd@name', deny)
    host.use('/api', toNodeHandler(newApp(), { mountPath: '/api' }))
    return listening(createServer(host))
  },
  async 'node:http behind a rule of its own'() {
    const handler = toNodeHandler(newApp(), { mountPath: '/api' })
    return listening(
      createServer((incoming, response) => {
        const path = incoming.url?.replace(/\?.*/, '') ?? ''
        if (!/^\/api\/(?:admin(?:\/|$)|odd@name$)/.test(path)) return handler(incoming, response)
        response.writeHead(403).end(DENIED)
      }),
    )
  },
  async fastify() {
    const host = fastify({ routerOptions: { ignoreTrailingSlash: false } })
    host.removeAllContentTypeParsers()
    host.addContentTypeParser('*', (_request, _payload, done) => done(null))
    for (const path of ['/api/admin', '/api/admin/*', '/api/odd@name']) {
      host.get(path, (_, answer) => answer.code(403).send(DENIED))
    }
    const handler = toNodeHandler(newApp(), { mountPath: '/api' })
    for (const path of ['/api', '/api/*']) {
      host.all(path, (incoming, answer) => {
        answer.hijack()
        handler(incoming.raw, answer.raw)
      })
    }
    await host.listen({ port: 0, host: '127.0.0.1' })
    return { port: (host.server.address() as AddressInfo).port, close: () => host.close() }
  },
  async hono() {
    const app = newApp()
    const host = new Hono()
    const under = { mountPath: '/api', clientAddress: '127.0.0.1' }
    for (const path of ['/api/admin', '/api/admin/*', '/api/odd@name']) {
      host.all(path, (c) => c.text(DENIED, 403))
    }
    host.mount('/api', (incoming) => app.fetch(incoming, under), { replaceRequest: false })
    return new Promise((resolve) => {
      const options = { fetch: host.fetch, port: 0, hostname: '127.0.0.1' }
      const server = serveHono(options, ({ port }) =>
        resolve({ port, close: () => new Promise((done) => server.close(done)) }),
      )
    })
  },
}

async function listening(server: ReturnType<typeof createServer>): Promise<Host> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const { port } = server.address() as AddressInfo
  const close = () => {
    server.closeAllConnections()
    return new Promise((resolve) => server.close(resolve))
  }
  return { port, close }
}

const hosts = new Map<string, Host>()
beforeAll(async () => {
  for (const [name, start] of Object.entries(HOSTS)) hosts.set(name, await start())
})
afterAll(async () => {
  for (const host of hosts.values()) await host.close()
})

async function get(name: string, path: string, method = 'GET') {
  const url = `http://127.0.0.1:${hosts.get(name)?.port}`
  const headers = { 'content-type': 'application/json' }
  const answer = await rawRequest(url, { path, method, headers })
  const values = (header: string) => [answer.headers[header] ?? []].flat()
  return { status: answer.status, text: answer.text, values }
}

const SPELLINGS = [
  '/api//admin/stats',
  '/api/%61dmin/stats',
  '/api/%61%64%6d%69%6e/stats',
  '/api/admin%2Fstats',
  '/api/admin%2fstats',
  '/api/%2Fadmin/stats',
  '/api/./admin/stats',
  '/api/%2e/admin/stats',
  '/api/x/../admin/stats',
  '/api/x/%2e%2e/admin/stats',
  '/api/admin//stats',
  '/api/admin/stats/',
  '/api/admin/stats//',
  '/api\\admin\\stats',
  '/api/admin\\stats',
  '/api/admin;x/stats',
  '/api/;x/admin/stats',
  '/api/Admin/stats',
  '/API/admin/stats',
  '/API/Admin/stats',
  '//api/admin/stats',
  '/%61pi/admin/stats',
  '/api/odd%40name',
  '/api/odd%40name/',
  '/api/odd@name/',
  '/api//odd@name',
]

describe.each(Object.keys(HOSTS))('mounted in %s', (name) => {
  test('FND-27: the rule of the host holds', async () => {
    for (const path of ['/api/admin/stats', '/api/odd@name']) {
      expect(await get(name, path)).toMatchObject({ status: 403, text: DENIED })
    }
  })

  test.each(SPELLINGS)('FND-27: %s does not walk around it', async (path) => {
    const { status, text } = await get(name, path)
    // 400: Hono's server refuses a backslash itself.
    expect([400, 403, 404]).toContain(status)
    expect(text).not.toContain('secret')
  })

  test('FND-27: what a host has no rule for is reached, under its one spelling', async () => {
    for (const root of ['/api', '/api/', '/api?x=1']) {
      expect(await get(name, root)).toMatchObject({ status: 200, text: 'root' })
    }
    expect((await get(name, '/api/users/a@b.example')).text).toBe('a@b.example')
    expect((await get(name, '/api/users/a%40b.example')).text).toBe('a@b.example')
    expect((await get(name, '/api/users/caf%C3%A9%20x')).text).toBe('café x')
    for (const path of ['/api/users/%61', '/api/users/a/', '/api//users/a', '/api/users/%c3%a9']) {
      const answer = await get(name, path)
      expect(answer.status).toBe(404)
    }
    expect(JSON.parse((await get(name, '/api/where?x=1')).text)).toEqual({
      path: '/where',
      mountPath: '/api',
    })
  })

  test('FND-27: what it writes names the mount', async () => {
    const location = async (path: string, method?: string) =>
      (await get(name, path, method)).values('location')
    expect(await location('/api/go')).toEqual(['/api/users/1?x=2'])
    expect(await location('/api/go/root')).toEqual(['/api/'])
    expect(await location('/api/go/near')).toEqual(['users/1'])
    expect(await location('/api/go/far')).toEqual(['https://example.com/x'])
    expect(await location('/api/made', 'POST')).toEqual(['/api/users/1'])
    const paths = async (path: string) =>
      (await get(name, path)).values('set-cookie').map((line) => {
        return `${/^[^=]+/.exec(line)} ${/path=([^;]*)/i.exec(line)?.[1]}`
      })
    expect(await paths('/api/cookies')).toEqual(['plain /api', 'narrow /api/shop', '__Host-id /'])
    expect(await paths('/api/session')).toEqual(['session /api/shop'])
    expect(await paths('/api/prefixed')).toEqual(['__Host-session /'])
  })

  test('FND-27: its documents name the mount', async () => {
    const document = JSON.parse((await get(name, '/api/openapi.json')).text)
    expect(document.servers).toEqual([{ url: '/api' }])
    expect(Object.keys(document.paths)).toContain('/where')
    const page = (await get(name, '/api/docs')).text
    expect(page).toContain('href="/api/openapi.json"')
    expect(page).toContain('href="/api/mcp/docs"')
    expect(page).toContain('/api/where')
    const tools = (await get(name, '/api/mcp/docs')).text
    expect(tools).toContain('href="/api/docs"')
    expect(tools).toContain('POST /api/mcp')
  })
})

test('FND-27: a mount is compared as the app was told, though Express takes any case', async () => {
  const host = express()
  host.use('/told', toNodeHandler(newApp(), { mountPath: '/told' }))
  host.use('/twice', toNodeHandler(newApp(), { mountPath: '/twice' }))
  hosts.set('told', await listening(createServer(host)))
  expect((await get('told', '/told/users/1')).text).toBe('1')
  expect((await get('told', '/TOLD/users/1')).status).toBe(404)
  // Taken off once, by whomever.
  expect((await get('told', '/twice/twice/users/1')).status).toBe(404)
})

test('FND-27: a mount by a parameter is named as it was asked for, and escaped in documents', async () => {
  const host = express()
  host.use('/t/:tenant', toNodeHandler(newApp()))
  const server = await listening(createServer(host))
  hosts.set('by parameter', server)
  const at = (path: string) => get('by parameter', path)
  expect((await at('/t/acme/go')).values('location')).toEqual(['/t/acme/users/1?x=2'])
  expect((await at("/t/o'x&y/go")).values('location')).toEqual(["/t/o'x&y/users/1?x=2"])
  const page = (await at("/t/o'x&y/docs")).text
  expect(page).toContain('href="/t/o%27x%26y/openapi.json"')
  expect(page).not.toContain("o'x")
  expect(JSON.parse((await at("/t/o'x/openapi.json")).text).servers).toEqual([{ url: '/t/o%27x' }])
  for (const path of ['/t/%61cme/go', '/t/a%2Fb/go', '/t/../go', '/t/"><x/go']) {
    expect((await at(path)).status).toBe(404)
  }
})

test('FND-27: standing alone every spelling is read (ROUTE-7), and no path is moved', async () => {
  const server = await serve(newApp(), { port: 0, signals: false })
  hosts.set('alone', { port: server.port, close: () => server.close() })
  const spellings = [
    '/admin/stats',
    '//admin/stats',
    '/%61dmin/stats',
    '/admin%2Fstats',
    '/admin/stats/',
  ]
  for (const path of spellings) expect((await get('alone', path)).text).toBe('secret')
  expect((await get('alone', '/go')).values('location')).toEqual(['/users/1?x=2'])
  expect((await get('alone', '/cookies')).values('set-cookie')[0]).toMatch(/path=\/(?:;|$)/i)
  expect(JSON.parse((await get('alone', '/openapi.json')).text)).not.toHaveProperty('servers')
  expect((await get('alone', '/docs')).text).toContain('href="/openapi.json"')
  expect(JSON.parse((await get('alone', '/where')).text)).toEqual({ path: '/where', mountPath: '' })
})
