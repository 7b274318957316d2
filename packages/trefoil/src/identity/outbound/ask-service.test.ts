import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { askJson } from './ask-json.ts'
import { askService, type ServiceQuestion } from './ask-service.ts'
import { guardedLookup, type Resolve } from './guarded-lookup.ts'

let server: Server
let port: number
let current: RequestListener
let seen: { readonly headers: object; readonly method: string | undefined }[] = []
beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push({ headers: request.headers, method: request.method })
    current(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  port = (server.address() as AddressInfo).port
})
beforeEach(() => {
  seen = []
})
afterAll(() => {
  server.closeAllConnections()
  server.close()
})

function question(more: Partial<ServiceQuestion> = {}): ServiceQuestion {
  return {
    url: new URL(`http://127.0.0.1:${port}/`),
    method: 'GET',
    headers: { accept: 'application/json' },
    body: null,
    timeout: 5000,
    mostBytes: 100,
    reach: 'any',
    agent: null,
    ...more,
  }
}

const named =
  (address: string, ...more: string[]): Resolve =>
  (_, __, done) =>
    done(
      null,
      [address, ...more].map((one) => ({ address: one, family: 4 })),
    )

test('JWT-4: it sends no more than it was given, and tells where the peer is', async () => {
  current = (_, response) => response.end('{"a":1}')
  expect(await askJson(question())).toEqual({ value: { a: 1 }, isInside: true })
  expect(Object.keys(seen[0]?.headers ?? {}).sort()).toEqual([
    'accept',
    'accept-encoding',
    'connection',
    'host',
  ])
})

test.each<[string, RequestListener, string]>([
  [
    'a redirect',
    (_, r) => r.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
    'redirects',
  ],
  ['a failure', (_, r) => r.writeHead(500).end('secret'), 'answers 500'],
  ['nothing', (_, r) => r.writeHead(204).end(), 'answers 204'],
  ['too much', (_, r) => r.end('x'.repeat(101)), 'more than 100 bytes'],
  ['too much, and a length that lies', (_, r) => r.write('x'.repeat(101)), 'more than 100 bytes'],
  ['a coding', (_, r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end('x'), 'a coding'],
  ['no JSON', (_, r) => r.end('<html>'), 'no JSON object'],
  ['a list', (_, r) => r.end('[]'), 'no JSON object'],
  ['one member twice', (_, r) => r.end('{"a":1,"a":2}'), 'no JSON object'],
  ['a broken connection', (_, r) => r.destroy(), 'cannot be reached'],
  [
    'half an answer',
    (_, r) => r.writeHead(200, { 'content-length': '9' }).write('x', () => r.destroy()),
    'cannot be reached',
  ],
  [
    'a head without end',
    (_, r) => r.writeHead(200, { 'x-a': 'x'.repeat(20_000) }).end(),
    'cannot be reached',
  ],
])('JWT-4: %s is a failure', async (_, listener, message) => {
  current = listener
  await expect(askJson(question())).rejects.toThrow(message)
})

test.each<[string, RequestListener]>([
  ['never answers', () => {}],
  ['never ends', (_, response) => response.writeHead(200).write('{')],
])('a peer that %s is given up', async (_, listener) => {
  current = listener
  await expect(askService(question({ timeout: 50 }))).rejects.toThrow('does not answer in time')
})

describe('JWT-4: where a name leads', () => {
  const ask = (reach: 'loopback' | 'outside', resolve: Resolve) => {
    return new Promise<string>((done) => {
      guardedLookup(reach, resolve)('keys.example', { all: true }, (error, addresses) => {
        done(error === null ? JSON.stringify(addresses) : error.message)
      })
    })
  }

  test.each([
    '10.0.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '::1',
    '::ffff:10.0.0.1',
    'fd00::1',
    '0.0.0.0',
    'fe80::1%eth0',
  ])('somebody outside must not lead us to %s, alone or beside a good one', async (address) => {
    const refused = expect.stringContaining('must not have')
    expect(await ask('outside', named(address))).toEqual(refused)
    expect(await ask('outside', named('93.184.216.34', address))).toEqual(refused)
  })

  test('without TLS it must be this machine: a name of ours may lead elsewhere', async () => {
    current = (_, response) => response.end('{}')
    const url = new URL(`http://login.localhost:${port}/`)
    await expect(askService(question({ url }), named('93.184.216.34'))).rejects.toThrow(
      'resolves to an address that it must not have',
    )
    expect(seen).toEqual([])
    await askService(question({ url }), named('127.0.0.1'))
    expect(seen).toHaveLength(1)
  })

  test('the connection goes where the name was checked, and nowhere else', async () => {
    const asked: string[] = []
    const rebinding: Resolve = (name, _, done) => {
      asked.push(name)
      done(null, [{ address: asked.length === 1 ? '127.0.0.1' : '10.0.0.1', family: 4 }])
    }
    current = (_, response) => response.end('{}')
    await askService(question({ url: new URL(`http://a.localhost:${port}/`) }), rebinding)
    expect(asked).toHaveLength(1)
  })

  test('a name without an address, and one that cannot be looked up', async () => {
    expect(await ask('outside', (_, __, done) => done(null, []))).toContain('no address')
    const failing: Resolve = (_, __, done) => done(new Error('ENOTFOUND'), undefined as never)
    expect(await ask('outside', failing)).toBe('ENOTFOUND')
  })
})
