import { randomUUID } from 'node:crypto'
import { createApp, dependency, HttpError, reply, stream } from 'trefoil'
import { cookieSession } from 'trefoil/cookies'
import { TransactionConflict } from 'trefoil/parts'
import { testClient } from 'trefoil/testing'
import { describe, expect, test } from 'vitest'

/** A unit of work that meets others as often as it is told, at its commit or before. */
function appWith(where: 'handler' | 'commit', times: number, more: object = {}) {
  const seen = { handler: 0, middleware: 0, opened: 0, kept: 0, undone: 0, background: 0, told: 0 }
  const unit = dependency(
    async function* () {
      seen.opened++
      try {
        yield { number: seen.opened }
      } catch (error) {
        seen.undone++
        throw error
      }
      if (where === 'commit' && seen.opened <= times) throw new TransactionConflict('met another')
      seen.kept++
    },
    { name: 'unit', unit: true },
  )
  const beside = dependency(({ one }) => one.number, { uses: { one: unit }, name: 'beside' })
  const app = createApp({
    env: {},
    log: { logger: SILENT, onCall: () => void seen.told++ },
    publicSurfaces: ['api', 'mcp', 'cli'],
  })
  app.use(async (_, next) => {
    seen.middleware++
    return next()
  })
  app.post(
    '/do',
    {
      name: 'do',
      description: 'Does.',
      tool: true,
      cli: true,
      params: { one: unit, beside },
      ...more,
    },
    async ({ one, beside }, call) => {
      seen.handler++
      call.background(() => void seen.background++)
      if (where === 'handler' && one.number <= times) throw new TransactionConflict('met another')
      return { one: one.number, beside, args: Object.isFrozen(call.args) }
    },
  )
  return { app, seen, unit }
}

describe.each(['handler', 'commit'] as const)('a unit that meets another in its %s', (where) => {
  test('STO-1: is run again from the start, with new dependencies; what was handed to later is done once', async () => {
    const { app, seen } = appWith(where, 2)
    await using client = testClient(app)
    const answer = await client.http.post('/do')
    expect([answer.status, answer.json()]).toEqual([200, { one: 3, beside: 3, args: true }])
    expect(seen).toMatchObject({ handler: 3, middleware: 3, opened: 3, kept: 1, told: 1 })
    await client.http.post('/do')
    expect(seen.background).toBe(2)
  })

  test('is told on every surface what became of it, when it does not end', async () => {
    const { app, seen } = appWith(where, 1000)
    await using client = testClient(app)
    const answer = await client.http.post('/do')
    expect([answer.status, answer.json()]).toMatchObject([409, { code: 'transaction_conflict' }])
    expect([seen.handler, seen.kept, seen.background]).toEqual([9, 0, 0])
    expect(JSON.stringify((await client.mcp.callTool('do')).message)).toContain(
      'transaction_conflict',
    )
    expect(seen.kept).toBe(0)
  })

  test('is not run again where it acts outside the database', async () => {
    const { app, seen } = appWith(where, 1, { external: true })
    await using client = testClient(app)
    expect((await client.http.post('/do')).status).toBe(409)
    expect([seen.handler, seen.kept]).toEqual([1, 0])
  })

  test('the deadline holds for all of it', async () => {
    const { app, seen } = appWith(where, 1000, { timeout: '20ms' })
    await using client = testClient(app)
    const answer = await client.http.post('/do')
    // The pauses alone are longer, unless all that were drawn were short.
    expect([409, 504]).toContain(answer.status)
    expect(seen.kept).toBe(0)
  })
})

test('what the handler makes of it is its answer, and what wraps it is not', async () => {
  const { app, seen, unit } = appWith('handler', 0)
  let runs = 0
  app.post('/own', { params: { one: unit } }, async () => {
    runs++
    throw new HttpError(418, 'no', { cause: new TransactionConflict('met another') })
  })
  app.post('/wrapped', { params: { one: unit } }, async () => {
    runs++
    if (runs < 3) throw new Error('odd', { cause: new TransactionConflict('met another') })
    return {}
  })
  await using client = testClient(app)
  expect([(await client.http.post('/own')).status, runs]).toEqual([418, 1])
  expect([(await client.http.post('/wrapped')).status, runs]).toEqual([200, 3])
  expect(seen.kept).toBe(1)
})

