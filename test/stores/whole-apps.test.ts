import { createHash, generateKeyPairSync, sign } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createApp, type RateStore } from 'trefoil'
import { type ApiKeyStore, type Authenticator, apiKeyAuth, jwtAuth } from 'trefoil/auth'
import { type Database, database } from 'trefoil/database'
import { type SpentTokens, sqlApiKeys, sqlRates, sqlSpentTokens } from 'trefoil/stores'
import { testClient } from 'trefoil/testing'
import { expect, onTestFinished, test } from 'vitest'

const SECRET = 'f3a1c09e5d7b42868e0d1c4b7a9f6532'
const PEPPER = 'kJ8!f0aQz3LmX7vB1nC5rT9wY2eU6iO4'
const silent = { debug() {}, info() {}, warn() {}, error() {} }

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-whole-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

const opened = (folder: string) =>
  database<never>({ url: join(folder, 'app.db'), migrate: 'start' })

/** An app as a process of several would make it. @returns statuses of its answers */
async function started(
  authenticate: Authenticator,
  data: Database<never> | null,
  limits: { rateStore?: RateStore; rateFailure?: 'open' | 'closed' } = {},
) {
  const app = createApp({
    name: 'shop',
    env: {},
    log: { logger: silent },
    parts: data === null ? [] : [data],
    auth: [{ authenticate, surfaces: ['api'] }],
    publicSurfaces: ['mcp', 'cli'],
    limits: limits.rateStore === undefined ? {} : { rate: '3/h', ...limits },
  })
  app.get('/who', {}, (_, call) => call.auth.subject)
  const client = testClient(app)
  onTestFinished(async () => client[Symbol.asyncDispose]())
  return async (headers: Record<string, string>) => {
    const answer = await client.http.get('/who', { headers })
    return [answer.status, answer.text] as const
  }
}

test('API-KEY: keys in SQL are made in one process and hold, change and end in another', async () => {
  const folder = newFolder()
  const apps = []
  for (let process = 0; process < 2; process++) {
    const data = opened(folder)
    const keys = apiKeyAuth({ store: sqlApiKeys(data), pepper: PEPPER })
    apps.push({ keys, ask: await started(keys, data) })
  }
  const [one, two] = apps as [(typeof apps)[0], (typeof apps)[0]]
  await one.ask({})
  await two.ask({})
  const { key, record } = await one.keys.createKey({ owner: 'ann', name: 'export', scopes: [] })
  const first = { 'x-api-key': key.reveal() }
  expect(await one.ask(first)).toEqual([200, record.clientId])
  expect(await two.ask(first)).toEqual([200, record.clientId])
  expect((await two.ask({ 'x-api-key': `${key.reveal().slice(0, -1)}!` }))[0]).toBe(401)
  const next = await two.keys.rotateKey(record.id, { overlap: '24h' })
  const second = { 'x-api-key': String(next?.key.reveal()) }
  for (const { ask } of apps) {
    expect((await ask(first))[0]).toBe(200)
    expect((await ask(second))[0]).toBe(200)
  }
  await one.keys.revokeKey(record.id)
  expect((await one.ask(first))[0]).toBe(401)
  // Others remember it for a second at most.
  await expect.poll(async () => (await two.ask(first))[0], { timeout: 3000 }).toBe(401)
  for (const { ask } of apps) expect((await ask(second))[0]).toBe(401)
  for (const file of ['app.db', 'state.db', 'state.db-wal']) {
    const bytes = readFileSync(join(folder, file))
    for (const secret of [first, second]) {
      // Its id stands in a key, and in the table; what opens does not.
      expect(bytes.includes(secret['x-api-key'].slice(-24))).toBe(false)
    }
  }
})

const broken: ApiKeyStore['find'] = () => Promise.reject(new Error('The database is gone'))

