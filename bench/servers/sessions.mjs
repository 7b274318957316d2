// One server of a session check and its data, in a process of its own; VARIANT says whose. Each keeps its sessions in a
// file of SQLite and answers with who is signed in. Its parent is sent { port, requests }, or refresh tokens.
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const COUNT = Number(process.env.SESSIONS ?? 200)
const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-sessions-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('disconnect', () => process.exit(0))
const file = join(folder, 'app.db')

/** @type {Record<string, () => Promise<{ port: number, path: string, headers?: object[], tokens?: string[], body?: object }>>} */
const variants = {
  trefoil,
  bare: () => bare(0),
  'bare-cached': () => bare(1000),
  'better-auth': () => betterAuth(false),
  'better-auth-cached': () => betterAuth(true),
  'trefoil-refresh': trefoil,
  'oidc-refresh': oidc,
}
process.send?.(await variants[process.env.VARIANT ?? '']?.())

async function trefoil() {
  const { accounts } = await import('../../packages/trefoil/dist/accounts.js')
  const { database } = await import('../../packages/trefoil/dist/database.js')
  const { createApp } = await import('../../packages/trefoil/dist/index.js')
  const { serve } = await import('../../packages/trefoil/dist/node.js')
  const data = database({ url: file, migrate: 'start' })
  const people = accounts({
    data,
    keys: randomBytes(32).toString('base64'),
    mailer: { send() {} },
    appUrl: 'http://localhost',
    anonymous: true,
    rates: { anonymous: false },
  })
  const app = createApp({
    name: 'bench',
    env: {},
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
    parts: [data, people],
  })
  app.get('/session', (_, { auth }) => ({
    subject: auth.subject,
    roles: [...auth.roles],
    session: auth.session.id,
  }))
  const server = await serve(app, { port: 0, signals: false })
  const pairs = []
  for (let index = 0; index < COUNT; index++) {
    const answer = await app.fetch(
      new Request('http://localhost/auth/anonymous', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{}',
      }),
    )
    if (answer.status !== 200) throw new Error(`sign-in: ${answer.status} ${await answer.text()}`)
    pairs.push(await answer.json())
  }
  return {
    port: server.port,
    path: process.env.VARIANT === 'trefoil' ? '/session' : '/auth/refresh',
    headers: pairs.map(({ access_token }) => ({ authorization: `Bearer ${access_token}` })),
    tokens: pairs.map(({ refresh_token }) => refresh_token),
    body: {},
  }
}

/** The same by hand: a digest, one join, what expires and what was disabled. @param {number} lifetime of verdicts */
async function bare(lifetime) {
  const db = new DatabaseSync(file)
  db.exec(`pragma journal_mode = wal; pragma synchronous = normal;
    create table accounts (id text primary key, roles text not null, epoch integer not null, disabled_at integer) strict;
    create table sessions (digest text primary key, id text not null, account text not null, epoch integer not null,
      ends_at integer not null) strict`)
  const headers = []
  for (let index = 0; index < COUNT; index++) {
    const [id, token] = [randomUUID(), randomBytes(32).toString('base64url')]
    db.prepare('insert into accounts values (?, ?, 1, null)').run(id, '[]')
    db.prepare('insert into sessions values (?, ?, ?, 1, ?)').run(
      createHash('sha256').update(token).digest('base64url'),
      randomUUID(),
      id,
      Date.now() + 900_000,
    )
    headers.push({ authorization: `Bearer ${token}` })
  }
  const find =
    db.prepare(`select s.id as session, a.id as subject, a.roles, s.ends_at from sessions s
    join accounts a on a.id = s.account and a.epoch = s.epoch and a.disabled_at is null where s.digest = ?`)
  const verdicts = new Map()
  const check = (token) => {
    const digest = createHash('sha256').update(token).digest('base64url')
    const kept = verdicts.get(digest)
    const now = Date.now()
    if (kept !== undefined && kept.old > now) return kept.row
    const row = find.get(digest)
    if (row === undefined || row.ends_at <= now) return null
    if (lifetime > 0) verdicts.set(digest, { row, old: now + lifetime })
    return row
  }
  const server = createServer((request, response) => {
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1]
    const row = token === undefined ? null : check(token)
    if (row === null) return response.writeHead(401).end()
    const { subject, roles, session } = row
    const text = JSON.stringify({ subject, roles: JSON.parse(roles), session })
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(text),
    })
    response.end(text)
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, path: '/session', headers }
}

