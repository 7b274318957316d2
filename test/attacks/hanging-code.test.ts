import { Readable } from 'node:stream'
import { type Call, createApp, dependency, stream } from 'trefoil'
import { serve } from 'trefoil/node'
import { expect, test } from 'vitest'
import { Lines, on, SURFACE_IDS, surfaceOf, within } from '../findings/surfaces.ts'

const OPEN = { publicSurfaces: ['api', 'mcp', 'cli'] } as const
const later = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))
const never = () => new Promise<never>(() => {})

const CASES: Record<string, (app: ReturnType<typeof make>) => void> = {
  'an error handler that hangs': (app) => {
    app.onError(Error, never)
    app.post('/x', { ...on('x') }, () => {
      throw new Error('x')
    })
  },
  'next() that never settles': (app) => {
    app.use(async (_call, next) => next())
    app.post('/x', { ...on('x') }, never)
  },
  'a middleware that returns before next() settles': (app) => {
    app.use(async (_call, next) => {
      void next()
      return 'early'
    })
    app.post('/x', { ...on('x') }, never)
  },
  'a provider that hangs': (app) => {
    app.post('/x', { ...on('x'), params: { db: dependency(never) } }, () => 'x')
  },
  'a validator that hangs': (app) => {
    app.post('/x', { ...on('x'), middleware: [async () => never()] }, () => 'x')
  },
}
const STREAMS: Record<string, () => unknown> = {
  'a readable that never ends': () => new Readable({ read() {} }),
  'a web stream whose cancel fails': () =>
    new ReadableStream({ cancel: () => Promise.reject(new Error('cancel')) }),
  'a generator that hangs, and whose finally hangs': () =>
    stream(
      (async function* () {
        try {
          yield 'x'
          await never()
        } finally {
          await never()
        }
      })(),
    ),
}

function make() {
  return createApp({
    ...OPEN,
    limits: { timeout: '100ms', close: '200ms' },
    log: { logger: new Lines().logger },
  })
}

for (const [name, declare] of Object.entries(CASES)) {
  test.each(SURFACE_IDS)(`${name}: %s`, async (id) => {
    const app = make()
    declare(app)
    const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
    const answer = await within(surfaceOf(id, app, server).call('x'), 'the answer', 3000)
    expect(answer.problem?.['code']).toBe('TIMEOUT')
    await within(server.close(), 'server.close()', 8000)
  })
}
for (const [name, source] of Object.entries(STREAMS)) {
  test.each(['mcp-legacy', 'mcp-modern', 'cli-local', 'cli-remote'] as const)(
    `${name}: %s`,
    async (id) => {
      const app = make()
      let closed = 0
      const db = dependency(async function* () {
        try {
          yield 1
        } finally {
          closed++
        }
      })
      app.post('/x', { ...on('x'), params: { db } }, () => source() as never)
      const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
      const answer = await within(surfaceOf(id, app, server).call('x'), 'the answer', 3000)
      expect(answer.problem?.['code']).toBe('TIMEOUT')
      expect(closed).toBe(1)
      await within(server.close(), 'server.close()', 8000)
    },
  )
}

test('what is used after the end refuses, and ends nothing', async () => {
  const app = make()
  let kept: Call | null = null
  app.post('/x', (_args, call) => {
    kept = call as Call
    return 'x'
  })
  const server = await serve(app, { port: 0, signals: false, drainTimeout: '100ms' })
  await (await fetch(`${server.url}/x`, { method: 'POST', body: 'body' })).text()
  await later(20)
  const call = kept as unknown as Call
  await expect(call.resolve(dependency(() => 1))).rejects.toThrow('after the call had ended')
  expect(() => call.background(() => {})).toThrow('after the call had ended')
  await expect(within(call.request.body(), 'body', 1000)).rejects.toThrow()
  await server.close()
})
