// FND-24: a browser adds more than cookies by itself: a password it keeps, a certificate, the
// address it calls from. A page of another site that makes such a call is refused by whatever the
// call would be known; only a header that no browser adds says that the page holds the credential.
// A real Chromium does the same in test/browser/cross-site.test.ts.
import { createApp } from 'trefoil'
import { AuthContext, type AuthRequest } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { rawRequest } from '../runtimes/raw-request.ts'
import { ENV, Lines } from './surfaces.ts'

type Scheme = NonNullable<NonNullable<Parameters<typeof createApp>[0]>['auth']>[number]['scheme']
type Headers = Readonly<Record<string, string>>

const BASIC = { authorization: `Basic ${btoa('ann:pw')}` }
const EVIL = {
  origin: 'https://evil.example',
  'sec-fetch-site': 'cross-site',
  'sec-fetch-mode': 'no-cors',
}

/** An authenticator that goes by something, and what it says of where that is. */
interface Way {
  readonly knows: (request: AuthRequest) => boolean
  readonly scheme?: Scheme
}

const header = (name: string, value: string) => (request: AuthRequest) =>
  request.headers.get(name) === value
const key = { type: 'apiKey', in: 'header', name: 'X-Key' } as const

const WAYS = {
  basic: {
    knows: header('authorization', BASIC.authorization),
    scheme: { type: 'http', scheme: 'basic' },
  },
  'basic, undeclared': { knows: header('authorization', BASIC.authorization) },
  'a ticket of the domain': { knows: header('authorization', 'Negotiate YII=') },
  'the address': { knows: ({ client }) => client.address === '127.0.0.1' },
  'a certificate that a proxy names': {
    knows: header('x-forwarded-client-cert', 'ann'),
    scheme: { type: 'apiKey', in: 'header', name: 'X-Forwarded-Client-Cert' },
  },
  'a key of its own': { knows: header('x-key', 'k'), scheme: key },
  bearer: {
    knows: ({ bearer }) => bearer === 't',
    scheme: { type: 'http', scheme: 'bearer' },
  },
} satisfies Record<string, Way>

const servers = new Map<string, RunningServer>()
const ran: string[] = []

beforeAll(async () => {
  for (const [name, way] of Object.entries<Way>(WAYS)) {
    const app = createApp({
      name: 'fnd-24',
      env: ENV,
      log: { logger: new Lines().logger },
      auth: [
        {
          authenticate: (request) =>
            way.knows(request) ? new AuthContext({ subject: 'ann' }) : null,
          surfaces: ['api', 'mcp', 'cli'],
          ...(way.scheme === undefined ? {} : { scheme: way.scheme }),
        },
      ],
    })
    app.post('/transfer', { name: 'transfer', description: 'Moves.', cli: true }, () => {
      ran.push(name)
      return 'moved'
    })
    app.get('/balance', {}, () => 'much')
    app.post('/contact', { public: true }, () => 'thanks')
    servers.set(name, await serve(app, { port: 0, signals: false }))
  }
})
afterAll(async () => {
  for (const server of servers.values()) await server.close()
})

async function send(way: keyof typeof WAYS, headers: Headers, path = '/transfer', method = 'POST') {
  const url = servers.get(way)?.url ?? ''
  const { status, text } = await rawRequest(url, { method, path, headers })
  const code = /"code":"(\w+)"/.exec(text)?.[1]
  return `${status} ${code ?? text}`
}

describe('another site is refused by whatever would say who calls', () => {
  test.each<[keyof typeof WAYS, Headers]>([
    ['basic', BASIC],
    ['basic, undeclared', BASIC],
    ['a ticket of the domain', { authorization: 'Negotiate YII=' }],
    ['the address', {}],
    ['a certificate that a proxy names', { 'x-forwarded-client-cert': 'ann' }],
  ])('FND-24: %s', async (way, credential) => {
    ran.length = 0
    const refused = '403 csrf_refused'
    const older = { origin: EVIL.origin }
    const silent = { 'sec-fetch-site': 'cross-site' }
    for (const page of [EVIL, older, silent]) {
      expect(await send(way, { ...credential, ...page })).toBe(refused)
    }
    expect(await send(way, { ...credential, ...EVIL, 'sec-fetch-site': 'same-site' })).toBe(refused)
    expect(ran).toEqual([])
    // A program, the address bar, a page of this server.
    const own = { origin: servers.get(way)?.url ?? '' }
    for (const page of [
      {},
      { 'sec-fetch-site': 'none' },
      { 'sec-fetch-site': 'same-origin' },
      own,
    ]) {
      expect(await send(way, { ...credential, ...page })).toBe('200 moved')
    }
    expect(await send(way, { ...credential, ...EVIL }, '/balance', 'GET')).toBe('200 much')
  })
})

test('FND-24: the call endpoint of the CLI is held too, where a page could reach it', async () => {
  const path = '/__trefoil__/actions/call'
  const answer = await send('the address', { ...EVIL, 'content-type': 'text/plain' }, path)
  expect(answer).toBe('403 csrf_refused')
})

test('FND-24: a header that no browser adds says whose call it is', async () => {
  expect(await send('a key of its own', { 'x-key': 'k', ...EVIL })).toBe('200 moved')
  expect(await send('bearer', { authorization: 'Bearer t', ...EVIL })).toBe('200 moved')
})

test('FND-24: where nothing else is looked at, showing nothing is being nobody', async () => {
  for (const way of ['a key of its own', 'bearer', 'basic'] as const) {
    expect(await send(way, EVIL)).toBe('401 AUTHENTICATION_ERROR')
  }
})

test('FND-24: an action that asks nobody who calls takes the form of another site', async () => {
  for (const way of ['basic', 'the address', 'bearer'] as const) {
    expect(await send(way, EVIL, '/contact')).toBe('200 thanks')
    expect(await send(way, { ...EVIL, ...BASIC }, '/contact')).toBe('403 csrf_refused')
  }
})
