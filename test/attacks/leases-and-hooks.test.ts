import { createApp, dependency } from 'trefoil'
import { expect, test } from 'vitest'
import { startCall } from '../../packages/trefoil/src/engine/call.fixture.ts'
import { Lines, runModule } from '../findings/surfaces.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

test('a lease whose release rejects later does not end the process', async () => {
  const unhandled: unknown[] = []
  const before = process.listeners('unhandledRejection')
  process.removeAllListeners('unhandledRejection')
  process.on('unhandledRejection', (error) => unhandled.push(error))
  const release = async () => {
    throw new Error('the counter is gone')
  }
  await startCall({ app: { limits: [{ take: () => ({ release: release as () => void }) }] } })
    .outcome
  await later(20)
  process.removeAllListeners('unhandledRejection')
  for (const listener of before) process.on('unhandledRejection', listener)
  expect(unhandled).toEqual([])
})

test('a lease that comes after the deadline is released once', async () => {
  let released = 0
  const started = startCall({
    action: { timeout: 20 },
    app: {
      limits: [
        {
          take: async () => {
            await later(50)
            return { release: () => void released++ }
          },
        },
      ],
      clock: { now: Date.now, elapsed: () => performance.now() },
    },
  })
  expect(await started.outcome).toMatchObject({ kind: 'problem', problem: { code: 'TIMEOUT' } })
  await later(60)
  expect(released).toBe(1)
})

test('a rehearsal whose time is up rolls back, and runs nothing more', async () => {
  const told: string[] = []
  let background = 0
  const db = dependency(async function* () {
    try {
      yield 1
      told.push('commit')
    } catch (error) {
      told.push(error instanceof Error ? error.name : 'x')
    }
  })
  const started = startCall({
    rehearse: true,
    action: {
      timeout: 20,
      dependencies: [['db', db as never]],
      handler: async (_args: unknown, call: { background(task: () => void): void }) => {
        call.background(() => void background++)
        await later(60)
        return 'x'
      },
    },
    app: { clock: { now: Date.now, elapsed: () => performance.now() } },
  })
  await started.outcome
  await later(80)
  started.inbound.done()
  expect({ told, background }).toEqual({
    told: [expect.not.stringMatching('commit')],
    background: 0,
  })
})

test('a TIMEOUT is told as such in the log, and not as an unhandled error', async () => {
  const lines = new Lines()
  const app = createApp({ ...OPEN, limits: { timeout: '20ms' }, log: { logger: lines.logger } })
  const db = dependency(async function* () {
    yield 1
    await later(20)
  })
  app.get(
    '/x',
    { params: { db } },
    (_args, call) =>
      new Promise((_, reject) => {
        call.signal.addEventListener('abort', () =>
          reject(new DOMException('aborted', 'AbortError')),
        )
      }),
  )
  await app.fetch(new Request('http://localhost/x'))
  await later(50)
  expect(lines.complaints.map(({ message, fields }) => `${message} ${fields['problem']}`)).toEqual([
    expect.stringContaining('TIMEOUT'),
  ])
})

test('dependencies of a call whose time is up are told that', async () => {
  const told: unknown[] = []
  const app = createApp({
    ...OPEN,
    limits: { timeout: '20ms' },
    log: { logger: new Lines().logger },
  })
  const db = dependency(async function* () {
    try {
      yield 1
    } catch (error) {
      told.push(error instanceof Error ? (Reflect.get(error, 'code') ?? error.name) : error)
    }
  })
  app.get(
    '/x',
    { params: { db } },
    (_args, call) =>
      new Promise((_, reject) => {
        call.signal.addEventListener('abort', () => reject(new TypeError('aborted')))
      }),
  )
  await app.fetch(new Request('http://localhost/x'))
  expect(told).toEqual(['TIMEOUT'])
})

// Was wrong: engine/views/handler-call.ts:43: opened too late for a handler that did not wait
test('a dependency nobody waited for does not end the process when its call is over', async () => {
  const ran = await runModule(`
    import { createApp, dependency } from 'trefoil'
    const silent = () => {}
    const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], log: { logger: { debug: silent, info: silent, warn: silent, error: silent } } })
    const warm = dependency(async () => { await new Promise((r) => setTimeout(r, 20)); return {} })
    app.get('/x', (_args, call) => { void call.resolve(warm); return 'x' })
    console.log((await app.fetch(new Request('http://localhost/x'))).status)
    await new Promise((r) => setTimeout(r, 100))
    console.log('alive')
  `)
  expect(ran.out).toBe('200\nalive\n')
})

// Was wrong: engine/stages/guard.ts:32: what a chain of a foreign thenable gives is not what a guard said
test('a guard that answers by its own chaining thenable does not let anybody in', async () => {
  const ran = await runModule(`
    import { createApp } from 'trefoil'
    import { AuthContext, guard } from 'trefoil/auth'
    const silent = () => {}
    process.on('uncaughtException', (error) => console.log('uncaught', error.message))
    const app = createApp({ publicSurfaces: ['mcp', 'cli'], log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
      auth: [{ authenticate: (_request) => new AuthContext({ subject: 'a' }), surfaces: ['api'] }] })
    const denies = { then(f) { if (f) setTimeout(() => f(undefined), 5); return denies } }
    app.post('/x', { guards: [guard({ name: 'never', check: () => denies })] }, () => { console.log('HANDLER RAN'); return 'x' })
    app.fetch(new Request('http://localhost/x', { method: 'POST' })).then((r) => console.log(r.status))
    await new Promise((r) => setTimeout(r, 300))
  `)
  expect(ran.out).toBe('403\n')
})
