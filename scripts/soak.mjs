// `npm run soak`: the store, served by two workers on one database, while one process after the other is killed with
// `kill -9` and callers create, change and delete orders. At the end whatever was answered has to be there, each with its
// entry in the audit log, and the log has to be sound. Linux, because who the workers are is read from /proc.
//
//   npm run soak -- --seconds 600 --seed 7        SQLite in a folder of its own
//   TREFOIL_DATABASE_URL=postgres://… npm run soak   an empty database that may be filled
import { execFile, spawn } from 'node:child_process'
import { createHmac, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs, promisify } from 'node:util'

const ROOT = join(import.meta.dirname, '..')
const PROGRAM = join(ROOT, 'packages/trefoil/bin/trefoil.js')
const LANES = 6
const SECRET = 'the secret of a store that only a soak uses'

const { values } = parseArgs({
  options: { seconds: { type: 'string', default: '600' }, seed: { type: 'string' } },
})
const seconds = Number(values.seconds)
const seed = values.seed === undefined ? randomBytes(4).readUInt32LE() : Number(values.seed)
if (!(seconds > 0) || !Number.isSafeInteger(seed)) {
  throw new Error('--seconds must be more than 0, and --seed a whole number')
}
console.log(`soak: ${seconds} s, --seed ${seed}`)

/** Numbers from 0 to 1 that a seed repeats. What a machine does meanwhile is not repeated. */
function numbers(from) {
  let state = from >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

process.setMaxListeners(1000)
const folder = mkdtempSync(join(tmpdir(), 'trefoil-soak-'))
const env = {
  PATH: [dirname(process.execPath), process.env.PATH].join(':'),
  HOME: folder,
  STORE_SECRET: SECRET,
  STORE_AUDIT_KEY: 'the audit key of a store that only a soak uses',
  STORE_API_KEY: 'the-api-key-of-a-store-that-only-a-soak-uses',
  TREFOIL_DATABASE_URL: process.env.TREFOIL_DATABASE_URL || join(folder, 'app.db'),
  TREFOIL_EDGE_HOSTS: '127.0.0.1',
  // Production wants a mail server and pages; nobody registers here, so nothing is sent.
  TREFOIL_AUTH_APP_URL: 'https://store.example',
  TREFOIL_AUTH_SMTP_HOST: 'mail.example',
  TREFOIL_AUTH_SMTP_FROM: 'store@store.example',
  TREFOIL_LOG_LEVEL: 'info',
  TREFOIL_APP: join(ROOT, 'examples/store/src/app.ts#app'),
}

/** `trefoil …` on the store, to its end. */
async function trefoil(...args) {
  const options = { cwd: ROOT, env, maxBuffer: 2 ** 30 }
  return promisify(execFile)(process.execPath, [PROGRAM, ...args], options).catch((error) => {
    if (typeof error.code !== 'number') throw error
    return { code: error.code, stdout: error.stdout, stderr: error.stderr }
  })
}

/** The store by two workers, and what it has said. */
class Store {
  url = null
  said = ''
  /** Workers that have come after the first ones. */
  renewed = 0
  #child

  async start() {
    const words = ['run', '--workers=2', '--port=0', '--json']
    this.#child = spawn(process.execPath, [PROGRAM, ...words], {
      cwd: ROOT,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#child.stderr.on('data', (chunk) => {
      this.renewed += `${chunk}`.split('"A worker listens"').length - 1
      this.said = (this.said + chunk).slice(-100_000)
    })
    const child = this.#child
    process.once('exit', () => child.kill('SIGKILL'))
    let out = ''
    this.#child.stdout.on('data', (chunk) => {
      out += chunk
    })
    while (!out.includes('\n')) {
      if (this.#child.exitCode !== null)
        throw new Error(`the store did not start: ${out}${this.said}`)
      await sleep(20)
    }
    this.url = JSON.parse(out).url
    if (this.url === undefined) throw new Error(`the store did not start: ${out}`)
  }

  get workers() {
    const { pid } = this.#child
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim()
    return text === '' ? [] : text.split(' ').map(Number)
  }

  kill(signal) {
    this.#child.kill(signal)
  }

  async end(signal) {
    if (this.#child.exitCode !== null) return this.#child.exitCode
    const ended = once(this.#child, 'exit')
    this.url = null
    this.#child.kill(signal)
    const [code] = await ended
    return code
  }
}

/** Token of somebody who may do everything with orders (HS256). */
function tokenOf(subject) {
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = {
    sub: subject,
    iss: 'trefoil-store',
    aud: 'trefoil-store',
    exp: Math.floor(Date.now() / 1000) + 43_200,
    scope: 'orders:read orders:write',
    roles: ['admin'],
  }
  const text = `${part({ alg: 'HS256', typ: 'JWT' })}.${part(claims)}`
  return `${text}.${createHmac('sha256', SECRET).update(text).digest('base64url')}`
}

/** @returns `null` for a call that nobody answered */
function call(url, lane, token, method, path, body) {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' }
    // Addresses of their own, because the store has a rate for each.
    const localAddress = `127.0.0.${lane + 2}`
    const options = { method, headers, agent: false, localAddress, timeout: 30_000 }
    const sent = request(`${url}${path}`, options, (response) => {
      let text = ''
      response.on('data', (chunk) => {
        text += chunk
      })
      response.on('error', () => resolve(null))
      response.on('end', () => {
        if (!response.complete) return resolve(null)
        const document = text === '' ? null : JSON.parse(text)
        resolve({
          status: response.statusCode,
          body: document,
          id: response.headers['x-request-id'],
        })
      })
    })
    sent.on('timeout', () => sent.destroy(new Error('nobody answered within 30 s')))
    sent.on('error', (error) => {
      reasons[error.code] = (reasons[error.code] ?? 0) + 1
      if (error.message.startsWith('nobody')) faults.push(`${method} ${path}: ${error.message}`)
      resolve(null)
    })
    sent.end(body === undefined ? undefined : JSON.stringify(body))
  })
}

