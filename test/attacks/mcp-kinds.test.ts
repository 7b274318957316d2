// Who attacks: a caller of MCP who reads, lists and completes instead of calling tools. What they would win: calls that
// nobody counts, limits or writes down.

import { createApp, type LimitOptions, said } from 'trefoil'
import { auditLog } from 'trefoil/audit'
import { memoryAudit, readEntry } from 'trefoil/audit-chain'
import { AuthContext, guard } from 'trefoil/auth'
import { serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { eventually } from './eventually.ts'

const LONG = 'x'.repeat(3000)
const KEY = 'the key of the audit log, 32 bytes and more'
type Mcp = ReturnType<typeof testClient>['mcp']
type Options = { readonly token?: string }

/** Every method that names an action or asks code of the developer's, and what is written down of it. */
const WAYS: readonly {
  readonly method: string
  /** `null` where it is no call of an action. */
  readonly action: string | null
  send(mcp: Mcp, options: Options): ReturnType<Mcp['listTools']>
}[] = [
  { method: 'tools/call', action: 'work', send: (mcp, o) => mcp.callTool('work', {}, o) },
  { method: 'resources/read', action: 'doc', send: (mcp, o) => mcp.readResource('doc://1', o) },
  { method: 'prompts/get', action: 'say', send: (mcp, o) => mcp.getPrompt('say', { id: '1' }, o) },
  { method: 'resources/list', action: null, send: (mcp, o) => mcp.listResources(o) },
  {
    method: 'completion/complete',
    action: null,
    send: (mcp, o) => mcp.complete('say', 'id', '', o),
  },
]
/** Those that run no code but guards. */
const LISTS: typeof WAYS = [
  { method: 'tools/list', action: null, send: (mcp, o) => mcp.listTools(o) },
  { method: 'prompts/list', action: null, send: (mcp, o) => mcp.listPrompts(o) },
  {
    method: 'resources/templates/list',
    action: null,
    send: (mcp, o) => mcp.listResourceTemplates(o),
  },
]

/** All that is the developer's does `work`. */
function appOf(work: (signal: AbortSignal) => unknown, limits: LimitOptions = {}, most = '1mb') {
  const lines: (string | undefined)[] = []
  const log = (_fields: unknown, message?: string) => void lines.push(message)
  const records: { action: string | null; outcome: string; problem: string | null }[] = []
  const store = memoryAudit()
  const app = createApp({
    env: {},
    limits,
    mcp: { maxResponseSize: most as '1mb' },
    parts: [auditLog({ keys: KEY, sink: store })],
    log: {
      logger: { debug() {}, info() {}, warn: log, error: log },
      onCall: ({ action, outcome, problem, surface }) => {
        if (surface === 'mcp') records.push({ action, outcome, problem })
      },
    },
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }) =>
          bearer === null ? null : new AuthContext({ subject: bearer }),
      },
    ],
  })
  app.tool('work', { description: 'Works.' }, (_args, { signal }) => work(signal))
  app.resource(
    'doc://{id}',
    {
      name: 'doc',
      entries: async (_page, { signal }) => {
        const name = String(await work(signal))
        return { items: [{ uri: 'doc://1', name }] }
      },
    },
    (_args, { signal }) => work(signal),
  )
  app.prompt(
    'say',
    {
      description: 'Says.',
      params: { id: z.string() },
      complete: { id: async (_typed, { signal }) => [String(await work(signal))] },
    },
    async (_args, { signal }) => said('user', String(await work(signal))),
  )
  const audited = () =>
    store.entries
      .map(({ text }) => readEntry(text).event)
      .filter((event) => event.type === 'call')
      .map(({ action, outcome }: { action?: unknown; outcome?: unknown }) => ({ action, outcome }))
  return { app, records, audited, lines }
}

