// Concurrency, circuits and TIMEOUT over every surface, from one table: what differs is the word for what
// was called (P-MWL-2, P-MWL-3, P-MWL-6, P-ERR-1).
import { createApp } from 'trefoil'
import { serve } from 'trefoil/node'
import { describe, expect, test } from 'vitest'
import {
  ALL,
  ENV,
  everywhere,
  Gate,
  Lines,
  on,
  SURFACE_IDS,
  type Surface,
  type SurfaceId,
  surfaceOf,
} from '../findings/surfaces.ts'

const WORDS: Readonly<Record<SurfaceId, string>> = {
  http: 'Action',
  'mcp-legacy': 'Tool',
  'mcp-modern': 'Tool',
  'cli-local': 'Action',
  'cli-remote': 'Action',
}

function appOf(limits: object = {}) {
  return createApp({
    name: 'capacity',
    env: ENV,
    publicSurfaces: ALL,
    limits,
    log: { logger: new Lines().logger },
  })
}

interface Row {
  readonly name: string
  readonly build: () => { readonly app: ReturnType<typeof appOf>; readonly gate: Gate }
  /** Before the call that is looked at. */
  readonly before?: (surface: Surface, gate: Gate) => Promise<unknown>
  readonly action: string
  readonly expect: {
    readonly code: string
    readonly status: number
    readonly message: (word: string) => string
    readonly retryAfter: string | null
    readonly members: Readonly<Record<string, unknown>>
  }
}

/** Holds one call in its handler. */
async function held(surface: Surface, gate: Gate) {
  const call = surface.call('hold')
  await gate.reached
  return call
}

const FULL = { code: 'CONCURRENCY_LIMIT_EXCEEDED', status: 503, retryAfter: '1' } as const

const ROWS: readonly Row[] = [
  {
    name: 'P-MWL-3, P-ERR-1 the app is at capacity',
    build: () => {
      const gate = new Gate()
      const app = appOf({ concurrency: 1 })
      app.post('/hold', on('hold'), () => gate.wait())
      app.post('/one', on('one'), () => 1)
      return { app, gate }
    },
    action: 'one',
    expect: {
      ...FULL,
      message: () => 'Server at capacity (1 concurrent requests)',
      members: { retryable: true },
    },
  },
  {
    name: 'P-MWL-3 the action is at capacity',
    build: () => {
      const gate = new Gate()
      const app = appOf()
      app.post('/hold', { ...on('hold'), concurrency: 1 }, () => gate.wait())
      return { app, gate }
    },
    action: 'hold',
    expect: {
      ...FULL,
      message: (word) => `${word} 'hold' at capacity (1 concurrent calls)`,
      members: { retryable: true },
    },
  },
  {
    name: 'P-MWL-3 the caller has no place left',
    build: () => {
      const gate = new Gate()
      const app = appOf()
      const concurrency = { limit: 1, per: 'caller' } as const
      app.post('/hold', { ...on('hold'), concurrency }, () => gate.wait())
      return { app, gate }
    },
    action: 'hold',
    expect: {
      ...FULL,
      message: (word) => `${word} 'hold' at capacity (1 concurrent calls of one caller)`,
      members: { retryable: true },
    },
  },
  {
    name: 'P-MWL-6, P-ERR-1 the circuit is open',
    build: () => {
      const app = appOf()
      app.post('/fail', { ...on('fail'), breaker: { failures: 1, cooldown: '90s' } }, () => {
        throw new Error('down')
      })
      return { app, gate: new Gate() }
    },
    before: async (surface) => {
      const first = await surface.call('fail')
      expect(first.problem?.['code']).toBe('INTERNAL_ERROR')
    },
    action: 'fail',
    expect: {
      code: 'CIRCUIT_OPEN',
      status: 503,
      retryAfter: '90',
      message: (word) => `${word} 'fail' has failed repeatedly and is not tried for now`,
      members: { retryable: true, retry_after_seconds: 90 },
    },
  },
  {
    name: 'P-MWL-2 TIMEOUT, when it may have been done (FND-16)',
    build: () => {
      const gate = new Gate()
      const app = appOf()
      app.post('/slow', { ...on('slow'), timeout: '500ms' }, () => gate.wait())
      return { app, gate }
    },
    before: async () => {},
    action: 'slow',
    expect: {
      code: 'TIMEOUT',
      status: 504,
      retryAfter: null,
      message: (word) => `${word} 'slow' timed out after 0.5s; it may have been done`,
      members: { started: true, retryable: false },
    },
  },
]