test('STO-1: what is left of a run that was taken back adds nothing to the next one', async () => {
  const { app, unit } = appWith('handler', 0)
  const told: string[] = []
  let background = 0
  let runs = 0
  const left = Promise.withResolvers<void>()
  app.post('/left', { params: { one: unit } }, async (_, call) => {
    runs++
    if (runs > 1) {
      await left.promise
      return { runs }
    }
    setTimeout(async () => {
      await call.resolve(unit).catch((error: Error) => told.push(error.message))
      try {
        call.background(() => void background++)
      } catch (error) {
        told.push(String(error))
      }
      left.resolve()
    }, 30)
    throw new TransactionConflict('met another')
  })
  await using client = testClient(app)
  expect((await client.http.post('/left')).json()).toEqual({ runs: 2 })
  expect(told).toHaveLength(2)
  expect(told.join()).toMatch(/taken back/)
  expect(background).toBe(0)
})

test('STO-1: of two units the first of which has been kept, the call is not run again', async () => {
  const kept = { first: 0, second: 0 }
  const first = dependency(
    async function* () {
      yield {}
      kept.first++
    },
    { name: 'first', unit: true },
  )
  const second = dependency(
    async function* () {
      yield {}
      kept.second++
      if (kept.second === 1) throw new TransactionConflict('met another')
    },
    { name: 'second', unit: true },
  )
  const app = createApp({ env: {}, publicSurfaces: ['api'], log: { logger: SILENT } })
  // The newest is closed first.
  app.post('/both', { params: { second, first } }, async () => ({}))
  await using client = testClient(app)
  expect((await client.http.post('/both')).status).toBe(409)
  expect(kept).toEqual({ first: 1, second: 1 })
})

test('STO-1: a call without a unit is not run again: what it met took back nothing of its own', async () => {
  let runs = 0
  const app = createApp({ env: {}, publicSurfaces: ['api'], log: { logger: SILENT } })
  app.post('/none', {}, async () => {
    runs++
    throw new TransactionConflict('met another')
  })
  await using client = testClient(app)
  const answer = await client.http.post('/none')
  expect([answer.status, runs]).toEqual([409, 1])
})

test('STO-1: cookies of a run that was taken back do not leave with the next one', async () => {
  const { app, unit } = appWith('handler', 0)
  let runs = 0
  const session = cookieSession<{ user: string }>({ keys: 'k9'.repeat(12) + randomUUID(), env: {} })
  app.post('/cookie', { params: { one: unit, session } }, async ({ session }) => {
    if (++runs > 1) return { user: session.get('user') ?? null }
    session.set('user', 'the first')
    throw new TransactionConflict('met another')
  })
  await using client = testClient(app)
  const answer = await client.http.post('/cookie')
  expect([answer.status, answer.json(), answer.headers.getSetCookie()]).toEqual([
    200,
    { user: null },
    [],
  ])
})

test('a stream that has begun is not begun again', async () => {
  const { app, unit } = appWith('commit', 1)
  let runs = 0
  app.post('/stream', { params: { one: unit } }, async () => {
    runs++
    return stream(
      (async function* () {
        yield 'piece'
      })(),
    )
  })
  await using client = testClient(app)
  await client.http.post('/stream').catch(() => {})
  expect(runs).toBe(1)
})

test('an action that changes nothing is not run again', async () => {
  const { app } = appWith('handler', 0)
  let runs = 0
  app.get('/read', {}, async () => {
    runs++
    if (runs === 1) throw new TransactionConflict('met another')
    return reply({})
  })
  await using client = testClient(app)
  expect([(await client.http.get('/read')).status, runs]).toEqual([409, 1])
})

const SILENT = { debug() {}, info() {}, warn() {}, error() {} } as never