test('a store of keys that is dead lets nobody in, and is no refusal', async () => {
  const data = database<never>(':memory:')
  const store = { ...sqlApiKeys(data), find: broken }
  const keys = apiKeyAuth({ store, pepper: PEPPER })
  const { key } = await (async () => {
    const ask = await started(keys, data)
    await ask({})
    return keys
      .createKey({ owner: 'ann', name: 'export', scopes: [] })
      .then((made) => ({ ...made, ask }))
  })()
  const ask = await started(keys, null)
  expect((await ask({ 'x-api-key': key.reveal() }))[0]).toBe(503)
})

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const { crv, kty, x } = publicKey.export({ format: 'jwk' })
const hash = (text: string) => createHash('sha256').update(text).digest('base64url')
const jkt = hash(JSON.stringify({ crv, kty, x }))

function proof(token: string, jti: string): string {
  const parts = [
    { typ: 'dpop+jwt', alg: 'EdDSA', jwk: { crv, kty, x } },
    {
      jti,
      htm: 'GET',
      htu: 'http://testserver/who',
      iat: Math.floor(Date.now() / 1000),
      ath: hash(token),
    },
  ]
  const start = parts
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${start}.${sign(null, Buffer.from(start), privateKey).toString('base64url')}`
}

async function withProofs(spent: SpentTokens, data: Database<never> | null) {
  const jwt = jwtAuth({ keys: SECRET, dpop: { required: true, spent } })
  const ask = await started(jwt, data)
  const token = await jwt.createToken({ sub: 'ann', cnf: { jkt } })
  return async (dpop: (token: string) => string) =>
    (await ask({ authorization: `DPoP ${token}`, dpop: dpop(token) }))[0]
}

test.each(['state', 'app'] as const)(
  'DEL-5: a DPoP proof that one process has seen is refused by the other (%s)',
  async (where) => {
    const folder = newFolder()
    const asks = []
    for (let process = 0; process < 2; process++) {
      const data = opened(folder)
      asks.push(await withProofs(sqlSpentTokens(data, { where }), data))
    }
    const [one, two] = asks as [(typeof asks)[0], (typeof asks)[0]]
    let used = ''
    const fresh = (jti: string) => (token: string) => {
      used = proof(token, jti)
      return used
    }
    expect(await one(fresh('a'))).toBe(200)
    expect(await two(() => used)).toBe(401)
    expect(await one(() => used)).toBe(401)
    expect(await two(fresh('b'))).toBe(200)
    const raced = (token: string) => proof(token, 'c')
    const statuses = await Promise.all(
      Array.from({ length: 20 }, (_, at) => (asks[at % 2] ?? one)(raced)),
    )
    expect(statuses.filter((status) => status === 200)).toHaveLength(1)
    expect(statuses.filter((status) => status === 401)).toHaveLength(19)
  },
)

test('DEL-5: while the store of proofs fails nobody gets in, and nobody is told the proof is wrong', async () => {
  const dead = { spend: () => Promise.reject(new Error('Redis has not answered')) }
  const ask = await withProofs(dead, null)
  expect(await ask((token) => proof(token, 'd'))).toBe(503)
  const odd = await withProofs({ spend: () => 'maybe' as never }, null)
  expect(await odd((token) => proof(token, 'e'))).not.toBe(200)
})

test.each([
  ['closed', 503],
  ['open', 200],
] as const)(
  'rateFailure %s: a table that is gone is answered %i, and a count that is used up 429 before it',
  async (rateFailure, status) => {
    const data = database<never>(':memory:')
    const keys = apiKeyAuth({ keys: { 'sk-abc123': 'ann' } })
    const ask = await started(keys, data, { rateStore: sqlRates(data), rateFailure })
    const headers = { 'x-api-key': 'sk-abc123' }
    const statuses = []
    for (let call = 0; call < 4; call++) statuses.push((await ask(headers))[0])
    expect(statuses).toEqual([200, 200, 200, 429])
    await data.state.run('drop table trefoil_rates')
    // Known for five seconds: no statement, and no answer of a table that is gone.
    expect((await ask(headers))[0]).toBe(429)
    const gone = database<never>(':memory:')
    const other = await started(keys, gone, { rateStore: sqlRates(gone), rateFailure })
    await other({})
    await gone.state.run('drop table trefoil_rates')
    expect((await other(headers))[0]).toBe(status)
  },
)
