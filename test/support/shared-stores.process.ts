// Run in several processes at once, each with the same database: what it says is what it was given.
import { createHash } from 'node:crypto'
import { setTimeout as after } from 'node:timers/promises'
import { createApp, memoryRates, type RateStore } from 'trefoil'
import { database } from 'trefoil/database'
import { redis } from 'trefoil/redis'
import { sqlAttempts, sqlRates, sqlRefreshFamilies, sqlSpentTokens, sqlTasks } from 'trefoil/stores'
import { testClient } from 'trefoil/testing'
import { NO_APP } from './no-app.ts'

const [, , url = '', what = '', given = '0'] = process.argv
const count = Number(given)
const LATER = Date.now() + 3_600_000
const say = (value: unknown) => process.stdout.write(`${JSON.stringify(value)}\n`)

/** Waits for the word, so that all of them begin together. */
async function together(): Promise<void> {
  say('ready')
  for await (const _ of process.stdin) break
}

/** As the engine repeats a call whose unit met another one. */
async function repeated<Value>(work: () => Promise<Value>): Promise<Value> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      const { code } = ((error as Error).cause ?? {}) as { code?: string }
      if (code !== '40001') throw error
    }
  }
}

async function rates(store: RateStore, parts: Parameters<typeof createApp>[0]['parts'] = []) {
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const app = createApp({
    name: 'counted',
    env: {},
    log: { logger: log },
    parts,
    limits: { rate: { limit: '1/h', burst: 100, per: 'everyone' }, rateStore: store },
  })
  app.get('/', () => 1)
  await using client = testClient(app)
  await client.http.get('/')
  await together()
  // Twenty at a time: a store that has not answered within two seconds counts as dead.
  const statuses: number[] = []
  let begun = 0
  const callers = Array.from({ length: 20 }, async () => {
    while (begun++ < count) statuses.push((await client.http.get('/')).status)
  })
  await Promise.all(callers)
  say(statuses.filter((status) => status === 200).length)
  say(statuses.filter((status) => status !== 200 && status !== 429))
}

async function inDatabase(): Promise<void> {
  const data = database<never>({ url, migrate: 'start', wait: '60s' })
  if (what === 'rates') return rates(sqlRates(data), [data])
  const attempts = sqlAttempts(data)
  const spent = sqlSpentTokens(data)
  const families = sqlRefreshFamilies(data)
  const tasks = sqlTasks(data)
  await data.start?.(NO_APP)
  const many = <Value>(work: (at: number) => PromiseLike<Value> | Value) =>
    Promise.all(Array.from({ length: count }, async (_, at) => work(at)))
  if (what === 'guesses' || what === 'logins') {
    let hashes = 0
    let locked = 0
    const key = (name: string) => createHash('sha256').update(name).digest('base64url')
    const times = { window: 3_600_000, base: 3_600_000, cap: 3_600_000 }
    const budgets = [
      { key: key('ada'), threshold: 5, ...times },
      { key: key('10.0.0.1'), threshold: 500, ...times },
    ]
    await together()
    await many(async () => {
      for (;;) {
        const answer = await attempts.reserve(budgets)
        if (answer.kind === 'locked') {
          locked++
          return
        }
        if (answer.kind === 'wait') {
          await after(5 + Math.random() * 20)
          continue
        }
        hashes++
        await after(2)
        if (what === 'guesses') await attempts.failed(answer.id, budgets)
        else await attempts.succeeded(answer.id, budgets, [key('ada')])
        return
      }
    })
    say([hashes, locked])
  } else if (what === 'spent') {
    await together()
    const answers = await many((at) =>
      // Half of them with a unit of work of their own.
      at % 2 === 0
        ? spent.spend('link', 'a', LATER)
        : repeated(() => data.unit((db) => spent.spend('link', 'a', LATER, db))),
    )
    say(answers.filter((answer) => answer === 'first').length)
  } else if (what === 'refresh') {
    const now = Date.now()
    const owner = { tenant: null, subject: 'ada' }
    const more = { clientId: null, session: null, revokedAt: null, reason: null, details: '{}' }
    await families.add({ id: 'f', owner, createdAt: now, endsAt: LATER, ...more }, 't1', LATER)
    await together()
    const answers = await many((at) => {
      const next = `${process.pid}-${at}`
      return families.rotate({ digest: 't1', next, until: LATER, sealed: next, grace: 20_000, now })
    })
    say(answers.filter(({ kind }) => kind === 'rotated').length)
    say([...new Set(answers.map((one) => (one.kind === 'repeated' ? one.sealed : one.kind)))])
  } else if (what === 'tasks') {
    const now = Date.now()
    await together()
    const answers = await many((at) =>
      tasks.add(
        {
          id: `${process.pid}-${at}`,
          owner: { tenant: null, subject: 'ada' },
          action: 'export',
          status: 'working',
          createdAt: now,
          updatedAt: now,
          endsAt: LATER,
          heldUntil: null,
          result: null,
          version: 1,
        },
        20,
      ),
    )
    say(answers.filter((answer) => answer === 'added').length)
  }
  await data.stop?.(NO_APP)
}

if (what === 'redis') {
  const shared = redis({ url, timeout: '30s' })
  await rates(shared.rates, [shared])
} else if (what === 'memory') await rates(memoryRates())
else await inDatabase()
process.exit(0)
