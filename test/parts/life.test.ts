import { describe, expect, test } from 'vitest'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import { definePart } from '../../packages/trefoil/src/parts.ts'

const lines: unknown[][] = []
const logger = {
  debug() {},
  info() {},
  warn() {},
  error: (...entry: unknown[]) => void lines.push(entry),
}
const base = { env: {}, log: { logger } }

function telling(name: string, log: string[], fails: 'start' | 'drain' | 'stop' | null = null) {
  const tell = (what: 'start' | 'drain' | 'stop') => () => {
    log.push(`${what} ${name}`)
    if (fails === what) throw new Error(`no ${what}`)
  }
  return definePart({ name, start: tell('start'), drain: tell('drain'), stop: tell('stop') })
}

describe('the life of parts', () => {
  test('they start in order before the hooks and stop newest first after them', async () => {
    const log: string[] = []
    const app = createApp({ ...base, parts: [telling('a', log), telling('b', log)] })
    app.onStartup(() => void log.push('start hook'))
    app.onShutdown(() => void log.push('stop hook'))
    for (let round = 0; round < 2; round++) {
      await app.startup()
      await app.shutdown()
      const starts = ['start a', 'start b', 'start hook']
      expect(log.splice(0)).toEqual([
        ...starts,
        'drain a',
        'drain b',
        'stop hook',
        'stop b',
        'stop a',
      ])
    }
  })

  test('one that fails to start is named, and those before it are stopped', async () => {
    const log: string[] = []
    const parts = [telling('a', log), telling('b', log), telling('c', log, 'start')]
    const app = createApp({ ...base, parts })
    await expect(app.startup()).rejects.toThrow("Part 'c' failed to start: no start")
    expect(log).toEqual(['start a', 'start b', 'start c', 'stop b', 'stop a'])
  })

  test('a hook that fails has all parts stopped', async () => {
    const log: string[] = []
    const app = createApp({ ...base, parts: [telling('a', log), telling('b', log, 'stop')] })
    app.onStartup(() => {
      throw new Error('no hook')
    })
    await expect(app.startup()).rejects.toMatchObject({
      errors: [{ message: 'no hook' }, { message: "Part 'b' failed to stop: no stop" }],
    })
    expect(log.slice(-2)).toEqual(['stop b', 'stop a'])
  })

  test('one that fails to stop is named, and keeps no other from stopping', async () => {
    const log: string[] = []
    const app = createApp({ ...base, parts: [telling('a', log), telling('b', log, 'stop')] })
    await app.startup()
    await expect(app.shutdown()).rejects.toThrow("Part 'b' failed to stop: no stop")
    expect(log.slice(-2)).toEqual(['stop b', 'stop a'])
  })

  test('one that fails to drain is named in the log', async () => {
    const log: string[] = []
    const app = createApp({ ...base, parts: [telling('a', log, 'drain'), telling('b', log)] })
    await app.startup()
    lines.length = 0
    await app.drain()
    await app.shutdown()
    expect(log).toContain('drain b')
    const message = "Part 'a' failed to drain: no drain"
    expect(lines).toEqual([[{ err: expect.objectContaining({ message }) }, 'Drain hook failed']])
  })

  test('one that never stops is named and does not keep a server from ending', async () => {
    const log: string[] = []
    const hangs = definePart({ name: 'hangs', stop: () => new Promise(() => {}) })
    const app = createApp({ ...base, parts: [telling('a', log), hangs] })
    const server = await serve(app, { port: 0, shutdownTimeout: '50ms', signals: false })
    await expect(server.close()).rejects.toThrow(/part 'hangs' did not end within 50 ms/)
    expect(log.at(-1)).toBe('stop a')
  })

  test('the app is told apart by its name and state, and has the log', async () => {
    const seen: unknown[] = []
    const part = definePart({ name: 'a', start: (app) => void seen.push(app) })
    const state = { pool: 1 }
    const app = createApp({ ...base, name: 'store', state, parts: [part] })
    await app.startup()
    expect(seen).toEqual([
      {
        name: 'store',
        state,
        log: logger,
        host: null,
        isReady: expect.any(Function),
        perform: expect.any(Function),
        figures: expect.any(Function),
      },
    ])
    expect(Object.isFrozen(seen[0])).toBe(true)
  })
})
