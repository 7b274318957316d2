// Who attacks: anybody who can write a JWT and knows the public key, as everybody does. What they would
// win: any identity. And whoever has one good token, or a proof that was overheard, wants more of it.
import { constants, createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { createApp } from 'trefoil'
import { type AuthContext, jwtAuth, keyRing } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ask, request } from './raw-connection.ts'

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
const evil = generateKeyPairSync('rsa', { modulusLength: 2048 })
const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const AUDIENCE = 'store'
const pem = (key: KeyObject) => String(key.export({ type: 'spki', format: 'pem' }))
const encode = (part: unknown) => Buffer.from(JSON.stringify(part)).toString('base64url')
const inAnHour = () => Math.floor(Date.now() / 1000) + 3600
const claims = (more: object = {}) => ({ sub: 'u1', aud: AUDIENCE, exp: inAnHour(), ...more })

function signed(header: object, payload: object, how: (data: Buffer) => Buffer): string {
  const start = `${encode(header)}.${encode(payload)}`
  return `${start}.${how(Buffer.from(start)).toString('base64url')}`
}

const rs256 = (key: KeyObject) => (data: Buffer) => sign('sha256', data, key)
const genuine = (more: object = {}, header: object = {}) =>
  signed({ alg: 'RS256', typ: 'JWT', kid: 'rsa', ...header }, claims(more), rs256(rsa.privateKey))
const hmac = (secret: string | Uint8Array) => (data: Buffer) =>
  createHmac('sha256', secret).update(data).digest()

