import { expect, test, vi } from 'vitest'
import type { Call } from '../contract/call/call.ts'
import { dependency } from '../contract/call/dependency.ts'
import { HttpError } from '../contract/problems/problem.ts'
import { type CallOptions, startCall } from './call.fixture.ts'
import { traced, using } from './dependencies/dependency.fixture.ts'

function rehearsed(options: CallOptions) {
  return startCall({ ...options, rehearse: true })
}

test('a rehearsal gives the answer, and rolls back what made it', async () => {
  const log: string[] = []
  const handler = () => {
    log.push('handler')
    return { id: 7 }
  }
  const started = rehearsed({ action: { ...using(traced('db', log)), handler } })
  expect(await started.outcome).toMatchObject({ kind: 'answer', answer: { body: '{"id":7}' } })
  expect(log).toEqual(['open db', 'handler', 'rollback db: The call was a rehearsal'])
  expect(started.log).toEqual([])
})

test('so does what lives until the handler returns', async () => {
  const log: string[] = []
  const { outcome } = rehearsed({ action: using(traced('db', log, 'function')) })
  expect(await outcome).toMatchObject({ kind: 'answer' })
  expect(log).toEqual(['open db', 'rollback db: The call was a rehearsal'])
})

test('what the handler threw is what the dependencies are told', async () => {
  const log: string[] = []
  const handler = () => {
    throw new HttpError(409, 'taken')
  }
  const { outcome } = rehearsed({ action: { ...using(traced('db', log)), handler } })
  expect(await outcome).toMatchObject({ kind: 'problem', problem: { status: 409 } })
  expect(log).toEqual(['open db', 'rollback db: taken'])
})

test('the audit log is told nothing, and no background work is done', async () => {
  const audit = { intent: vi.fn(), outcome: vi.fn() }
  const task = vi.fn()
  const handler = (_args: unknown, call: Call) => {
    call.background(task)
    call.background(task, { always: true })
    return 'v'
  }
  const { call, inbound, outcome } = rehearsed({
    app: { audit },
    action: { ...using(traced('db', [])), handler },
  })
  expect(await outcome).toMatchObject({ kind: 'answer' })
  inbound.done()
  await call.site.app.background.idle()
  expect(audit.intent).not.toHaveBeenCalled()
  expect(audit.outcome).not.toHaveBeenCalled()
  expect(task).not.toHaveBeenCalled()
})

test('it is held to the limits like a call, and gives its place back', async () => {
  const release = vi.fn()
  const { outcome } = rehearsed({ app: { limits: [{ take: () => ({ release }) }] } })
  await outcome
  expect(release).toHaveBeenCalledOnce()
})

test('a stream that nobody is going to read is given back', async () => {
  let released = false
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => Promise.reject(new Error('nobody reads')),
      return: async () => {
        released = true
        return { done: true as const, value: undefined }
      },
    }),
  }
  const ends: unknown[] = []
  const db = dependency(
    async function* () {
      try {
        yield 'db'
      } catch (error) {
        ends.push(String(error))
        throw error
      }
    },
    { name: 'db' },
  )
  await rehearsed({ action: { ...using(db), handler: () => source } }).outcome
  expect(released).toBe(true)
  expect(ends).toEqual(['RolledBack: The call was a rehearsal'])
})

test('one that is over in time leaves no timer', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const handler = async () => 'v'
    await rehearsed({ action: { timeout: 5000, handler } }).outcome
    expect(vi.getTimerCount()).toBe(0)
  } finally {
    vi.useRealTimers()
  }
})
