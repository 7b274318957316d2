import { createApp, dependency, reply } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { Lines } from '../findings/surfaces.ts'
import { eventually } from './eventually.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

// Was wrong: docs/lifecycle.md against engine/ending/close.ts:105: what is found out while encoding does count
test('background work of a committed call runs though its answer was a 412', async () => {
  let done = 0
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/x', (_args, call) => {
    call.background(() => void done++)
    return reply('x', { etag: 'v2' })
  })
  const answer = await app.fetch(
    new Request('http://localhost/x', { headers: { 'if-match': '"v1"' } }),
  )
  await later(20)
  expect({ status: answer.status, done }).toEqual({ status: 412, done: 1 })
})

test('the same for a 304', async () => {
  let done = 0
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.get('/x', (_args, call) => {
    call.background(() => void done++)
    return reply('x', { etag: 'v1' })
  })
  const answer = await app.fetch(
    new Request('http://localhost/x', { headers: { 'if-none-match': '"v1"' } }),
  )
  await later(20)
  expect({ status: answer.status, done }).toEqual({ status: 304, done: 1 })
})

// Was wrong: engine/answer/make-answer.ts:52: written after the deadline
test('no toJSON of a late answer runs after the deadline', async () => {
  let ran = false
  const app = createApp({
    ...OPEN,
    limits: { timeout: '30ms' },
    log: { logger: new Lines().logger },
  })
  const returns = z.any().refine(async () => {
    await later(80)
    return true
  })
  app.get('/x', { returns }, () => ({
    a: 1,
    toJSON() {
      ran = true
      return {}
    },
  }))
  const answer = await app.fetch(new Request('http://localhost/x'))
  ran = false
  await later(150)
  expect({ status: answer.status, ran }).toEqual({ status: 504, ran: false })
})

test('2,000 concurrent calls with timeouts end, close and leave nothing', async () => {
  let closed = 0
  const db = dependency(async function* () {
    try {
      yield 1
    } finally {
      closed++
    }
  })
  const records: string[] = []
  const app = createApp({
    ...OPEN,
    limits: { timeout: '50ms' },
    log: {
      logger: new Lines().logger,
      onCall: ({ problem }) => void records.push(problem ?? 'ok'),
    },
  })
  app.get('/x', { params: { db } }, () => new Promise(() => {}))
  const before = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  const answers = await Promise.all(
    Array.from({ length: 2_000 }, () => app.fetch(new Request('http://localhost/x'))),
  )
  await later(50)
  const after = process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
  expect(answers.every(({ status }) => status === 504)).toBe(true)
  expect({ closed, records: records.length }).toEqual({ closed: 2_000, records: 2_000 })
  expect(after).toBeLessThanOrEqual(before)
})

test('a client that leaves while the authenticator waits: the call is done and recorded once', async () => {
  const gate = Promise.withResolvers<void>()
  const { AuthContext } = await import('trefoil/auth')
  const records: string[] = []
  let ran = 0
  let waiting = false
  const app = createApp({
    publicSurfaces: ['mcp', 'cli'],
    log: {
      logger: new Lines().logger,
      onCall: ({ outcome }) => void records.push(outcome),
    },
    auth: [
      {
        authenticate: async (_request) => {
          waiting = true
          await gate.promise
          return new AuthContext({ subject: 'a' })
        },
        surfaces: ['api'],
      },
    ],
  })
  app.post('/x', () => {
    ran++
    return 'x'
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  const leaving = new AbortController()
  const asked = fetch(`${server.url}/x`, { method: 'POST', signal: leaving.signal }).catch(() => {})
  await eventually(() => expect(waiting).toBe(true))
  leaving.abort()
  await asked
  await later(50)
  gate.resolve()
  await eventually(() => expect(records).toHaveLength(1))
  await later(50)
  expect({ ran, records }).toEqual({ ran: 1, records: ['aborted'] })
  await server.close()
})
