// Who attacks: a server (or whoever answers in its place) that a typed client asks for its routes.
// What they would win: the token sent to another app of that host, a client that hangs or fills up, or an
// argument sent where its caller never wanted it (FND-47).
import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createApp } from 'trefoil'
import { createClient } from 'trefoil/client'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'

const act = createApp().get('/x', { name: 'act' }, () => null)
type Handles = { readonly act: typeof act }

let server: Server
let table: string | 'endless' = ''
const visits: string[] = []

beforeAll(async () => {
  server = createServer((request, response) => {
    visits.push(`${request.method} ${request.url}`)
    response.setHeader('content-type', 'application/json')
    if (request.url?.endsWith('trefoil-routes.json') !== true) return response.end('"reached"')
    if (table !== 'endless') return response.end(table)
    const more = () => {
      while (response.write(' '.repeat(65_536)));
    }
    response.on('drain', more)
    return more()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})
beforeEach(() => void visits.splice(0))

function route(more: object): string {
  const entry = { name: 'act', method: 'GET', path: '/act', arguments: {}, ...more }
  return JSON.stringify({ protocol: 'trefoil-routes.v1', routes: [entry] })
}

async function call(args = {}) {
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}/tenant`
  const api = createClient<Handles>(url, { token: 'secret', timeout: '5s' })
  return api.act(args as never)
}

const many = (count: number, make: (index: number) => object) =>
  JSON.stringify({
    protocol: 'trefoil-routes.v1',
    routes: Array.from({ length: count }, (_, index) => ({
      method: 'GET',
      path: '/act',
      arguments: {},
      ...make(index),
    })),
  })

describe('a hostile route table', () => {
  test('that is none of it works: the attacks below change one thing', async () => {
    table = route({})
    expect(await call()).toMatchObject({ ok: true, value: 'reached' })
    expect(visits.at(-1)).toBe('GET /tenant/act')
  })

  test.each<[string, string]>([
    ['climbs out of the address', route({ path: '/../admin' })],
    ['climbs out of it escaped', route({ path: '/%2e%2E/admin' })],
    ['climbs out of it half escaped', route({ path: '/.%2e/admin' })],
    ['climbs out of it with a backslash', route({ path: '/..\\admin' })],
    ['names another host', route({ path: '//evil.example/x' })],
    ['names a whole address', route({ path: 'https://evil.example/x' })],
    ['goes on after a host', route({ path: '@evil.example/x' })],
    ['has a query', route({ path: '/act?admin=1' })],
    ['has a fragment', route({ path: '/act#x' })],
    ['has a line break', route({ path: '/a\r\nct' })],
    ['is very long', route({ path: `/${'a'.repeat(2000)}` })],
    ['takes the rest in the middle', route({ path: '/{a:path}/b' })],
    ['has a method that opens a tunnel', route({ method: 'CONNECT' })],
    ['has a method that is none', route({ method: 'GET /x' })],
    ['has a name that is none', route({ name: 7 })],
    ['puts an argument nowhere', route({ arguments: { a: { in: 'nowhere' } } })],
    ['splits a header', route({ arguments: { a: { in: 'header', name: 'a\r\nb' } } })],
    ['splits a cookie', route({ arguments: { a: { in: 'cookie', name: 'a; b' } } })],
    ['writes lists in a way of its own', route({ arguments: { a: { in: 'query', list: 'x' } } })],
    ['has one name twice', many(2, () => ({ name: 'act' }))],
    ['has too many routes', many(2001, (index) => ({ name: `r${index}` }))],
    [
      'has too many arguments',
      route({
        arguments: Object.fromEntries(
          Array.from({ length: 300 }, (_, index) => [`a${index}`, { in: 'query' }]),
        ),
      }),
    ],
    ['is nested without end', '['.repeat(100_000)],
    ['is deep', `${'['.repeat(5000)}${']'.repeat(5000)}`],
    ['is no JSON', '<html>'],
    ['is of another protocol', '{"protocol":"trefoil-actions.v1","routes":[]}'],
    ['is null', 'null'],
  ])('that %s is refused, and nothing is called', async (_what, text) => {
    table = text
    const result = await call()
    expect(result).toMatchObject({ ok: false, error: { code: 'remote_invalid', status: 502 } })
    expect(visits).toEqual(['GET /tenant/.well-known/trefoil-routes.json'])
    if (!result.ok) expect(result.error.detail).not.toMatch(/evil|admin|secret/)
  })

  test('without end is read no further than allowed', async () => {
    table = 'endless'
    expect(await call()).toMatchObject({ ok: false, error: { code: 'response_too_large' } })
  })

  test('with names of the language takes nobody along', async () => {
    table = route({ arguments: { __proto__: { in: 'query' }, constructor: { in: 'query' } } })
    expect(await call({ toString: 'x' })).toMatchObject({
      ok: false,
      error: { code: 'VALIDATION_ERROR', detail: 'act: toString is no argument of it' },
    })
    table = route({ path: '/{constructor}' })
    expect(await call()).toMatchObject({ ok: false, error: { code: 'VALIDATION_ERROR' } })
  })

  test('is asked for again after a failure', async () => {
    const { port } = server.address() as AddressInfo
    const api = createClient<Handles>(`http://127.0.0.1:${port}`)
    table = 'null'
    expect((await api.act()).ok).toBe(false)
    table = route({})
    expect((await api.act()).ok).toBe(true)
    expect((await api.act()).ok).toBe(true)
    expect(visits.filter((visit) => visit.endsWith('routes.json'))).toHaveLength(2)
  })
})