const faults = []
/** Why calls were not answered. */
const reasons = {}
/** What must be there: by the note of an order, the states that it may have. */
const orders = new Map()
/** Ids of answered calls that change something. */
const answered = []
const counts = { calls: 0, unanswered: 0, busy: 0, killed: 0, killedAll: 0, renewed: 0 }
let isOver = false

/** One caller, who owns the orders that it makes. */
async function lane(store, number) {
  const random = numbers(seed + 1000 + number)
  const token = tokenOf(`soak_${number}`)
  const own = []
  for (let made = 0; !isOver; ) {
    // The rate of one caller, and each worker counts for itself.
    await sleep(40 + random() * 60)
    if (store.url === null) continue
    const chance = random()
    const change = async (method, path, body) => {
      counts.calls += 1
      const answer = await call(store.url, number, token, method, path, body)
      if (answer === null) {
        counts.unanswered += 1
        await sleep(200)
      } else if (answer.status === 503) counts.busy += 1
      else if (answer.status >= 400) faults.push(`${method} ${path}: ${JSON.stringify(answer)}`)
      else answered.push(answer.id)
      return answer
    }
    if (chance < 0.5 || own.length === 0) {
      const note = `soak-${number}-${made++}`
      const order = { customer_id: 'cust_001', sku: 'sku-tea', quantity: 1, note }
      const answer = await change('POST', '/orders', order)
      // Refused as busy, nothing was done; not answered, it may be there or not.
      const states =
        answer === null ? ['pending', null] : answer.status === 503 ? [null] : ['pending']
      orders.set(note, new Set(states))
      if (answer?.status === 201) own.push({ note, id: answer.body.id })
    } else {
      const at = Math.floor(random() * own.length)
      const { note, id } = own[at]
      const isDeleted = chance > 0.85
      const state = isDeleted ? null : ['paid', 'shipped', 'cancelled'][Math.floor(random() * 3)]
      const answer = isDeleted
        ? await change('DELETE', `/orders/${id}`)
        : await change('PATCH', `/orders/${id}/status`, { status: state })
      if (answer === null) orders.get(note).add(state)
      else if (answer.status < 300) orders.set(note, new Set([state]))
      // Nobody knows any more what it is: it is left alone.
      if (answer === null || isDeleted) own.splice(at, 1)
    }
  }
}

