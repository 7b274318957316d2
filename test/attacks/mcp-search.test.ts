// Who attacks: an agent of few rights behind `mcp: { tools: { mode: 'search' } }`, or a page that talks it into calls. What
// they would win: to hear of actions that are hidden, to call past a limit or an approval, to keep the server busy.
import { argumentsHash, type CallRecord, createApp, query } from 'trefoil'
import { AuthContext, type AuthRequest, hasRole, hasScope } from 'trefoil/auth'
import { type McpCallOptions, type TestClient, testClient } from 'trefoil/testing'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { debug() {}, info() {}, warn() {}, error() {} }
const ERAS = ['modern', 'legacy'] as const
let records: CallRecord[] = []
let ran: unknown[] = []
let client: TestClient

function build(mode: 'list' | 'search') {
  const app = createApp({
    name: 'search',
    mcp: { tools: { mode } },
    approval: ({ token, argumentsHash: hash }) => token === `yes ${hash}`,
    log: { logger: log, onCall: (record) => void records.push(record) },
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }: AuthRequest) =>
          bearer === null
            ? null
            : new AuthContext({ subject: bearer, roles: bearer === 'root' ? ['admin'] : [] }),
      },
    ],
  })
  const params = { id: z.string() }
  const run = (name: string) => (args: object) => {
    ran.push([name, args])
    return { name, ...args }
  }
  app.tool('get_order', { description: 'Reads an order.', params }, run('get_order'))
  app.tool(
    'refund_order',
    { description: 'Pays an order back.', params, needsApproval: true },
    run('refund_order'),
  )
  app.tool(
    'zap_everything',
    { description: 'Deletes every order.', guards: [hasRole('admin')], tags: ['danger'] },
    run('zap_everything'),
  )
  app.tool('write_note', { description: 'N.', guards: [hasScope('notes')] }, run('write_note'))
  app.tool('scarce', { description: 'S.', rate: '2/min' }, run('scarce'))
  app.tool(
    'in_region',
    { description: 'R.', params: { region: query(z.string(), { mcpHeader: 'Region' }) } },
    run('in_region'),
  )
  app.tool('greet', { description: 'G.', listed: true, returns: z.string() }, () => 'hello')
  app.tool('fails', { description: 'F.' }, () => {
    throw new Error('secret')
  })
  return app
}

beforeAll(() => {
  client = testClient(build('search'))
})
afterAll(() => client.close())
beforeEach(() => {
  records = []
  ran = []
})

type Args = Readonly<Record<string, unknown>>
const as = (token: string, more: McpCallOptions = {}) => ({ token, ...more })
const wrapped = (name: string, args: Args = {}, more: McpCallOptions = {}, token = 'ada') =>
  client.mcp.callTool('call_action', { name, arguments: args }, as(token, more))
const find = async (words: string, token = 'ada', more: Args = {}) => {
  const { result } = await client.mcp.callTool('find_actions', { query: words, ...more }, as(token))
  return result?.['structuredContent'] as { actions: { name: string }[]; next_cursor?: string }
}
const named = async (words: string, token = 'ada') =>
  (await find(words, token)).actions.map(({ name }) => name)