/** @param {boolean} isCached in a signed cookie, as it offers it */
async function betterAuth(isCached) {
  const { betterAuth: make } = await import('better-auth')
  const { getMigrations } = await import('better-auth/db/migration')
  const { toNodeHandler } = await import('better-auth/node')
  const options = {
    database: new DatabaseSync(file),
    secret: randomBytes(32).toString('base64'),
    baseURL: 'http://localhost',
    trustedOrigins: ['http://localhost'],
    rateLimit: { enabled: false },
    logger: { disabled: true },
    telemetry: { enabled: false },
    // No hash is part of this: the check of a session has none.
    emailAndPassword: {
      enabled: true,
      password: { hash: async (text) => text, verify: async () => true },
    },
    session: { cookieCache: { enabled: isCached, maxAge: 300 } },
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const auth = make(options)
  const headers = []
  for (let index = 0; index < COUNT; index++) {
    const answer = await auth.handler(
      new Request('http://localhost/api/auth/sign-up/email', {
        method: 'POST',
        headers: { 'content-type': 'application/json', origin: 'http://localhost' },
        body: JSON.stringify({
          name: 'x',
          email: `user${index}@example.com`,
          password: 'vielle-quartz-57',
        }),
      }),
    )
    if (answer.status !== 200) throw new Error(`sign-up: ${answer.status} ${await answer.text()}`)
    const cookie = answer.headers.getSetCookie().map((line) => line.split(';')[0])
    headers.push({ cookie: cookie.join('; ') })
  }
  const server = createServer(toNodeHandler(auth))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { port: server.address().port, path: '/api/auth/get-session', headers }
}

/** Refresh tokens of oidc-provider in the same kind of file, each used once; written so that a loss of power loses none, as ours. */
async function oidc() {
  const { Provider } = await import('oidc-provider')
  const db = new DatabaseSync(file)
  db.exec(`pragma journal_mode = wal; pragma synchronous = full;
    create table kept (key text primary key, payload text not null, grant_id text, consumed integer) strict;
    create index kept_grant on kept (grant_id)`)
  const put = db.prepare(
    'insert into kept values (?, ?, ?, null) on conflict (key) do update set payload = excluded.payload',
  )
  const get = db.prepare('select payload, consumed from kept where key = ?')
  const use = db.prepare('update kept set consumed = ? where key = ? and consumed is null')
  const drop = db.prepare('delete from kept where key = ?')
  const dropGrant = db.prepare('delete from kept where grant_id = ?')
  class Adapter {
    constructor(name) {
      this.name = name
    }
    async upsert(id, payload) {
      put.run(`${this.name}:${id}`, JSON.stringify(payload), payload.grantId ?? null)
    }
    async find(id) {
      const row = get.get(`${this.name}:${id}`)
      if (row === undefined) return undefined
      const payload = JSON.parse(row.payload)
      return row.consumed === null ? payload : { ...payload, consumed: row.consumed }
    }
    async findByUid() {}
    async findByUserCode() {}
    async consume(id) {
      if (use.run(Math.floor(Date.now() / 1000), `${this.name}:${id}`).changes === 0) {
        throw new Error('used')
      }
    }
    async destroy(id) {
      drop.run(`${this.name}:${id}`)
    }
    async revokeByGrantId(id) {
      dropGrant.run(id)
    }
  }
  const provider = new Provider('http://127.0.0.1', {
    adapter: Adapter,
    clients: [
      {
        client_id: 'bench',
        token_endpoint_auth_method: 'none',
        grant_types: ['authorization_code', 'refresh_token'],
        response_types: ['code'],
        redirect_uris: ['http://127.0.0.1/cb'],
      },
    ],
    findAccount: (_, id) => ({ accountId: id, claims: async () => ({ sub: id }) }),
    rotateRefreshToken: true,
    features: { devInteractions: { enabled: false } },
    scopes: ['offline_access'],
  })
  const client = await provider.Client.find('bench')
  const tokens = []
  for (let index = 0; index < COUNT; index++) {
    const grant = new provider.Grant({ accountId: `user${index}`, clientId: 'bench' })
    grant.addOIDCScope('offline_access')
    const grantId = await grant.save()
    const token = new provider.RefreshToken({
      client,
      accountId: `user${index}`,
      grantId,
      gty: 'authorization_code',
      scope: 'offline_access',
    })
    tokens.push(await token.save())
  }
  const server = createServer(provider.callback())
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const body = { client_id: 'bench', grant_type: 'refresh_token' }
  return { port: server.address().port, path: '/token', tokens, body }
}
