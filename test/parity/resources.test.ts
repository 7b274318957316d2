// A route that is a resource too: one action, its arguments read by one grammar, its checks the same (SURF-3, W-18).

import { createApp } from 'trefoil'
import { AuthContext, inputGuard } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const seen: unknown[] = []
const records: unknown[] = []
const app = createApp({
  log: {
    logger: { debug() {}, info() {}, warn() {}, error() {} },
    onCall: ({ action, surface, outcome, problem }) =>
      void records.push({ action, surface, outcome, problem }),
  },
  auth: [
    {
      surfaces: ['api', 'mcp'],
      authenticate: ({ bearer }) => (bearer === null ? null : new AuthContext({ subject: bearer })),
    },
  ],
})
app.get(
  '/shelves/{shelf}/items/{number:int}',
  {
    name: 'item',
    resource: 'item://{shelf}/{number}{?full}',
    params: { shelf: z.string().max(9), number: z.int(), full: z.boolean().default(false) },
    returns: z.object({ shelf: z.string(), number: z.int(), full: z.boolean() }),
    guards: [inputGuard({ name: 'Owns', check: (_auth, { args }) => args['shelf'] !== 'hidden' })],
  },
  (args) => {
    seen.push({ ...args })
    // Held to `returns` on every way in.
    return args.number === 13 ? ({ secret: 'x' } as never) : args
  },
)

describe.each(['modern', 'legacy'] as const)('over HTTP and MCP, %s', (era) => {
  const { http, mcp } = testClient(app, { era })
  const both = async (path: string) => {
    seen.length = 0
    records.length = 0
    const [shelf, rest = ''] = path.split('/')
    const api = await http.get(`/shelves/${shelf}/items/${rest}`, { token: 'ada' })
    const read = await mcp.readResource(`item://${path}`, { token: 'ada' })
    return { api, read }
  }

  it.each([
    ['a/7', { shelf: 'a', number: 7, full: false }],
    ['a%20b/7?full=yes', { shelf: 'a b', number: 7, full: true }],
    ['a%25b/3', { shelf: 'a%b', number: 3, full: false }],
    ['%C3%A9/0?full=0', { shelf: 'é', number: 0, full: false }],
  ])('W-18: %s is the same arguments, and the same value', async (path, args) => {
    const { api, read } = await both(path)
    expect(seen).toEqual([args, args])
    expect(JSON.parse(String(read.contents[0]?.['text']))).toEqual(api.json())
    expect(records).toEqual([
      { action: 'item', surface: 'api', outcome: 'ok', problem: null },
      { action: 'item', surface: 'mcp', outcome: 'ok', problem: null },
    ])
  })

  it.each(['a/7?full=maybe', 'much-too-long/7', 'a/0x7'])('W-18: %s is refused', async (path) => {
    const { api, read } = await both(path)
    expect(seen).toEqual([])
    expect(api.status).toBeGreaterThanOrEqual(400)
    expect([read.status, read.error?.code]).toEqual([200, -32602])
  })

  it('what is not what was promised leaves on no way', async () => {
    const { api, read } = await both('a/13')
    expect(api.status).toBe(500)
    expect([read.status, read.error?.code]).toEqual([200, -32603])
    expect(read.response.text).not.toContain('secret')
  })

  it('SURF-3: a guard refuses both, and only a read hides that there is something', async () => {
    const { api, read } = await both('hidden/7')
    expect(seen).toEqual([])
    expect(api.status).toBe(403)
    expect(read.error?.message).toBe('Unknown resource')
    expect(records.map((record) => (record as { problem: string }).problem)).toEqual([
      'ACCESS_DENIED',
      'ACCESS_DENIED',
    ])
  })

  it('it is no tool, and none of the CLI', async () => {
    expect((await mcp.listTools({ token: 'ada' })).result?.['tools']).toEqual([])
    expect((await mcp.callTool('item', {}, { token: 'ada' })).error?.message).toBe('Unknown tool')
  })
})
