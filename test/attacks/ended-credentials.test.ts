// Who attacks: whoever holds a key or a token that is revoked or over, and opened a stream with it before. What
// they would win: all that the stream says from then on.
import { createServer } from 'node:http'
import { afterAll, expect, onTestFinished, test } from 'vitest'
import {
  apiKeyAuth,
  firstOf,
  introspectionAuth,
  jwtAuth,
  memoryApiKeys,
} from '../../packages/trefoil/src/auth.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import './eventually.ts'

const SECRET = 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c'
const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** What the provider says of any token. */
let isActive = true
let exp = 0
const provider = createServer((_request, response) => {
  response.setHeader('content-type', 'application/json')
  response.end(
    JSON.stringify(isActive ? { active: true, sub: 'ada', aud: 'shop', exp } : { active: false }),
  )
})
await new Promise<void>((resolve) => provider.listen(0, '127.0.0.1', resolve))
afterAll(() => provider.close())
const { port } = provider.address() as { port: number }

async function open(authenticate: object, headers: Record<string, string>) {
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: quiet as never },
    auth: [{ authenticate: authenticate as never, surfaces: ['api', 'mcp', 'cli'] }],
  })
  let hasHeard = false
  app.get('/ticks', async function* (_args: unknown, call: { signal: AbortSignal }) {
    call.signal.addEventListener('abort', () => {
      hasHeard = true
    })
    for (;;) {
      yield 'tick '
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  } as never)
  await app.startup()
  onTestFinished(() => app.shutdown())
  const response = await app.fetch(new Request('http://localhost/ticks', { headers }))
  expect(response.status).toBe(200)
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>
  await reader.read()
  const over = (async () => {
    try {
      for (;;) if ((await reader.read()).done) return { at: Date.now(), whole: true }
    } catch {
      return { at: Date.now(), whole: false }
    }
  })()
  return {
    /** Within a second of then, and told as no whole answer. */
    async isOver(since: number) {
      const { at, whole } = await over
      expect(at - since).toBeLessThanOrEqual(1000)
      expect(whole).toBe(false)
      expect(hasHeard).toBe(true)
    },
    async goesOn(ms: number) {
      const first = await Promise.race([
        over,
        new Promise((resolve) => setTimeout(resolve, ms, 'open')),
      ])
      expect(first).toBe('open')
    },
  }
}

test('SES-8, KEY-5: a key that another process revokes takes its streams with it', async () => {
  const store = memoryApiKeys()
  const [here, elsewhere] = [0, 1].map(() => apiKeyAuth({ store, pepper: SECRET }))
  const { key, record } = await (elsewhere as NonNullable<typeof elsewhere>).createKey({
    name: 'import',
    owner: 'ada',
    clientId: 'importer',
  })
  const stream = await open(here as object, { 'x-api-key': key.reveal() })
  await stream.goesOn(1000)
  await elsewhere?.revokeKey(record.id)
  await stream.isOver(Date.now())
})

test('SES-8: a token that expires takes its streams with it, alone and in firstOf()', async () => {
  const auth = jwtAuth({ keys: SECRET })
  const both = firstOf(apiKeyAuth({ keys: { [SECRET]: 'importer' } }), jwtAuth({ keys: SECRET }))
  const token = await auth.createToken({ sub: 'ada' }, { expiresIn: '3s' })
  const over = Math.floor(Date.now() / 1000) * 1000 + 3000
  const headers = { authorization: `Bearer ${token}` }
  const streams = [await open(auth, headers), await open(both, headers)]
  for (const stream of streams) await stream.goesOn(200)
  for (const stream of streams) await stream.isOver(over)
})

test('SES-8: so does one that is revoked, and one of which the provider says so', async () => {
  let isRevoked = false
  exp = Math.floor(Date.now() / 1000) + 60
  const auth = jwtAuth({ keys: SECRET, isRevoked: () => isRevoked })
  const asked = introspectionAuth({
    ...{
      url: `http://127.0.0.1:${port}/`,
      clientId: 'shop',
      clientSecret: SECRET,
      audience: 'shop',
    },
    maxAge: '100ms',
  })
  const token = await auth.createToken({ sub: 'ada' })
  const streams = [
    await open(auth, { authorization: `Bearer ${token}` }),
    await open(firstOf(jwtAuth({ keys: SECRET, isRevoked: () => isRevoked }), asked), {
      authorization: 'Bearer opaque',
    }),
    await open(firstOf(asked, jwtAuth({ keys: SECRET })), { authorization: 'Bearer opaque' }),
  ]
  for (const stream of streams) await stream.goesOn(500)
  isRevoked = true
  isActive = false
  const since = Date.now()
  for (const stream of streams) await stream.isOver(since)
})
