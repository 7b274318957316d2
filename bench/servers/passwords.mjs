// An app with logins, or a bare route that compares a password, beside a route that only answers. Its parent asks for a
// bare loop.
import { mkdtempSync, rmSync } from 'node:fs'
import { stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verify } from '@node-rs/argon2'
import {
  HashingBusy,
  HashingQueue,
  mostAtOnce,
} from '../../packages/trefoil/build/identity/password/hashing-queue.js'
import { PasswordHasher } from '../../packages/trefoil/build/identity/password/password-hasher.js'
import { accounts } from '../../packages/trefoil/dist/accounts.js'
import { database } from '../../packages/trefoil/dist/database.js'
import { createApp, HttpError } from '../../packages/trefoil/dist/index.js'
import { serve } from '../../packages/trefoil/dist/node.js'

const PASSWORD = 'vielle-quartz-bramble-57'
const ACCOUNTS = 32
const hasher = new PasswordHasher({
  memory: 19_456,
  passes: 2,
  pepper: null,
  queue: new HashingQueue(),
})
const stored = await hasher.hash(PASSWORD)
for (let index = 0; index < 5; index++) await hasher.verify(PASSWORD, stored)

const reads = (app) =>
  app.get('/orders/{order_id}', { name: 'get_order', public: true }, () => ({ id: '1', total: 42 }))
const { app, logins, running } =
  process.env.VARIANT === 'login' ? await withAccounts() : bareRoute()
const server = running ?? (await serve(app, { port: 0 }))

/** A route that compares, and does nothing else. */
function bareRoute() {
  const app = createApp({ name: 'passwords' })
  reads(app)
  app.post('/login', { name: 'login', public: true }, async (_, call) => {
    try {
      const { isRight } = await hasher.verify(PASSWORD, stored, call.signal)
      if (isRight) return {}
    } catch (error) {
      throw error instanceof HashingBusy ? new HttpError(503, 'Busy') : error
    }
    throw new HttpError(400, 'LOGIN_BAD_CREDENTIALS')
  })
  return { app, logins: [{ path: '/login', body: '{}' }] }
}

/** Accounts in a file of SQLite, each with the login of its own. */
async function withAccounts() {
  const folder = mkdtempSync(join(tmpdir(), 'bench-'))
  process.once('SIGTERM', () => {
    rmSync(folder, { recursive: true, force: true })
    process.exit()
  })
  const data = database({ url: join(folder, 'app.db'), migrate: 'start' })
  const links = []
  const people = accounts({
    data,
    keys: 'keys of a bench, and nobody else has them',
    appUrl: 'https://shop.example',
    mailer: { send: ({ text }) => void links.push(/token=([\w.~-]+)/.exec(text)?.[1]) },
    passwordPolicy: { breachCheck: false },
    rates: { mail: false, confirm: false },
  })
  const app = createApp({
    name: 'passwords',
    env: {},
    auth: [{ authenticate: people.sessionAuth, surfaces: ['api'] }],
    parts: [data, people],
  })
  reads(app)
  const setUp = await serve(app, { port: 0 })
  const post = async (path, body) => {
    const { ok, status } = await fetch(`http://127.0.0.1:${setUp.port}/auth${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    if (!ok) throw new Error(`${path} answers ${status}`)
  }
  const emails = Array.from({ length: ACCOUNTS }, (_, index) => `person${index}@example.com`)
  for (const email of emails) await post('/register', { email, password: PASSWORD })
  while (links.length < ACCOUNTS) await new Promise((resolve) => setTimeout(resolve, 100))
  for (const token of links) await post('/verify-email', { token })
  const logins = emails.map((email) => ({
    path: '/auth/login',
    body: JSON.stringify({ email, password: PASSWORD }),
  }))
  return { app, logins, running: setUp }
}

process.on('message', async (message) => {
  if (message.ask === 'stat') {
    const begin = performance.now()
    await stat('/')
    process.send?.({ stat: performance.now() - begin })
  } else if (message.ask === 'rss') process.send?.({ rss: process.memoryUsage.rss() })
  else if (message.ask === 'bare') process.send?.({ bare: await bare(message.ms) })
})
process.send?.({ port: server.port, logins })

/** Hashes a second, with as many in flight as logins have. */
async function bare(ms) {
  let done = 0
  const end = performance.now() + ms
  const begin = performance.now()
  await Promise.all(
    Array.from({ length: mostAtOnce() }, async () => {
      while (performance.now() < end) {
        await verify(stored, `${PASSWORD}!`)
        done++
      }
    }),
  )
  return (done * 1000) / (performance.now() - begin)
}
