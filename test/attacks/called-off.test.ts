// Whoever interrupts a local call, or closes a modern MCP connection, wants nothing done.
import { getEventListeners } from 'node:events'
import { createApp } from 'trefoil'
import { expect, test } from 'vitest'
import { Lines } from '../findings/surfaces.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const on = { description: 'Does it.', cli: true } as const

function counting() {
  let started = 0
  let heard = 0
  const app = createApp({ ...OPEN, log: { logger: new Lines().logger } })
  app.post('/sync', { ...on, name: 'sync' }, () => {
    started++
    return 'done'
  })
  app.post('/async', { ...on, name: 'async' }, async (_args, call) => {
    started++
    call.signal.addEventListener('abort', () => void heard++)
    await null
    return 'done'
  })
  return { app, started: () => started, heard: () => heard }
}

test.each(['sync', 'async'])('an interrupted local call does not start: %s', async (action) => {
  const { app, started } = counting()
  await app.startup()
  const actions = app.localActions({ headers: [], signal: AbortSignal.abort() })
  const answer = await actions.call({ action, arguments: {} })
  expect({
    answer: JSON.stringify(answer).includes('client_disconnected'),
    started: started(),
  }).toEqual({ answer: true, started: 0 })
})

test('calls that are over leave no listener on the signal of a local caller', async () => {
  const { app, heard } = counting()
  await app.startup()
  const interrupt = new AbortController()
  const actions = app.localActions({ headers: [], signal: interrupt.signal })
  for (let call = 0; call < 100; call++) await actions.call({ action: 'async', arguments: {} })
  const left = getEventListeners(interrupt.signal, 'abort').length
  interrupt.abort()
  // A call that has been answered is not aborted after the fact either.
  expect({ left, heard: heard() }).toEqual({ left: 0, heard: 0 })
})
