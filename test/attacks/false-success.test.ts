import { createApp, dependency, reply } from 'trefoil'
import { expect, test } from 'vitest'
import { Lines } from '../findings/surfaces.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('an error handler does not see that a commit failed (function scope)', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  let seen = 0
  app.onError(Error, () => {
    seen++
    return { ok: true }
  })
  const transaction = dependency(
    async function* () {
      yield 1
      throw new Error('the commit failed')
    },
    { scope: 'function' },
  )
  app.post('/pay', { params: { transaction } }, () => 'paid')
  const answer = await app.fetch(new Request('http://localhost/pay', { method: 'POST' }))
  expect({ status: answer.status, seen }).toEqual({ status: 500, seen: 0 })
})

test('the same for the request scope', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  let seen = 0
  app.onError(Error, () => {
    seen++
    return { ok: true }
  })
  const transaction = dependency(async function* () {
    yield 1
    throw new Error('the commit failed')
  })
  app.post('/pay', { params: { transaction } }, () => 'paid')
  const answer = await app.fetch(new Request('http://localhost/pay', { method: 'POST' }))
  expect({ status: answer.status, seen }).toEqual({ status: 500, seen: 0 })
})

test('FND-17 no background work after a call that was rolled back, whatever its error handler made', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.onError(Error, () => ({ queued: true }))
  let mails = 0
  const told: string[] = []
  const db = dependency(async function* () {
    try {
      yield 1
      told.push('commit')
    } catch {
      told.push('rollback')
    }
  })
  app.post('/order', { params: { db } }, (_args, call) => {
    call.background(() => void mails++)
    throw new Error('half way')
  })
  await app.fetch(new Request('http://localhost/order', { method: 'POST' }))
  await later(20)
  expect({ told, mails }).toEqual({ told: ['rollback'], mails: 0 })
})

test('a middleware that catches a failed commit makes no success of it (function scope)', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  const told: string[] = []
  const outer = dependency(async function* () {
    try {
      yield 1
      told.push('commit')
    } catch {
      told.push('rollback')
    }
  })
  const transaction = dependency(
    async function* () {
      yield 1
      throw new Error('the commit failed')
    },
    { scope: 'function', uses: { outer } },
  )
  const forgiving = async (_call: unknown, next: () => Promise<unknown>) => {
    try {
      return await next()
    } catch {
      return 'paid'
    }
  }
  app.post('/pay', { params: { transaction }, middleware: [forgiving as never] }, () => 'paid')
  const answer = await app.fetch(new Request('http://localhost/pay', { method: 'POST' }))
  expect({ status: answer.status, told }).toEqual({ status: 500, told: ['rollback'] })
})

test('background work is done though its answer was not wanted (412)', async () => {
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  let mails = 0
  app.get('/order', (_args, call) => {
    call.background(() => void mails++)
    return reply('saved', { etag: 'new' })
  })
  const headers = { 'if-match': '"old"' }
  const { status } = await app.fetch(new Request('http://localhost/order', { headers }))
  await later(20)
  expect({ status, mails }).toEqual({ status: 412, mails: 1 })
})