describe.each(ROWS)('$name', ({ build, before, action, expect: expected }) => {
  test('in the words of each surface, with the same facts', async () => {
    const seen = await everywhere(build, async (surface, { gate }) => {
      const first = before === undefined ? held(surface, gate) : before(surface, gate)
      if (before === undefined) await gate.reached
      else await first
      const { problem, status, headers } = await surface.call(action)
      gate.open()
      await first
      const { code, message, detail, ...members } = problem ?? {}
      const named = members['tool'] ?? members['action'] ?? null
      return {
        code,
        message: message ?? detail,
        status,
        retryAfter: surface.id === 'http' ? headers.get('retry-after') : null,
        named,
        members: Object.fromEntries(
          Object.keys(expected.members).map((name) => [name, members[name]]),
        ),
      }
    })
    const { code, status, message, retryAfter, members } = expected
    for (const [id, word] of Object.entries(WORDS)) {
      const isMcp = id.startsWith('mcp')
      expect(seen[id as SurfaceId], id).toEqual({
        code,
        message: message(word),
        status: id === 'cli-local' ? seen['cli-local']?.status : isMcp ? 200 : status,
        retryAfter: id === 'http' ? retryAfter : null,
        named: code === 'CIRCUIT_OPEN' ? action : null,
        members,
      })
    }
  })
})

describe('P-MWL-3, P-MWL-6: all surfaces share the places and the circuit', () => {
  test('what one holds, the others are refused; what one opened, is open to all', async () => {
    const gate = new Gate()
    const app = appOf({ concurrency: 0 })
    app.post('/hold', { ...on('hold'), concurrency: 1 }, () => gate.wait())
    app.post('/fail', { ...on('fail'), breaker: { failures: 1 } }, () => {
      throw new Error('down')
    })
    let first: Promise<unknown> | null = null
    const codes: unknown[] = []
    const server = await serve(app, { port: 0, signals: false })
    for (const id of SURFACE_IDS) {
      const surface = surfaceOf(id, app, server)
      if (first === null) {
        first = surface.call('hold')
        await gate.reached
        await surface.call('fail')
      }
      for (const action of ['hold', 'fail']) {
        codes.push((await surface.call(action)).problem?.['code'])
      }
    }
    expect(codes).toEqual(SURFACE_IDS.flatMap(() => ['CONCURRENCY_LIMIT_EXCEEDED', 'CIRCUIT_OPEN']))
    expect(app.concurrency()).toMatchObject({
      limit: 0,
      active: 1,
      actions: {
        hold: {
          active: 1,
          total: 1,
          peak: 1,
          refused: SURFACE_IDS.length,
          limits: [{ limit: 1, per: 'everyone' }],
        },
      },
    })
    expect(app.circuits()['fail']).toMatchObject({ state: 'open', failures: 1, opened: 1 })
    gate.open()
    await first
    await server.close()
    expect(app.concurrency().active).toBe(0)
    expect(Object.isFrozen(app.concurrency())).toBe(true)
    expect(Object.isFrozen(app.concurrency().actions)).toBe(true)
    expect(Object.isFrozen(app.circuits()['fail'])).toBe(true)
  })
})

describe('P-MWL-3: lists', () => {
  test('count for the app, and are refused like calls', async () => {
    const gate = new Gate()
    const app = appOf({ concurrency: 1 })
    app.post('/hold', on('hold'), () => gate.wait())
    const server = await serve(app, { port: 0, signals: false })
    const first = surfaceOf('http', app, server).call('hold')
    await gate.reached
    const list = { jsonrpc: '2.0', id: 1, method: 'tools/list' }
    const headers = {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': '2025-11-25',
    }
    const tools = await fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers,
      body: JSON.stringify(list),
    })
    const manifest = await fetch(`${server.url}/.well-known/trefoil-actions.json`)
    const texts = [await tools.text(), await manifest.text()]
    for (const text of texts) expect(text).toContain('Server at capacity (1 concurrent requests)')
    expect(manifest.status).toBe(503)
    gate.open()
    await first
    expect((await fetch(`${server.url}/.well-known/trefoil-actions.json`)).status).toBe(200)
    await server.close()
    expect(app.concurrency()).toMatchObject({ active: 0, total: 2, refused: 2 })
  })
})

describe('the document of HTTP', () => {
  test('W-34, P-MWL-3: says 503 of actions that may be full or open, and of no others', async () => {
    const documented = async (limits: object) => {
      const app = appOf(limits)
      app.get('/plain', () => 1)
      app.get('/counted', { concurrency: 0 }, () => 1)
      app.get('/few', { concurrency: 2 }, () => 1)
      app.get('/breaks', { breaker: true }, () => 1)
      const response = await app.fetch(new Request('http://localhost/openapi.json'))
      const { paths } = (await response.json()) as {
        paths: Record<string, { get: { responses: Record<string, { description: string }> } }>
      }
      return Object.fromEntries(
        Object.entries(paths).map(([path, { get }]) => [
          path,
          get.responses['503']?.description.match(/`(\w+)`/g)?.join(' ') ?? null,
        ]),
      )
    }
    expect(await documented({})).toEqual({
      '/plain': null,
      '/counted': null,
      '/few': '`CONCURRENCY_LIMIT_EXCEEDED`',
      '/breaks': '`CIRCUIT_OPEN`',
    })
    expect(await documented({ concurrency: 9 })).toEqual({
      '/plain': '`CONCURRENCY_LIMIT_EXCEEDED`',
      '/counted': '`CONCURRENCY_LIMIT_EXCEEDED`',
      '/few': '`CONCURRENCY_LIMIT_EXCEEDED`',
      '/breaks': '`CONCURRENCY_LIMIT_EXCEEDED` `CIRCUIT_OPEN`',
    })
  })
})
