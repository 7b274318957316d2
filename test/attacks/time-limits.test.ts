// What they would win: an app whose generous limit is none, or one that ends every call.
import { createApp, dependency } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, within } from '../findings/surfaces.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a timeout of 30 days is not one of a millisecond', async () => {
  const app = createApp({
    ...OPEN,
    limits: { timeout: '30d' },
    log: { logger: new Lines().logger },
  })
  app.get('/slow', async () => {
    await later(30)
    return 'done'
  })
  expect((await app.fetch(new Request('http://localhost/slow'))).status).toBe(200)
})

test('a closeTimeout of 30 days is not one of a millisecond', async () => {
  const app = createApp({ ...OPEN, limits: { close: '30d' }, log: { logger: new Lines().logger } })
  const db = dependency(async function* () {
    yield 1
    await later(30)
  })
  app.get('/slow', { params: { db } }, () => 'done')
  expect((await app.fetch(new Request('http://localhost/slow'))).status).toBe(200)
})

test('a drainTimeout of 30 days does not cut calls at once', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  const entered = Promise.withResolvers<void>()
  app.get('/slow', async () => {
    entered.resolve()
    await later(100)
    return 'done'
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '30d' })
  const answer = fetch(`${server.url}/slow`).then(
    ({ status }) => status,
    () => 'cut',
  )
  await entered.promise
  await server.close()
  expect(await answer).toBe(200)
})

test('nothing is started when the deadline passed inside a stage that did not wait', async () => {
  let started = false
  const app = createApp({
    ...OPEN,
    limits: { timeout: '20ms' },
    log: { logger: new Lines().logger },
  })
  app.get(
    '/late',
    {
      middleware: [
        async (_call, next) => {
          await null
          const end = performance.now() + 60
          while (performance.now() < end);
          return next()
        },
      ],
    },
    () => {
      started = true
      return 'done'
    },
  )
  const answer = await app.fetch(new Request('http://localhost/late'))
  expect({ status: answer.status, started }).toEqual({ status: 504, started: false })
})

test('closeTimeout bounds what is closed in the function scope', async () => {
  const app = createApp({ ...OPEN, limits: { close: '50ms' }, log: { logger: new Lines().logger } })
  const told: string[] = []
  const db = dependency(async function* () {
    try {
      yield 1
    } finally {
      told.push('request scope closed')
    }
  })
  const hanging = dependency(
    async function* () {
      yield 1
      await new Promise(() => {})
    },
    { scope: 'function' },
  )
  app.get('/hangs', { params: { db, hanging } }, () => 'done')
  const answer = await within(app.fetch(new Request('http://localhost/hangs')), 'the answer', 2000)
  expect({ status: answer.status, told }).toEqual({ status: 500, told: ['request scope closed'] })
})

test('the same in the request scope', async () => {
  const app = createApp({ ...OPEN, limits: { close: '50ms' }, log: { logger: new Lines().logger } })
  const told: string[] = []
  const db = dependency(async function* () {
    try {
      yield 1
    } finally {
      told.push('request scope closed')
    }
  })
  const hanging = dependency(async function* () {
    yield 1
    await new Promise(() => {})
  })
  app.get('/hangs', { params: { db, hanging } }, () => 'done')
  const answer = await within(app.fetch(new Request('http://localhost/hangs')), 'the answer', 2000)
  expect({ status: answer.status, told }).toEqual({ status: 500, told: ['request scope closed'] })
})

test('RES-6 a deadline while the function scope closes keeps the order of closing', async () => {
  const told: string[] = []
  const app = createApp({
    ...OPEN,
    limits: { timeout: '30ms' },
    log: { logger: new Lines().logger },
  })
  const pool = dependency(async function* () {
    try {
      yield 1
    } finally {
      told.push('connection given back')
    }
  })
  const transaction = dependency(
    async function* () {
      yield 1
      await later(100)
      told.push('committed')
    },
    { scope: 'function', uses: { pool } },
  )
  app.post('/pay', { params: { transaction } }, () => 'done')
  const answer = await app.fetch(new Request('http://localhost/pay', { method: 'POST' }))
  await later(150)
  expect(answer.status).toBe(504)
  expect(told).toEqual(['committed', 'connection given back'])
})
