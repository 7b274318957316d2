// What surrounds a good credential: a second one beside it, a subject in any letters, a clock that jumps.
import { createApp } from 'trefoil'
import {
  AuthContext,
  type Authenticator,
  apiKeyAuth,
  firstOf,
  jwtAuth,
  memoryApiKeys,
} from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'

const KEY = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const HOUR = 3_600_000
const START = 1_800_000_000_000

class JumpingClock {
  time = START
  now = (): number => this.time
  elapsed = (): number => 0
}

const clock = new JumpingClock()
const jwt = jwtAuth({ keys: KEY, clock })
const own: Authenticator<unknown> = {
  name: 'own',
  authenticate: async ({ bearer }) => {
    if (bearer === null || !(await jwt.verifyToken(bearer))) return null
    return new AuthContext({ subject: 'ann' })
  },
}
const header = jwtAuth({ keys: KEY, clock, header: 'x-agent-token' })
const AUTHENTICATORS: Readonly<Record<string, Authenticator<unknown>>> = {
  jwtAuth: jwt,
  'jwtAuth without a cache': jwtAuth({ keys: KEY, clock, cacheSize: 0 }),
  'a function of the app': own,
  firstOf: firstOf(header, jwt),
}

function appWith(authenticate: Authenticator<unknown>) {
  let ran = 0
  const app = createApp({
    clock,
    auth: [{ authenticate, surfaces: ['api', 'mcp', 'cli'] }],
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  const options = { name: 'who', description: 'Who calls?', tool: true, cli: true } as const
  app.post('/who', options, (_, call) => {
    ran++
    return { subject: call.auth.subject }
  })
  return { client: testClient(app, { clock }), ran: () => ran }
}

const each = test.each(Object.entries(AUTHENTICATORS))

each('PW-11 two Authorization headers are no choice: %s', async (_, authenticate) => {
  clock.time = START
  const { client, ran } = appWith(authenticate)
  const [ann, bob] = [await jwt.createToken({ sub: 'ann' }), await jwt.createToken({ sub: 'bob' })]
  const call = { action: 'who', arguments: {} }
  const params = { name: 'who', arguments: {} }
  const tool = { jsonrpc: '2.0', id: 1, method: 'tools/call', params }
  const statuses = async (...tokens: readonly string[]) => {
    const headers = tokens.map((token) => ['authorization', `Bearer ${token}`] as const)
    return [
      (await client.http.post('/who', { headers })).status,
      (await client.http.post('/__trefoil__/actions/call', { headers, json: call })).status,
      (await client.mcp.request(tool, headers)).status,
    ]
  }
  expect(await statuses(ann, bob)).toEqual([400, 400, 400])
  expect(await statuses(ann, ann)).toEqual([400, 400, 400])
  expect(ran()).toBe(0)
  expect(await statuses(ann)).toEqual([200, 200, 200])
  await client[Symbol.asyncDispose]()
})

each('JWT-1 a clock that jumps ends a token, remembered or not: %s', async (_, authenticate) => {
  clock.time = START
  const { client } = appWith(authenticate)
  const token = await jwt.createToken({ sub: 'ann' }, { expiresIn: '1h' })
  const status = async (time: number) => {
    clock.time = time
    const headers = { authorization: `Bearer ${token}` }
    return (await client.http.post('/who', { headers })).status
  }
  expect(await status(START)).toBe(200)
  expect(await status(START + HOUR - 1000)).toBe(200)
  expect(await status(START + HOUR)).toBe(401)
  expect(await status(START + 24 * HOUR)).toBe(401)
  // A clock that is set right again: the token is good, and a refusal is not remembered for ever.
  expect(await status(START + 1000)).toBe(200)
  await client[Symbol.asyncDispose]()
})

const SUBJECTS = ['Ωμέγα', '用户', '\u{1F98A}', 'a\u0301', '\u00e1', 'admin\u200b', '__proto__']

test('PW-19: subjects that look alike stay apart, each as it was written', async () => {
  clock.time = START
  const { client } = appWith(jwt)
  for (const sub of SUBJECTS) {
    const headers = { authorization: `Bearer ${await jwt.createToken({ sub })}` }
    const response = await client.http.post('/who', { headers })
    expect(response.json()).toEqual({ subject: sub })
  }
  await client[Symbol.asyncDispose]()
})

const KEYS: Readonly<Record<string, () => Promise<readonly [Authenticator<unknown>, string]>>> = {
  async 'of the code'() {
    const key = 'key-of-ann'
    const end = { clientId: 'ann', expiresAt: new Date(START + HOUR) }
    return [apiKeyAuth({ keys: { [key]: end, 'key-of-bob': 'bob' }, clock }), key]
  },
  async 'out of a store'() {
    const auth = apiKeyAuth({ store: memoryApiKeys(), pepper: KEY, clock })
    const { key } = await auth.createKey({
      owner: 'o',
      name: 'n',
      clientId: 'ann',
      expiresIn: '1h',
    })
    return [auth, key.reveal()]
  },
}

test.each(Object.entries(KEYS))('PW-11 JWT-1 KEY-6 API keys %s', async (_, make) => {
  clock.time = START
  const [authenticate, key] = await make()
  const { client, ran } = appWith(firstOf(jwt, authenticate))
  const status = async (keys: readonly string[], path = '/who') => {
    const headers = keys.map((one) => ['x-api-key', one] as const)
    return (await client.http.post(path, { headers })).status
  }
  // Two are no choice, the same one twice neither; a huge one is none.
  expect(await status([key, 'key-of-bob'])).toBe(400)
  expect(await status([key, key])).toBe(400)
  expect(await status(['x'.repeat(8000)])).toBe(401)
  // In an address it has leaked, with a good one in the header too, and under any name of the header.
  const encoded = [...key].map((letter) => `%${letter.charCodeAt(0).toString(16)}`).join('')
  for (const query of [`a=${key}`, `a=${encoded}`, 'X_Api_Key=x', `%78-api-key=x`, `a&b=${key}`]) {
    expect(await status([key], `/who?${query}`), query).toBe(401)
  }
  expect(ran()).toBe(0)
  // A good token is no way around a key that is bad, nor the other way round: the first has the say.
  const bad = [
    ['authorization', 'Bearer a.b.c'],
    ['x-api-key', key],
  ] as const
  expect((await client.http.post('/who', { headers: bad })).status).toBe(401)
  expect(ran()).toBe(0)
  for (const [time, expected] of [
    [START, 200],
    [START + HOUR - 1, 200],
    [START + HOUR, 401],
    [START + 24 * HOUR, 401],
    [START, 200],
  ] as const) {
    clock.time = time
    expect(await status([key]), `${time - START}`).toBe(expected)
  }
  await client[Symbol.asyncDispose]()
})
