// P-CTX-3, P-BG-1: what a call left to run later never runs as another call: not in `currentCall()`, not in
// an AsyncLocalStorage of the app's own (a tenant, a transaction, a trace).
import { AsyncLocalStorage } from 'node:async_hooks'
import { createApp, dependency } from 'trefoil'
import { currentCall } from 'trefoil/current-call'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { Lines } from '../findings/surfaces.ts'

const BASE = { env: {}, publicSurfaces: ['api'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const post = (path: string, more: RequestInit = {}) =>
  new Request(`http://localhost${path}`, { method: 'POST', ...more })

function asked(): string {
  try {
    return currentCall().requestId
  } catch {
    return 'none'
  }
}

// Was wrong: engine/background/background-tasks.ts: a task that waited ran in the context of the task before it
test('a task that waited for its turn runs in the context it was added in', async () => {
  const tenants = new AsyncLocalStorage<string>()
  const seen: string[] = []
  const at = (place: string, own: string) => seen.push(`${place} ${own}: ${tenants.getStore()}`)
  const session = dependency(
    async function* ({ own }) {
      at('opened', own.id)
      yield own
      at('closed', own.id)
    },
    { name: 'session', uses: { own: dependency((_, call) => ({ id: call.requestId })) } },
  )
  const app = createApp({
    ...BASE,
    limits: { background: { running: 1 } },
    log: { logger: new Lines().logger },
  })
  app.post('/work', (_, call) => {
    const { requestId } = call
    call.background(async (task) => {
      await task.resolve(session)
      await later(2)
      at('task', requestId)
      task.background(() => at('added', requestId))
    })
    return 1
  })
  const tenantsOfCalls = ['a', 'b', 'c', 'd']
  await using client = testClient(app)
  const answers = tenantsOfCalls.map((tenant) =>
    tenants.run(tenant, () => app.fetch(post('/work', { headers: { 'x-request-id': tenant } }))),
  )
  await Promise.all(answers)
  await later(2)
  await client.idle()
  const places = ['opened', 'task', 'closed', 'added']
  const due = tenantsOfCalls.flatMap((own) => places.map((place) => `${place} ${own}: ${own}`))
  expect(seen.toSorted()).toEqual(due.toSorted())
})

// Was wrong: engine/call-state.ts: a signal told its listeners in whichever call its caller left in
test('a call that another one calls off hears of it as itself', async () => {
  const leaves = new AbortController()
  const seen: string[] = []
  const app = createApp({ ...BASE, log: { logger: new Lines().logger } })
  app.post('/victim', async (_, { signal, draining }) => {
    signal.addEventListener('abort', () => seen.push(`left: ${asked()}`))
    draining.addEventListener('abort', () => seen.push(`stops: ${asked()}`))
    await later(20)
    return 1
  })
  app.post('/other', () => {
    leaves.abort()
    void app.drain()
    return 1
  })
  const signal = leaves.signal
  const victim = app.fetch(post('/victim', { signal, headers: { 'x-request-id': 'victim' } }))
  await later(2)
  await app.fetch(post('/other', { headers: { 'x-request-id': 'other' } }))
  await victim
  expect(seen).toEqual(['left: victim', 'stops: victim'])
})

// A task keeps the context of its call, and not the call in it.
test('a waiting task keeps no call by its context', async () => {
  const kept = new AsyncLocalStorage<object>()
  const app = createApp({ ...BASE, log: { logger: new Lines().logger } })
  const seen: string[] = []
  app.post('/work', (_, call) => {
    kept.run({}, () => call.background(() => seen.push(`${asked()} ${typeof kept.getStore()}`)))
    return 1
  })
  await using client = testClient(app)
  await app.fetch(post('/work', { headers: { 'x-request-id': 'one' } }))
  await later(2)
  await client.idle()
  expect(seen).toEqual(['one object'])
})