const forever = () => new Promise<never>(() => {})
const ada = { token: 'ada' }

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  const client = (app: ReturnType<typeof appOf>['app']) => testClient(app, { era }).mcp

  it.each([...WAYS, ...LISTS])(
    'P-MWL-4: $method counts in the rate of its caller',
    async ({ send }) => {
      const { app, records, audited } = appOf(() => 'done', { rate: '2/hour' })
      const mcp = client(app)
      for (const _ of [1, 2]) expect((await send(mcp, ada)).error).toBeNull()
      const refused = await send(mcp, ada)
      expect(refused.response.text).toMatch(/RATE_LIMIT|rate_limit/)
      expect((await send(mcp, { token: 'bob' })).error).toBeNull()
      expect(records.map(({ problem }) => problem)).toEqual([
        null,
        null,
        'RATE_LIMIT_EXCEEDED',
        null,
      ])
      // Of a list too.
      expect(audited().filter(({ outcome }) => outcome === 'refused')).toHaveLength(1)
    },
  )

  it.each([...WAYS, ...LISTS])(
    'OBS-1: $method has one record, and an action one entry',
    async ({ send, action }) => {
      const { app, records, audited } = appOf(() => 'done')
      await send(client(app), ada)
      expect(records).toEqual([{ action, outcome: 'ok', problem: null }])
      // An audit log is of actions: who lists is in the record.
      expect(audited()).toEqual(action === null ? [] : [{ action, outcome: 'ok' }])
    },
  )

  it.each(WAYS)(
    'OBS-1: of a $method that fails, record, audit and caller say the same',
    async ({ send, action }) => {
      const { app, records, audited, lines } = appOf(() => {
        throw new Error('canary-4711')
      })
      const { response } = await send(client(app), ada)
      expect(response.text).toContain('INTERNAL_ERROR')
      expect(response.text).not.toContain('canary')
      expect(records).toEqual([{ action, outcome: 'failed', problem: 'INTERNAL_ERROR' }])
      expect(audited()).toEqual(action === null ? [] : [{ action, outcome: 'failed' }])
      expect(lines.filter((line) => !line?.startsWith('Agents may'))).toEqual(['Unhandled error'])
    },
  )

  it.each(WAYS)(
    'FND-17: $method has the time of the app, and its code is told when it is over',
    async ({ send, method, action }) => {
      const seen: AbortSignal[] = []
      const { app, records, audited } = appOf(
        (signal) => {
          seen.push(signal)
          return forever()
        },
        { timeout: '40ms' },
      )
      const { response } = await send(client(app), ada)
      expect(response.text).toContain('TIMEOUT')
      expect(seen.map(({ aborted }) => aborted)).toEqual([true])
      expect(records.map(({ problem }) => [method, problem])).toEqual([[method, 'TIMEOUT']])
      expect(audited()).toHaveLength(action === null ? 0 : 1)
    },
  )

  it.each(WAYS)(
    'P-MWL-6: $method holds one place of those of the app, as long as its code runs',
    async ({ send }) => {
      let release = (_value: string) => {}
      let begun = 0
      const { app } = appOf(
        () => {
          begun += 1
          return begun > 1
            ? 'done'
            : new Promise<string>((resolve) => {
                release = resolve
              })
        },
        { concurrency: 1 },
      )
      const mcp = client(app)
      const first = send(mcp, ada)
      await eventually(() => expect(begun).toBe(1))
      for (const other of [...WAYS, ...LISTS]) {
        expect((await other.send(mcp, ada)).response.text).toMatch(/at capacity/)
      }
      expect(begun).toBe(1)
      release('done')
      expect((await first).error).toBeNull()
      expect((await send(mcp, ada)).error).toBeNull()
    },
  )

  it.each(WAYS)('MCP-14: $method sends no more than an answer may have', async ({ send }) => {
    const { app } = appOf(() => LONG, {}, '1kb')
    const { response } = await send(client(app), ada)
    expect(response.text).toContain('response_too_large')
    expect(response.text).not.toContain(LONG)
  })

  it.each([...WAYS, ...LISTS])(
    'AUTH-8: $method runs nothing for who is nobody',
    async ({ send }) => {
      let begun = 0
      const { app, records } = appOf(() => {
        begun += 1
      })
      expect((await send(client(app), {})).status).toBe(401)
      expect([begun, records[0]?.problem]).toEqual([0, 'AUTHENTICATION_ERROR'])
    },
  )

  it('FND-17: functions that are quick enough each have no more time together', async () => {
    let elapsed = 0
    const asked: string[] = []
    const app = createApp({
      env: {},
      clock: { now: () => 1_800_000_000_000 + elapsed, elapsed: () => elapsed },
      limits: { timeout: '100ms' },
      log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
      publicSurfaces: ['mcp'],
    })
    for (const name of ['a', 'b', 'c']) {
      const entries = () => {
        elapsed += 60
        asked.push(name)
        return { items: [] }
      }
      app.resource(`${name}://{id}`, { name, entries }, () => 'x')
    }
    expect((await client(app).listResources()).response.text).toContain('TIMEOUT')
    expect(asked).toEqual(['a', 'b'])
  })

  it('SURF-3: a guard that never answers hides its own, and keeps nobody from the rest', async () => {
    const app = createApp({
      env: {},
      limits: { timeout: '200ms' },
      log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
      auth: [
        { surfaces: ['mcp'], authenticate: (_request) => new AuthContext({ subject: 'ada' }) },
      ],
    })
    const hangs = guard({ name: 'Hangs', check: () => forever() })
    app.resource('doc://slow', { name: 'slow', guards: [hangs] }, () => 'x')
    app.resource('doc://fast', { name: 'fast' }, () => 'x')
    const { result } = await client(app).listResources()
    expect(result?.['resources']).toMatchObject([{ name: 'fast' }])
  })
})

it('a list that is called off calls off what it asked', async () => {
  const seen: AbortSignal[] = []
  const { app, records } = appOf((signal) => {
    seen.push(signal)
    return forever()
  })
  const server = await serve(app, { port: 0, signals: false })
  const post = (message: object) =>
    fetch(`${server.url}/mcp`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: 'Bearer ada',
        'mcp-protocol-version': '2025-11-25',
      },
      body: JSON.stringify({ jsonrpc: '2.0', ...message }),
    })
  try {
    const list = post({ id: 7, method: 'resources/list' })
    await eventually(() => expect(seen).toHaveLength(1))
    await post({ method: 'notifications/cancelled', params: { requestId: 7 } })
    expect(await (await list).text()).toContain('client_disconnected')
    expect(seen[0]?.aborted).toBe(true)
    expect(records.map(({ problem }) => problem)).toContain('client_disconnected')
  } finally {
    await server.close()
  }
})
