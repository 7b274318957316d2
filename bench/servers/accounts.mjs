// Logins and registrations of one server, in a process of its own; VARIANT says whose. Both keep accounts in a file of
// SQLite and hash with argon2id of the same figures. Its parent is sent { port, login, register }: paths and bodies.
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { hash, verify } from '@node-rs/argon2'

const PASSWORD = 'vielle-quartz-bramble-57'
const FIGURES = { memoryCost: 19_456, timeCost: 2, parallelism: 1 }
const ACCOUNTS = 16
const folder = mkdtempSync(join(tmpdir(), 'trefoil-bench-accounts-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
process.once('disconnect', () => process.exit(0))
const file = join(folder, 'app.db')
const emails = Array.from({ length: ACCOUNTS }, (_, index) => `person${index}@example.com`)

process.send?.(await (process.env.VARIANT === 'trefoil' ? trefoil() : betterAuth()))

async function trefoil() {
  const { accounts } = await import('../../packages/trefoil/dist/accounts.js')
  const { database } = await import('../../packages/trefoil/dist/database.js')
  const { createApp } = await import('../../packages/trefoil/dist/index.js')
  const { serve } = await import('../../packages/trefoil/dist/node.js')
  const data = database({ url: file, migrate: 'start' })
  const links = []
  const people = accounts({
    data,
    keys: randomBytes(32).toString('base64'),
    appUrl: 'http://localhost',
    mailer: { send: ({ text }) => void links.push(/token=([\w.~-]+)/.exec(text)?.[1]) },
    passwordPolicy: { breachCheck: false },
    rates: { mail: false, confirm: false },
  })
  const app = createApp({
    name: 'bench',
    env: {},
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
    parts: [data, people],
  })
  const { port } = await serve(app, { port: 0, signals: false })
  for (const email of emails) await post(port, '/auth/register', { email, password: PASSWORD })
  while (links.length < ACCOUNTS) await new Promise((resolve) => setTimeout(resolve, 50))
  for (const token of links) await post(port, '/auth/verify-email', { token })
  const bodies = emails.map((email) => ({ email, password: PASSWORD }))
  return {
    port,
    login: { path: '/auth/login', bodies },
    register: { path: '/auth/register', body: { password: PASSWORD } },
  }
}

async function betterAuth() {
  const { betterAuth: make } = await import('better-auth')
  const { getMigrations } = await import('better-auth/db/migration')
  const { toNodeHandler } = await import('better-auth/node')
  const options = {
    database: new DatabaseSync(file),
    secret: randomBytes(32).toString('base64'),
    baseURL: 'http://localhost',
    trustedOrigins: ['http://127.0.0.1:*'],
    rateLimit: { enabled: false },
    logger: { disabled: true },
    telemetry: { enabled: false },
    emailAndPassword: {
      enabled: true,
      password: {
        hash: (text) => hash(text, FIGURES),
        verify: ({ hash: stored, password }) => verify(stored, password),
      },
    },
  }
  const { runMigrations } = await getMigrations(options)
  await runMigrations()
  const server = createServer(toNodeHandler(make(options)))
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address()
  const person = (email) => ({ email, password: PASSWORD, name: 'Ada' })
  for (const email of emails) await post(port, '/api/auth/sign-up/email', person(email))
  const bodies = emails.map((email) => ({ email, password: PASSWORD }))
  return {
    port,
    login: { path: '/api/auth/sign-in/email', bodies },
    register: { path: '/api/auth/sign-up/email', body: { password: PASSWORD, name: 'Ada' } },
  }
}

async function post(port, path, body) {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: `http://127.0.0.1:${port}` },
    body: JSON.stringify(body),
  })
  if (!answer.ok) throw new Error(`${path} answers ${answer.status} ${await answer.text()}`)
}