/** Waits until so many workers have come: a store that is always away proves nothing. */
async function renewed(store, count) {
  while (store.renewed < count && !isOver) await sleep(50)
}

/** Kills, as it comes. */
async function killer(store) {
  const random = numbers(seed)
  while (!isOver) {
    await sleep(1000 + random() * 3000)
    if (isOver) return
    const before = store.renewed
    const chance = random()
    if (chance < 0.75) {
      const { workers } = store
      const pid = workers[Math.floor(random() * workers.length)]
      try {
        if (pid !== undefined) process.kill(pid, 'SIGKILL')
        counts.killed += 1
      } catch {
        // It has ended by itself.
      }
      await renewed(store, before + 1)
    } else if (chance < 0.9) {
      store.kill('SIGHUP')
      counts.renewed += 1
      await renewed(store, before + 2)
    } else {
      await store.end('SIGKILL')
      counts.killedAll += 1
      await store.start()
    }
  }
}

/** How often each call is in the log, and each order was made, by it. */
function countsOf(entries) {
  const created = new Map()
  const entryOf = new Map()
  for (const { event } of entries) {
    if (event.type !== 'call') continue
    entryOf.set(event.request, (entryOf.get(event.request) ?? 0) + 1)
    const note = event.arguments?.note
    if (event.action === 'create_order' && event.outcome === 'ok' && note) {
      created.set(note, (created.get(note) ?? 0) + 1)
    }
  }
  return { created, entryOf }
}

async function check() {
  const verified = await trefoil('audit', 'verify', '--json')
  if (verified.code !== undefined)
    faults.push(`the log is not sound: ${verified.stdout}${verified.stderr}`)
  const { stdout } = await trefoil('audit', 'export')
  const entries = stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
  const { created, entryOf } = countsOf(entries)
  for (const id of answered) {
    const count = entryOf.get(id) ?? 0
    if (count !== 1) faults.push(`the answered call ${id} has ${count} entries`)
  }
  const { storeDatabase } = await import('../examples/store/src/database.ts')
  const { createApp } = await import('trefoil')
  const data = storeDatabase({ url: env.TREFOIL_DATABASE_URL, migrate: 'command' })
  const app = createApp({ name: 'soak', parts: [data] })
  await app.startup({ announce: false })
  const rows = await data.queries().selectFrom('orders').selectAll().execute()
  await app.shutdown()
  const kept = new Map(rows.map(({ note, status }) => [note, status]))
  for (const [note, states] of orders) {
    const state = kept.get(note) ?? null
    if (!states.has(state)) {
      faults.push(`${note} is ${state}, and was answered to be ${[...states].join(' or ')}`)
    }
  }
  const notes = rows.map(({ note }) => note).filter((note) => note?.startsWith('soak-'))
  if (new Set(notes).size !== notes.length) faults.push('an order is there twice')
  for (const note of notes) {
    if (created.get(note) !== 1)
      faults.push(`${note} is there with ${created.get(note) ?? 0} entries`)
  }
  return { orders: notes.length, entries: entries.length, answered: answered.length }
}

try {
  const migrated = await trefoil('migrate')
  if (migrated.code !== undefined) throw new Error(migrated.stdout + migrated.stderr)
  const store = new Store()
  await store.start()
  const killing = killer(store)
  const lanes = Array.from({ length: LANES }, (_, number) => lane(store, number))
  await sleep(seconds * 1000)
  isOver = true
  await killing
  await Promise.all(lanes)
  const code = await store.end('SIGTERM')
  if (code !== 0) faults.push(`the store ended with ${code}: ${store.said.slice(-2000)}`)
  const found = await check()
  console.log(JSON.stringify({ seed, ...counts, reasons, ...found, faults: faults.length }))
} catch (error) {
  faults.push(error instanceof Error ? error.stack : String(error))
} finally {
  rmSync(folder, { recursive: true, force: true })
}
for (const fault of faults.slice(0, 20)) console.error(`soak: ${fault}`)
process.exit(faults.length === 0 ? 0 : 1)