let server: RunningServer
/** Where keys of the attacker lie; nobody must ask for them. */
let trap: Server
let trapped = 0
const seen: (AuthContext | null)[] = []
beforeAll(async () => {
  trap = createServer((_, response) => {
    trapped++
    response.end(
      JSON.stringify({ keys: [{ ...evil.publicKey.export({ format: 'jwk' }), kid: 'rsa' }] }),
    )
  })
  await new Promise<void>((resolve) => trap.listen(0, '127.0.0.1', resolve))
  const jwk = (key: KeyObject, kid: string) => ({ ...key.export({ format: 'jwk' }), kid })
  const authenticate = jwtAuth({
    // The set names the algorithm of neither: what a header says must not matter.
    jwks: { keys: [jwk(rsa.publicKey, 'rsa'), jwk(ec.publicKey, 'ec')] as never },
    audience: AUDIENCE,
  })
  const app = createApp({
    auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  app.get(
    '/who',
    { name: 'who', description: 'Says who calls.', tool: true, cli: true },
    (_, call) => {
      seen.push(call.auth)
      return { subject: call.auth.subject }
    },
  )
  server = await serve(app, { port: 0, signals: false, drainTimeout: '500ms' })
})
afterAll(async () => {
  await server.close()
  trap.closeAllConnections()
  trap.close()
})

async function statuses(token: string): Promise<readonly number[]> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
  const call = {
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'who', arguments: {} },
  }
  const answers = await Promise.all([
    fetch(`${server.url}/who`, { headers }),
    fetch(`${server.url}/mcp`, { method: 'POST', headers, body: JSON.stringify(call) }),
    fetch(`${server.url}/.well-known/trefoil-actions.json`, { headers }),
    fetch(`${server.url}/__trefoil__/actions/call`, {
      method: 'POST',
      headers,
      body: JSON.stringify({ action: 'who', arguments: {} }),
    }),
  ])
  for (const answer of answers) {
    const text = await answer.text()
    expect(text).not.toContain(token)
    expect(text).not.toMatch(/jose|node:|\.ts:|\.js:/)
    if (answer.status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
  }
  return answers.map(({ status }) => status)
}

const trapUrl = () => `http://127.0.0.1:${(trap.address() as AddressInfo).port}/keys`
const half = (token: string) => token.split('.').slice(0, 2).join('.')
const es256 = { alg: 'ES256', kid: 'ec' }

const FORGED: readonly (readonly [string, () => string])[] = [
  [
    'the public key in PEM as the secret',
    () => signed({ alg: 'HS256', kid: 'rsa' }, claims(), hmac(pem(rsa.publicKey))),
  ],
  [
    'the public key in DER as the secret',
    () =>
      signed(
        { alg: 'HS256' },
        claims(),
        hmac(rsa.publicKey.export({ type: 'spki', format: 'der' })),
      ),
  ],
  [
    'the modulus as the secret',
    () =>
      signed(
        { alg: 'HS256' },
        claims(),
        hmac(Buffer.from(String(rsa.publicKey.export({ format: 'jwk' }).n), 'base64url')),
      ),
  ],
  ['the empty secret', () => signed({ alg: 'HS256' }, claims(), hmac(''))],
  ['none', () => `${encode({ alg: 'none' })}.${encode(claims())}.`],
  ['nOnE', () => `${encode({ alg: 'nOnE' })}.${encode(claims())}.`],
  ['no algorithm', () => signed({}, claims(), rs256(rsa.privateKey))],
  [
    'PS256 by the key of RS256',
    () =>
      signed({ alg: 'PS256', kid: 'rsa' }, claims(), (data) =>
        sign('sha256', data, {
          key: rsa.privateKey,
          padding: constants.RSA_PKCS1_PSS_PADDING,
          saltLength: 32,
        }),
      ),
  ],
  [
    'RS512 by the key of RS256',
    () =>
      signed({ alg: 'RS512', kid: 'rsa' }, claims(), (data) =>
        sign('sha512', data, rsa.privateKey),
      ),
  ],
  ['another key', () => signed({ alg: 'RS256', kid: 'rsa' }, claims(), rs256(evil.privateKey))],
  [
    'its own key in jwk',
    () =>
      signed(
        { alg: 'RS256', jwk: evil.publicKey.export({ format: 'jwk' }) },
        claims(),
        rs256(evil.privateKey),
      ),
  ],
  [
    'its own keys behind jku',
    () => signed({ alg: 'RS256', kid: 'rsa', jku: trapUrl() }, claims(), rs256(evil.privateKey)),
  ],
  [
    'its own certificate behind x5u',
    () => signed({ alg: 'RS256', kid: 'rsa', x5u: trapUrl() }, claims(), rs256(evil.privateKey)),
  ],
  [
    'keys behind iss',
    () => signed({ alg: 'RS256', kid: 'rsa' }, claims({ iss: trapUrl() }), rs256(evil.privateKey)),
  ],
  [
    'kid as a path',
    () => signed({ alg: 'RS256', kid: '../../../../dev/null' }, claims(), hmac('')),
  ],
  ['kid as SQL', () => signed({ alg: 'RS256', kid: "x' union select 'k" }, claims(), hmac('k'))],
  [
    'kid as an address',
    () => signed({ alg: 'RS256', kid: trapUrl() }, claims(), rs256(evil.privateKey)),
  ],
  [
    'kid that objects inherit',
    () => signed({ alg: 'RS256', kid: '__proto__' }, claims(), rs256(evil.privateKey)),
  ],
  ['kid as a list', () => genuine({}, { kid: ['rsa'] })],
  ['the kid of the other key', () => genuine({}, { kid: 'ec' })],
  ['crit', () => genuine({}, { crit: ['kid'] })],
  ['b64: false', () => genuine({}, { b64: false, crit: ['b64'] })],
  ['JWE: five parts', () => `${encode({ alg: 'RSA-OAEP', enc: 'A256GCM' })}.a.b.c.d`],
  ['JWE header on three parts', () => genuine({}, { alg: 'RSA-OAEP', enc: 'A256GCM' })],
  [
    'a token in a token',
    () => signed({ alg: 'RS256', cty: 'JWT', kid: 'rsa' }, claims(), rs256(rsa.privateKey)),
  ],
  ['ES256 of zeros (CVE-2022-21449)', () => signed(es256, claims(), () => Buffer.alloc(64))],
  [
    'ES256 of the order of the curve',
    () =>
      signed(es256, claims(), () =>
        Buffer.from(
          'ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551'.repeat(2),
          'hex',
        ),
      ),
  ],
  ['ES256 in DER', () => signed(es256, claims(), (data) => sign('sha256', data, ec.privateKey))],
  ['RS256 of zeros', () => signed({ alg: 'RS256', kid: 'rsa' }, claims(), () => Buffer.alloc(256))],
  [
    'RS256 of one',
    () =>
      signed({ alg: 'RS256', kid: 'rsa' }, claims(), () =>
        Buffer.concat([Buffer.alloc(255), Buffer.from([1])]),
      ),
  ],
  ['padding behind the signature', () => `${genuine()}==`],
  [
    'the other alphabet of base64',
    () => genuine({ x: '???>>>' }).replace(/-/g, '+').replace(/_/g, '/'),
  ],
  ['a stray character', () => genuine().replace('.', '!.')],
  ['no signature', () => `${half(genuine())}.`],
  [
    'claims exchanged',
    () => genuine().replace(/\.[^.]+\./, `.${encode(claims({ sub: 'root' }))}.`),
  ],
  [
    'two algorithms in one header',
    () => {
      const head = Buffer.from('{"alg":"none","alg":"RS256","kid":"rsa"}').toString('base64url')
      const start = `${head}.${encode(claims())}`
      return `${start}.${sign('sha256', Buffer.from(start), rsa.privateKey).toString('base64url')}`
    },
  ],
  ['another audience', () => genuine({ aud: 'other' })],
  ['an audience as an object', () => genuine({ aud: { 0: AUDIENCE, length: 1 } })],
  ['roles as an object', () => genuine({ roles: { admin: true } })],
  ['roles as a number', () => genuine({ roles: 7 })],
  ['sub as a list', () => genuine({ sub: ['root'] })],
  ['exp as text', () => genuine({ exp: '9999999999' })],
  ['exp without end', () => genuine({ exp: undefined })],
  ['a proof in the place of a token', () => genuine({}, { typ: 'dpop+jwt' })],
  ['a token that is bound to a key', () => genuine({ cnf: { jkt: 'A'.repeat(43) } })],
]

describe('JWT-6, RFC 8725: forged tokens', () => {
  it.each(FORGED)('%s is refused on every surface', async (_, token) => {
    const text = token()
    // Where it is no different from the genuine one there would be nothing to refuse.
    expect(await statuses(text)).toEqual([401, 401, 401, 401])
    // Remembered or not.
    expect(await statuses(text)).toEqual([401, 401, 401, 401])
  })

  it('nobody asked for keys of the attacker', () => {
    expect(trapped).toBe(0)
  })

  it('the genuine ones pass, so the refusals above mean something', async () => {
    expect(await statuses(genuine())).toEqual([200, 200, 200, 200])
    const p1363 = (data: Buffer) =>
      sign('sha256', data, { key: ec.privateKey, dsaEncoding: 'ieee-p1363' })
    expect(await statuses(signed(es256, claims(), p1363))).toEqual([200, 200, 200, 200])
  })

  it('64 KiB in a header are refused, and the server goes on', async () => {
    const answer = await fetch(`${server.url}/who`, {
      headers: { authorization: `Bearer ${'a'.repeat(65_536)}` },
    }).catch(() => null)
    expect([401, 431, undefined]).toContain(answer?.status)
    expect(await statuses(genuine())).toEqual([200, 200, 200, 200])
  })

  it('SURF-6: two Authorization headers are none', async () => {
    const lines = [
      `Authorization: Bearer ${genuine()}`,
      `Authorization: Bearer ${genuine({ sub: 'root' })}`,
    ]
    expect((await ask(server.port, request('GET /who', lines)))?.status).toBe(400)
  })
})

describe('PW-02, PW-17: what is remembered', () => {
  it('is the same frozen context for all, and gives nobody more', async () => {
    const token = genuine({ roles: ['viewer'], deep: { list: [1] } })
    await statuses(token)
    seen.length = 0
    await statuses(token)
    await statuses(token)
    const [first] = seen
    if (first === undefined || first === null) throw new Error('nobody was seen')
    for (const auth of seen) expect(auth).toBe(first)
    expect(() => (first.claims['roles'] as string[]).push('admin')).toThrow(TypeError)
    expect(() => Object.assign(first.claims['deep'] as object, { x: 1 })).toThrow(TypeError)
    expect(() => (first.roles as Set<string>).add('admin')).toThrow(TypeError)
  })

  it('cannot be poisoned: a bad token beside a good one of the same claims changes neither', async () => {
    const good = genuine({ jti: 'poison' })
    const bad = `${half(good)}.${Buffer.alloc(256, 7).toString('base64url')}`
    for (const [token, status] of [
      [bad, 401],
      [good, 200],
      [bad, 401],
      [good, 200],
    ] as const) {
      expect(await statuses(token)).toEqual([status, status, status, status])
    }
  })

  it('nothing that an app holds prints a token or a secret', async () => {
    const secret = '5f0c1a9e7d3b48266e8d1c0b4a7f9532'
    const keys = keyRing(secret, ['9532a7f90c1b4e8d266e3b487d1a9e5f'])
    const jwt = jwtAuth({ keys })
    const token = await jwt.createToken({ sub: 'x' })
    expect(await jwt.verifyToken(token)).toBe(true)
    const app = createApp({ auth: [{ authenticate: jwt, surfaces: ['api', 'mcp', 'cli'] }] })
    const shown = [jwt, keys, app, [jwt], new Map([[keys, jwt]])]
      .map((held) => inspect(held, { depth: 20, showHidden: true, getters: true }))
      .join('\n')
    for (const text of [secret, '9532a7f9', token, token.split('.')[2] ?? '?']) {
      expect(shown).not.toContain(text)
    }
  })

  it('AUTH-9: a key that is taken out is refused at once on every surface', async () => {
    const secret = '5f0c1a9e7d3b48266e8d1c0b4a7f9532'
    const keys = keyRing(secret)
    const jwt = jwtAuth({ keys })
    const app = createApp({
      auth: [{ authenticate: jwt, surfaces: ['api'] }],
      publicSurfaces: ['mcp', 'cli'],
      log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    })
    app.get('/who', (_, call) => ({ subject: call.auth.subject }))
    const running = await serve(app, { port: 0, signals: false })
    const token = await jwt.createToken({ sub: 'x' })
    const get = async () =>
      (await fetch(`${running.url}/who`, { headers: { authorization: `Bearer ${token}` } })).status
    expect([await get(), await get()]).toEqual([200, 200])
    keys.replace('0123a7f90c1b4e8d266e3b487d1a9e5f')
    expect(await get()).toBe(401)
    await running.close()
  })
})
