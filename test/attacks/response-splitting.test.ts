// Who attacks: a caller whose text ends up in a response header. What they would win: a header or
// a whole second response of their own (a cookie for the victim, a poisoned cache), or the end of
// the process through an exception nobody catches.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthenticationError } from '../../packages/trefoil/src/auth.ts'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { createApp, HttpError, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { actionCall, toolCall } from './attacked-app.ts'
import './eventually.ts'
import { ask, request } from './raw-connection.ts'

let server: RunningServer
beforeAll(async () => {
  const silent = () => {}
  const app = createApp({
    name: 'echoing',
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  const both = { tool: true, cli: true, params: { text: z.string() } } as const
  app.post('/header', { ...both, name: 'header', description: 'x' }, ({ text }) =>
    reply({ ok: true }, { headers: { 'x-echo': text } }),
  )
  app.post('/cookie', { ...both, name: 'cookie', description: 'x' }, ({ text }) =>
    reply({ ok: true }, { cookies: { echo: text } }),
  )
  app.post('/name', { ...both, name: 'name', description: 'x' }, ({ text }) =>
    reply({ ok: true }, { headers: { [text]: 'x' } }),
  )
  app.post('/problem', { ...both, name: 'problem', description: 'x' }, ({ text }) => {
    throw new HttpError(409, text, { headers: { 'x-echo': text } })
  })
  app.post('/problem-name', { ...both, name: 'problem_name', description: 'x' }, ({ text }) => {
    throw new HttpError(409, 'x', { headers: { [text]: 'x' } })
  })
  app.post('/challenge', { ...both, name: 'challenge', description: 'x' }, ({ text }) => {
    throw new AuthenticationError(text, { headers: { 'www-authenticate': `Bearer ${text}` } })
  })
  app.post('/stream', { ...both, name: 'stream', description: 'x' }, ({ text }) =>
    reply(pieces(), { headers: { 'x-echo': text } }),
  )
  app.get('/health', () => 'ok')
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

async function* pieces(): AsyncGenerator<string> {
  yield 'a'
}

const INJECTED = [
  'a\r\nSet-Cookie: stolen=1',
  'a\nSet-Cookie: stolen=1',
  'a\rSet-Cookie: stolen=1',
  'a\r\n\r\nHTTP/1.1 200 OK\r\n\r\n<script>',
  'a\u0000b',
  'a\u010aSet-Cookie: stolen=1',
  '嘊嘍Set-Cookie: stolen=1',
]
const ROUTES = ['header', 'cookie', 'name', 'problem', 'problem_name', 'challenge', 'stream']

describe.each(ROUTES)('RESP-3 %s', (name) => {
  it.each(INJECTED.map((text) => [JSON.stringify(text), text]))('%s', async (_, text) => {
    const args = JSON.stringify({ text })
    const json = ['Content-Type: application/json']
    const bodies = [
      request(`POST /${name.replace('_', '-')}`, json, binary(args)),
      request('POST /mcp', json, binary(toolCall(name, args))),
      request(`POST ${CALL_PATH}`, json, binary(actionCall(name, args))),
    ]
    for (const body of bodies) {
      const answer = await ask(server.port, body)
      // An answer there must be: an attacker who can make the server hang up can do more.
      expect(answer, body.slice(0, 30)).not.toBeNull()
      expect(answer?.head).not.toMatch(/^(set-cookie: stolen|stolen)/im)
      expect(answer?.head.split('\r\n').slice(1).join('\n')).not.toMatch(/HTTP\/1\.1/)
      expect(answer?.head).not.toMatch(/[^\r]\n|\r[^\n]|\0/)
    }
    expect((await ask(server.port, request('GET /health')))?.body, 'still alive').toBe('ok')
  })
})

function binary(text: string): string {
  return Buffer.from(text).toString('latin1')
}

it('RESP-3 what is reflected from path and id is escaped or replaced', async () => {
  const answer = await ask(
    server.port,
    request('GET /%22%3E%3Cscript%3E', ['X-Request-Id: a"><script>', 'Accept: text/html']),
  )
  expect(answer?.status).toBe(404)
  expect(answer?.head).toMatch(/content-type: application\/problem\+json/i)
  expect(answer?.head).toMatch(/x-content-type-options: nosniff/i)
  expect(JSON.parse(answer?.body ?? '')['detail']).toBe('Not found: /"><script>')
})

it('RESP-3 an authenticator that reflects text ends neither an answer nor the process', async () => {
  const silent = () => {}
  const app = createApp({
    name: 'reflecting',
    publicSurfaces: ['mcp', 'cli'],
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
    auth: [
      {
        surfaces: ['api'],
        authenticate: ({ request: { search } }) => {
          if (search === '') throw new AuthenticationError('Who?')
          throw new HttpError(429, 'Later', { headers: { 'x-echo': decodeURIComponent(search) } })
        },
      },
    ],
  })
  app.get('/orders', () => 'ok')
  const reflecting = await serve(app, { port: 0, signals: false, drainTimeout: '500ms' })
  for (const path of ['/orders', '/docs', '/openapi.json']) {
    const injected = `${path}?a%0d%0aSet-Cookie:%20stolen=1%0d%0a%0d%0a`
    const answer = await ask(reflecting.port, request(`GET ${injected}`))
    expect(answer?.head ?? '', path).not.toMatch(/stolen/)
    expect((await ask(reflecting.port, request(`GET ${path}`)))?.status, path).toBe(401)
  }
  await reflecting.close()
})
