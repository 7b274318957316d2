import { expect, test } from 'vitest'
import type { StoppableCall } from '../contract/answer/exchange.ts'
import { dependency } from '../contract/call/dependency.ts'
import { startCall } from './call.fixture.ts'

/** It was not its caller who left. */
const STOPPED = {
  code: 'client_disconnected',
  detail: 'The server stopped before the answer was complete',
}

/** A server that has not stopped yet. */
function stopping() {
  const calls = new Set<StoppableCall>()
  const stop = {
    stopped: false,
    add: (call: StoppableCall) => void calls.add(call),
    delete: (call: StoppableCall) => void calls.delete(call),
  }
  return { stop, calls }
}

test('a call that is over is not told of the stop', async () => {
  const { stop, calls } = stopping()
  const handler = async () => 'done'
  const { outcome } = startCall({ stop, action: { handler } })
  expect(calls.size).toBe(1)
  expect(await outcome).toMatchObject({ kind: 'answer' })
  expect(calls.size).toBe(0)
})

test('a server that has stopped begins nothing', async () => {
  const { stop } = stopping()
  const handler = () => expect.unreachable()
  const { outcome } = startCall({ stop: { ...stop, stopped: true }, action: { handler } })
  expect(await outcome).toMatchObject({ problem: { ...STOPPED, details: { started: false } } })
})

test('a call is ended, and its dependencies are told why', async () => {
  const { stop, calls } = stopping()
  const told: unknown[] = []
  const db = dependency(async function* () {
    try {
      yield 1
    } catch (error) {
      told.push(error)
    }
  })
  const entered = Promise.withResolvers<void>()
  const handler = () => {
    entered.resolve()
    return new Promise(() => {})
  }
  const { outcome } = startCall({ stop, action: { handler, dependencies: [['db', db as never]] } })
  await entered.promise
  for (const call of calls) call.stop()
  expect(await outcome).toMatchObject({ problem: { ...STOPPED, details: { started: true } } })
  expect(told).toEqual([expect.objectContaining(STOPPED)])
  expect(calls.size).toBe(0)
})
