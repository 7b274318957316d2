// Who attacks: nobody; a middleware with a bug (a retry, a race) under a caller with one
// approval. What would be won: one approval, two payments.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { createApp, type Middleware } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { actionCall, post, toolCall } from './attacked-app.ts'

let server: RunningServer
let runs = 0

const WRAPPERS: Readonly<Record<string, Middleware>> = {
  twice: async (_call, next) => {
    await next()
    return next()
  },
  at_once: (_call, next) => Promise.all([next(), next()]),
  retry: async (_call, next) => {
    try {
      await next()
      throw new Error('and now it fails')
    } catch {
      return next()
    }
  },
  swallowed: async (_call, next) => {
    const value = await next()
    await next().catch(() => {})
    return value
  },
}

beforeAll(async () => {
  const silent = () => {}
  const app = createApp({
    name: 'twice',
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  for (const [name, wrap] of Object.entries(WRAPPERS)) {
    const options = { name, description: 'x', tool: true, cli: true, middleware: [wrap] } as const
    app.post(`/${name}`, options, () => {
      runs++
      return { paid: runs }
    })
  }
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

it.each(Object.keys(WRAPPERS))('MW-2 %s: the handler runs once a call', async (name) => {
  const calls = [
    () => post(`${server.url}/${name}`, ''),
    () => post(`${server.url}/mcp`, toolCall(name, '{}')),
    () => post(server.url + CALL_PATH, actionCall(name, '{}')),
  ]
  for (const call of calls) {
    const before = runs
    const { text } = await call()
    expect(runs).toBe(before + 1)
    expect(text).not.toContain('next()')
    if (name !== 'swallowed') expect(text).toContain('INTERNAL_ERROR')
  }
})
