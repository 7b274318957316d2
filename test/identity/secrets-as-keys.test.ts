// What `secret()` of the settings gives goes where a secret is taken, without being revealed on the way.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { createApp, defineSettings, dependency, field, query, Secret, secret } from 'trefoil'
import { apiKeyAuth, introspectionAuth, jwtAuth, keyRing, memoryApiKeys } from 'trefoil/auth'
import { createClient, createRemoteTarget } from 'trefoil/client'
import { CookieSigner, cookieSession } from 'trefoil/cookies'
import { devTokens } from 'trefoil/dev-tokens'
import { createToken, testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { alike, everywhere, on } from '../findings/surfaces.ts'

const TEXT = 'Zk3vQ9xT1mB7rL5wN8pD2hF6jS4gY0cAeUiOqWzX'
const OTHER = 'Qm8sJ2yH5bV9nC3xL7kT1wR6fD0gP4zAeUiOqWzY'
const env = { APP_KEY: TEXT, APP_OLD: OTHER }
const settings = defineSettings({ key: secret(), old: secret() }, { envPrefix: 'APP_', env })
const quiet = { env: {}, log: { level: 'silent' } } as const

describe('P-SET-1: a Secret is taken wherever a secret is', () => {
  test('jwtAuth, keyRing, createToken', async () => {
    const ring = keyRing(settings.key, [settings.old])
    for (const keys of [settings.key, ring, new Secret(new TextEncoder().encode(TEXT))]) {
      const app = createApp({
        ...quiet,
        auth: [{ authenticate: jwtAuth({ keys }), surfaces: ['api'] }],
      })
      app.get('/', (_, call) => call.auth?.subject)
      const token = createToken({ subject: 'ada', keys: settings.key })
      const { status, text } = await testClient(app).http.get('/', { token })
      expect([status, text]).toEqual([200, 'ada'])
    }
    ring.replace(settings.old)
    expect(ring.current).toEqual(new TextEncoder().encode(OTHER))
  })

  test('cookies: the same signature as with the text', () => {
    const value = new CookieSigner(settings.key).sign('x')
    expect(value).toBe(new CookieSigner(TEXT).sign('x'))
    expect(new CookieSigner(keyRing(settings.old, [settings.key])).verify(value)).toBe('x')
    expect(cookieSession({ keys: settings.key, env: {} }).name).toBe('cookieSession')
  })

  test('apiKeyAuth: keys as pairs, the pepper of a store', async () => {
    const authenticate = apiKeyAuth({
      keys: [
        [settings.key, 'batch'],
        ['plain-text-key', 'other'],
      ],
    })
    const app = createApp({ ...quiet, auth: [{ authenticate, surfaces: ['api'] }] })
    app.get('/', (_, call) => call.auth?.subject)
    const ask = async (key: string) =>
      (await testClient(app).http.get('/', { headers: { 'x-api-key': key } })).text
    expect([await ask(TEXT), await ask('plain-text-key')]).toEqual(['batch', 'other'])
    expect(() => apiKeyAuth({ store: memoryApiKeys(), pepper: settings.key })).not.toThrow()
    for (const keys of [[], [TEXT], [[TEXT]], [[{}, 'a']], [[TEXT, 'a', 'b']]]) {
      expect(() => apiKeyAuth({ keys: keys as never })).toThrow(
        /^apiKeyAuth\(\): keys must (?:be an|have)/,
      )
    }
  })

  test('introspectionAuth, devTokens, clients', async () => {
    let sent: string | undefined
    const server = createServer((request, response) => {
      sent = request.headers.authorization
      response.setHeader('content-type', 'application/json').end('{"active":false}')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const introspected = introspectionAuth({
      url,
      clientId: 'store',
      clientSecret: settings.key,
      audience: 'x',
    })
    const app = createApp({ ...quiet, auth: [{ authenticate: introspected, surfaces: ['api'] }] })
    app.get('/', () => 1)
    await testClient(app).http.get('/', { token: 'opaque' })
    expect(sent).toBe(`Basic ${Buffer.from(`store:${TEXT}`).toString('base64')}`)

    await createRemoteTarget({ url, token: settings.key })
      .manifest()
      .catch(() => {})
    expect(sent).toBe(`Bearer ${TEXT}`)
    const remote = createClient<Record<never, never>>(url, { token: async () => settings.old })
    expect(inspect(remote, { depth: 9, showHidden: true })).not.toContain(OTHER)
    server.closeAllConnections()
    server.close()
  })

  test('devTokens', async () => {
    process.env['TREFOIL_ENV'] = 'development'
    try {
      const part = devTokens({ keys: settings.key, clients: { a: { secret: settings.old } } })
      const app = createApp({ ...quiet, parts: [part] })
      app.get('/', () => 1)
      const form = { grant_type: 'client_credentials', client_id: 'a' }
      const ask = async (text: string) =>
        (await testClient(app).http.post('/auth/token', { json: { ...form, client_secret: text } }))
          .status
      expect([await ask(OTHER), await ask(TEXT)]).toEqual([200, 401])
    } finally {
      delete process.env['TREFOIL_ENV']
    }
  })

  test('an empty one is refused as empty text is', () => {
    const empty = new Secret('')
    expect(() => keyRing(empty)).toThrow(
      'keyRing(): the current key must be non-empty text or bytes',
    )
    expect(() => new CookieSigner(empty)).toThrow('Signed cookie secrets must not be empty')
    expect(() => jwtAuth({ keys: new Secret(7) as never })).toThrow('got a number')
  })
})

describe('P-SET-1: in an app', () => {
  const injected = dependency(() => settings, { name: 'settings', preview: 'safe' })

  test('injected, and replaced in a test', async () => {
    const app = createApp(quiet)
    app.get(
      '/',
      { params: { settings: injected } },
      ({ settings: given }) => given.key.reveal().length,
    )
    expect((await testClient(app).http.get('/')).text).toBe('40')
    const other = { ...settings, key: new Secret('x') }
    expect((await testClient(app, { override: [[injected, other]] }).http.get('/')).text).toBe('1')
  })

  test('what a handler gives away of it, on every surface, is not the secret', async () => {
    const build = () => {
      const app = createApp({ ...quiet, publicSurfaces: ['api', 'mcp', 'cli'] })
      app.post('/leak', { ...on('leak'), params: { settings: injected } }, ({ settings: all }) => ({
        all,
        text: `${all.key}`,
      }))
      return { app }
    }
    const seen = await everywhere(build, async (surface) => {
      const { raw, value } = await surface.call('leak')
      expect(raw).not.toContain(TEXT)
      return value
    })
    const told = { all: { key: '[secret]', old: '[secret]' }, text: '[secret]' }
    expect(seen).toEqual(alike(told))
  })

  test('secret() is no parameter: every hash of it would be the same', () => {
    for (const [mark, key] of [
      ['field', field(secret())],
      ['query', query(secret())],
      ['none', secret()],
    ] as const) {
      const app = createApp(quiet)
      const declare = () => {
        app.post('/x', { params: { key } }, () => 1)
        return app.catalogue
      }
      expect(declare, mark).toThrow(
        'secret() is for settings; write field(z.string(), { sensitive: true })',
      )
    }
  })

  test('nothing is applied to an app by itself', () => {
    const own = defineSettings(
      { name: z.string() },
      { envPrefix: 'APP_', env: { APP_NAME: 'mine' } },
    )
    expect(own.name).toBe('mine')
    expect(createApp(quiet).name).toBe('trefoil')
  })
})
