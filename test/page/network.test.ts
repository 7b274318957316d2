// What the source page says of the network in front of the app, by number: hosts, origins, CORS.
import { type App, createApp, ImproperlyConfigured } from 'trefoil'
import { AuthContext, type Authenticator } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { ALL, ENV, Lines, on } from '../findings/surfaces.ts'

const PAGE = 'https://app.example.com'
const ENDPOINTS = ['/x', '/mcp', '/__trefoil__/actions/call'] as const

type Options = Parameters<typeof createApp>[0]

function make(options: Options = {}) {
  const asked: string[] = []
  const authenticate: Authenticator<unknown> = {
    name: 'own',
    scheme: { type: 'http', scheme: 'bearer' },
    authenticate: ({ bearer }) => {
      asked.push(bearer ?? 'nobody')
      return bearer === null ? null : new AuthContext({ subject: bearer })
    },
  }
  const app = createApp({
    log: { logger: new Lines().logger },
    env: ENV,
    auth: [{ authenticate, surfaces: ALL }],
    ...options,
  })
  app.post('/x', on('x'), () => 'done')
  return { app, asked }
}

interface Asked {
  readonly host?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

function ask(app: App, path: string, { host = 'localhost', ...rest }: Asked = {}) {
  const { method = 'POST', headers = {}, body = '{"not": json' } = rest
  return app.fetch(
    new Request(`http://${host}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(method === 'POST' && { body }),
    }),
  )
}

test('P-NET-3: only the names of this machine are answered, at any port, before anything is read', async () => {
  const { app, asked } = make()
  for (const path of ENDPOINTS) {
    for (const host of ['localhost', 'localhost:3000', '127.0.0.1:9', '[::1]:8080']) {
      expect((await ask(app, path, { host })).status, `${host}${path}`).toBe(401)
    }
    asked.length = 0
    for (const host of ['evil.example', 'localhost.evil.example', '10.0.0.7:8000']) {
      // 421 in the source; the page that is first among equals has 400.
      const answer = await ask(app, path, { host, headers: { authorization: 'Bearer ann' } })
      expect(answer.status, `${host}${path}`).toBe(400)
      // The broken JSON is not what is complained about: nobody has read it.
      expect(await answer.text(), `${host}${path}`).toContain('INVALID_HOST')
    }
    expect(asked, path).toEqual([])
  }
})

test('P-NET-3: edge.hosts are all there are; without a name in it the names of this machine stay', async () => {
  const status = async (hosts: readonly string[], host: string) =>
    (await ask(make({ edge: { hosts } }).app, '/mcp', { host })).status
  expect(await status(['api.example.com'], 'api.example.com')).toBe(401)
  expect(await status(['api.example.com'], 'localhost')).toBe(400)
  expect(await status(['api.example.com', 'localhost'], 'localhost:1')).toBe(401)
  // An empty list opens nothing.
  expect(await status([], 'localhost')).toBe(401)
  expect(await status([], 'api.example.com')).toBe(400)
})

test('P-NET-3: a page that is not named gets 403 from MCP, before the message is read and anybody is asked', async () => {
  const { app, asked } = make({ mcp: { allowedOrigins: [PAGE] } })
  const withOrigin = (origin: string) =>
    ask(app, '/mcp', { headers: { origin, authorization: 'Bearer ann' } })
  for (const origin of ['https://evil.example', 'http://localhost:3000', 'null', `${PAGE}.evil`]) {
    const answer = await withOrigin(origin)
    expect(answer.status, origin).toBe(403)
    expect(await answer.text(), origin).toContain('invalid_origin')
  }
  expect(asked).toEqual([])
  // Named, of this server itself, or a program, which sends none: on to the message, which is broken.
  for (const origin of [PAGE, 'http://localhost', null]) {
    const answer = origin === null ? await ask(app, '/mcp') : await withOrigin(origin)
    expect(answer.status, `${origin}`).not.toBe(403)
  }
})

test('P-NET-3: a server listens on this machine unless told otherwise; further out it answers no name but those listed', async () => {
  const { app } = make()
  const server = await serve(app, { port: 0, signals: false })
  expect(new URL(server.url).hostname).toBe('127.0.0.1')
  await server.close()
  const lines = new Lines()
  const open = createApp({ log: { logger: lines.logger }, env: ENV })
  open.post('/x', on('x'), () => 'done')
  const out = await serve(open, { port: 0, host: '0.0.0.0', signals: false })
  try {
    expect(lines.at('warn').map(({ message }) => message)).toContainEqual(
      expect.stringContaining("No AuthConfig covers the 'mcp' surface"),
    )
    expect((await ask(open, '/mcp', { host: '10.0.0.7' })).status).toBe(400)
  } finally {
    await out.close()
  }
})

const preflight = (origin: string) => ({
  method: 'OPTIONS',
  headers: {
    origin,
    'access-control-request-method': 'POST',
    'access-control-request-headers': 'authorization,content-type',
  },
})

function grants(answer: Response): Record<string, string> {
  return Object.fromEntries(
    [...answer.headers]
      .filter(([name]) => name.startsWith('access-control-'))
      .map(([name, value]) => [name.slice('access-control-'.length), value]),
  )
}

test('P-NET-4: no origin is granted anything unless it is named', async () => {
  const { app } = make()
  for (const path of ENDPOINTS) {
    for (const sent of [preflight(PAGE), { headers: { origin: PAGE } }]) {
      expect(grants(await ask(app, path, sent)), path).toEqual({})
    }
  }
})

test('P-NET-4: what is granted by default: seven methods, the headers asked for, no credentials', async () => {
  const { app, asked } = make({ browser: { cors: { allowedOrigins: [PAGE] } } })
  const headers = { 'allow-origin': PAGE, 'allow-headers': 'authorization, content-type' }
  const methods = 'DELETE, GET, HEAD, OPTIONS, PATCH, POST, PUT'
  for (const path of ENDPOINTS) {
    const answer = await ask(app, path, preflight(PAGE))
    expect(answer.status, path).toBe(204)
    expect(grants(answer), path).toEqual({
      ...headers,
      'allow-methods': path === '/mcp' ? 'POST' : methods,
    })
    expect(grants(await ask(app, path, preflight('https://evil.example'))), path).toEqual({})
  }
  // Preflights carry no credential, and nobody was asked for one (PW-22).
  expect(asked).toEqual([])
})

test('P-NET-4 PW-22: a 401 says who may read it, and which credential to bring', async () => {
  const { app } = make({ browser: { cors: { allowedOrigins: [PAGE] } } })
  for (const path of ENDPOINTS) {
    const answer = await ask(app, path, { headers: { origin: PAGE } })
    expect(answer.status, path).toBe(401)
    expect(answer.headers.get('access-control-allow-origin'), path).toBe(PAGE)
    expect(answer.headers.get('www-authenticate'), path).toBe('Bearer')
  }
})

test('P-NET-4: every origin together with credentials stops the start', () => {
  const cors = { allowedOrigins: ['*'], allowCredentials: true }
  expect(() => make({ browser: { cors } })).toThrow(ImproperlyConfigured)
})