/** What of an answer does not change from call to call. */
const steady = ({ status, message }: { status: number; message: unknown }) => ({
  status,
  text: JSON.stringify(message).replace(/"id":\d+,|(request_id|trace_id)\\?":\\?"[^"\\]*/g, ''),
})

it.each(ERAS)('%s: lists three tools, and what says that it is listed', async (era) => {
  const { result } = await client.mcp.listTools(as('ada', { era }))
  const tools = result?.['tools'] as { name: string }[]
  const names = tools.map(({ name }) => name)
  expect(names).toEqual(['find_actions', 'describe_action', 'call_action', 'in_region', 'greet'])
})

describe('SURF-3, PW-20: what is hidden', () => {
  it('is in no answer of find_actions, whatever is asked for', async () => {
    for (const words of ['', 'zap_everything', 'deletes', 'danger', 'order']) {
      expect(await named(words), words).not.toContain('zap_everything')
      expect(await named(words, 'root'), words).toEqual(
        words === 'order' || words === '' ? expect.anything() : ['zap_everything'],
      )
    }
  })

  it('moves nothing in the order and the pages of what is seen', async () => {
    const without = createApp({
      name: 'search',
      mcp: { tools: { mode: 'search' } },
      publicSurfaces: ['mcp'],
    })
    const two = [
      ['get_order', 'Reads an order.'],
      ['refund_order', 'Pays an order back.'],
    ] as const
    for (const [name, description] of two) without.tool(name, { description }, () => 1)
    await using other = testClient(without)
    const { result } = await other.mcp.callTool('find_actions', { query: 'every order back' })
    expect(await find('every order back')).toEqual(result?.['structuredContent'])
  })

  it('is described in the words for what there is not', async () => {
    const ask = (name: string, token: string) =>
      client.mcp.callTool('describe_action', { name }, as(token))
    const hidden = await ask('zap_everything', 'ada')
    expect(hidden.isSuccess).toBe(false)
    expect(steady(hidden)).toEqual(steady(await ask('not_there_at_a', 'ada')))
    expect((await ask('zap_everything', 'root')).isSuccess).toBe(true)
  })

  it('answers call_action as it answers a call by its own name', async () => {
    const direct = await client.mcp.callTool('zap_everything', {}, as('ada'))
    expect(steady(await wrapped('zap_everything'))).toEqual(steady(direct))
    expect(ran).toEqual([])
  })

  it('a scope hides nothing, and is asked for in the words of HTTP', async () => {
    expect(await named('note')).toEqual(['write_note'])
    const refused = await wrapped('write_note')
    expect(refused.status).toBe(403)
    expect(refused.response.headers.get('www-authenticate')).toContain('notes')
  })

  it('a stranger is told nothing by any of the three', async () => {
    for (const [tool, args] of [
      ['find_actions', { query: '' }],
      ['describe_action', { name: 'get_order' }],
      ['call_action', { name: 'get_order', arguments: { id: 'a' } }],
      ['call_action', { name: 'nothing' }],
    ] as const) {
      expect((await client.mcp.callTool(tool, args)).status, tool).toBe(401)
    }
  })
})

describe.each(ERAS)('a call through call_action (%s)', (era) => {
  it.each([
    ['get_order', { id: 'a' }],
    ['get_order', { id: 7 }],
    ['get_order', { id: 'a', more: 1 }],
    ['greet', {}],
    ['fails', {}],
    ['refund_order', { id: 'a' }],
  ] as const)('answers as %s(%j) does, and leaves the record of it', async (name, args) => {
    const direct = await client.mcp.callTool(name, args, as('ada', { era }))
    const through = await wrapped(name, args, { era })
    expect(steady(through)).toEqual(steady(direct))
    const [one, two] = records
    expect(records).toHaveLength(2)
    expect(two?.action).toBe(name)
    expect([two?.outcome, two?.source, two?.subject]).toEqual([
      one?.outcome,
      one?.source,
      one?.subject,
    ])
  })

  it('APPR-4, PW-40: an approval is of the action and its arguments, whichever way they come', async () => {
    const token = `yes ${argumentsHash('refund_order', { id: 'a' })}`
    const ways = [
      (approvalToken: string, id: string) =>
        client.mcp.callTool('refund_order', { id }, as('ada', { era, approvalToken })),
      (approvalToken: string, id: string) =>
        wrapped('refund_order', { id }, { era, approvalToken }),
    ]
    for (const way of ways) {
      expect((await way(token, 'a')).isSuccess).toBe(true)
      expect((await way(token, 'b')).isSuccess).toBe(false)
    }
    // Of the wrapping there is nothing to approve.
    const outer = { name: 'refund_order', arguments: { id: 'a' } }
    expect((await ways[1]?.(`yes ${argumentsHash('call_action', outer)}`, 'a'))?.isSuccess).toBe(
      false,
    )
    expect(ran).toHaveLength(2)
  })

  it('a token, or a rehearsal, in the wrong place runs nothing', async () => {
    const token = `yes ${argumentsHash('refund_order', { id: 'a' })}`
    for (const more of [
      { _meta: { approvalToken: token } },
      { approvalToken: token },
      { dryRun: true },
      { dry_run: true },
    ]) {
      // One that needs no approval: ignored, the member would let it run.
      const asked = { name: 'get_order', arguments: { id: 'a' }, ...more }
      expect((await client.mcp.callTool('call_action', asked, as('ada', { era }))).isSuccess).toBe(
        false,
      )
    }
    const rehearsed = await wrapped('get_order', { id: 'a' }, { era, dryRun: true })
    expect(rehearsed.text).toContain('"action":"get_order"')
    expect(ran).toEqual([])
  })

  it('PW-40: is limited as the action is, and one by one', async () => {
    const token = `limited-${era}`
    const answers = [
      await wrapped('scarce', {}, { era }, token),
      await client.mcp.callTool('scarce', {}, as(token, { era })),
      await wrapped('scarce', {}, { era }, token),
      await wrapped('get_order', { id: 'a' }, { era }, token),
    ]
    expect(answers.map(({ isSuccess }) => isSuccess)).toEqual([true, true, false, true])
    expect(answers[2]?.text).toContain('RATE_LIMIT_EXCEEDED')
  })

  it.each(['call_action', 'find_actions', 'describe_action'])(
    'PW-40: %s in it is refused',
    async (name) => {
      const inner = { name: 'get_order', arguments: { id: 'a' } }
      const { text, isSuccess } = await wrapped(name, inner, { era })
      expect([isSuccess, ran]).toEqual([false, []])
      expect(text).toContain('cannot be called through call_action')
    },
  )

  it('SEP-2243: an argument that a gateway compares is not passed where it cannot', async () => {
    const { text } = await wrapped('in_region', { region: 'eu' }, { era })
    expect(text).toContain('cannot be called through call_action')
    expect(ran).toEqual([])
  })

  it.each([
    ['no name', {}],
    ['a number', { name: 7 }],
    ['a name of Object', { name: '__proto__', arguments: {} }],
    ['another one', { name: 'constructor' }],
    ['a list', { name: 'get_order', arguments: [{ id: 'a' }] }],
    ['text', { name: 'get_order', arguments: '{"id":"a"}' }],
  ])('%s in the place of an action or its arguments runs nothing', async (_, asked) => {
    const { isSuccess } = await client.mcp.callTool('call_action', asked, as('ada', { era }))
    expect([isSuccess, ran]).toEqual([false, []])
  })
})

it('PW-40: calls of one batch through call_action are counted one by one', async () => {
  const message = (id: number) => ({
    jsonrpc: '2.0',
    id,
    method: 'tools/call',
    params: { name: 'call_action', arguments: { name: 'scarce' } },
  })
  const { text } = await client.http.post('/mcp', {
    json: [1, 2, 3].map(message),
    headers: { authorization: 'Bearer batch' },
  })
  const answers = JSON.parse(text) as { result: { isError: boolean } }[]
  expect(answers.map(({ result }) => result.isError)).toEqual([false, false, true])
})

it('a gateway that goes by Mcp-Name is told the name that was called', async () => {
  const lie = { headers: { 'mcp-name': 'get_order' } }
  expect((await wrapped('get_order', { id: 'a' }, lie)).error?.code).toBe(-32020)
  expect(ran).toEqual([])
})

it('a query of a megabyte is refused before it is read', async () => {
  const asked = { query: 'ab '.repeat(300_000) }
  const started = performance.now()
  const { isSuccess, text } = await client.mcp.callTool('find_actions', asked, as('ada'))
  expect(isSuccess).toBe(false)
  expect(text).toContain('at most 1000 characters')
  expect(performance.now() - started).toBeLessThan(1_000)
})

it('a name of ours cannot be taken', () => {
  const app = createApp({
    name: 'taken',
    mcp: { tools: { mode: 'search' } },
    publicSurfaces: ['mcp'],
  })
  app.tool('call_action', { description: 'Mine.' }, () => 1)
  expect(() => app.catalogue).toThrow("Tool 'call_action': with mcp.tools.mode 'search'")
})

it('where tools are listed the three are no tools, and their names are free', async () => {
  const app = createApp({ name: 'free', publicSurfaces: ['mcp'] })
  app.tool(
    'call_action',
    { description: 'Mine.', params: { name: z.string() } },
    ({ name }) => name,
  )
  await using other = testClient(app)
  const { text } = await other.mcp.callTool('call_action', { name: 'call_action' })
  expect(text).toBe('call_action')
  expect((await other.mcp.callTool('find_actions', { query: '' })).error?.code).toBe(-32602)
})

describe('1,000 actions', () => {
  const app = createApp({
    name: 'many',
    mcp: { tools: { mode: 'search' } },
    publicSurfaces: ['mcp'],
  })
  for (let index = 0; index < 1_000; index++) {
    const description = `Does thing ${index}. `.padEnd(400, 'a word of it ')
    app.tool(`action_${index}`, { description, params: { id: z.string() } }, () => index)
  }

  it('a list has 4 KiB at most', async () => {
    await using many = testClient(app)
    for (const era of ERAS) {
      const { response } = await many.mcp.listTools({ era })
      expect(response.bytes.byteLength).toBeLessThanOrEqual(4_096)
    }
  })

  it('pages go through all of them, once each, and the best come first', async () => {
    await using many = testClient(app)
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const asked = { query: '', limit: 50, ...(cursor === undefined ? {} : { cursor }) }
      const { result } = await many.mcp.callTool('find_actions', asked)
      const page = result?.['structuredContent'] as Awaited<ReturnType<typeof find>>
      seen.push(...page.actions.map(({ name }) => name))
      cursor = page.next_cursor
    } while (cursor !== undefined)
    expect([seen.length, new Set(seen).size]).toEqual([1_000, 1_000])
    const { result } = await many.mcp.callTool('find_actions', { query: 'thing 777', limit: 1 })
    expect(JSON.stringify(result)).toContain('action_777')
  })

  it('the dearest query there is takes no long', async () => {
    await using many = testClient(app)
    const words = Array.from({ length: 140 }, (_, index) => `aaaa${index}s`)
      .join(' ')
      .slice(0, 1_000)
    await many.mcp.callTool('find_actions', { query: words })
    const started = performance.now()
    for (let time = 0; time < 5; time++) await many.mcp.callTool('find_actions', { query: words })
    // Some 5 ms each on a machine that does nothing else.
    expect((performance.now() - started) / 5).toBeLessThan(250)
  })
})
