import { expect, test } from 'vitest'
import { dependency } from '../contract/dependency.ts'
import { startCall } from './call.fixture.ts'

/** A server that has not stopped yet. */
function stopping() {
  const listeners = new Set<() => void>()
  const stop = {
    stopped: false,
    add: (listener: () => void) => void listeners.add(listener),
    delete: (listener: () => void) => void listeners.delete(listener),
  }
  return { stop, listeners }
}

test('a call that is over is not told of the stop', async () => {
  const { stop, listeners } = stopping()
  const handler = async () => 'done'
  const { outcome } = startCall({ stop, action: { handler } })
  expect(listeners.size).toBe(1)
  expect(await outcome).toMatchObject({ kind: 'answer' })
  expect(listeners.size).toBe(0)
})

test('a server that has stopped begins nothing', async () => {
  const { stop } = stopping()
  const handler = () => expect.unreachable()
  const { outcome } = startCall({ stop: { ...stop, stopped: true }, action: { handler } })
  expect(await outcome).toMatchObject({ problem: { code: 'client_disconnected' } })
})

test('a call is ended, and its dependencies are told why', async () => {
  const { stop, listeners } = stopping()
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
  for (const listener of listeners) listener()
  expect(await outcome).toMatchObject({ problem: { code: 'client_disconnected' } })
  expect(told).toEqual([expect.objectContaining({ code: 'client_disconnected' })])
  expect(listeners.size).toBe(0)
})
