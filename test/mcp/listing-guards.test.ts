// P-VIS-1, PW-20: what lists, entries and suggestions are made by runs as the call itself would, for its caller and nobody else.
import { createApp } from 'trefoil'
import { AuthContext, guard, hasRole, hasScope } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }

let subjects: (string | null)[] = []
let entries: (size: number) => object[] = () => []
let runs = 0

const app = createApp({
  name: 'lists',
  log,
  auth: [
    {
      surfaces: ['mcp'],
      authenticate: ({ bearer }) => (bearer === null ? null : new AuthContext({ subject: bearer })),
    },
  ],
})
app.resource(
  'open://{id}',
  {
    name: 'open',
    public: true,
    params: { id: z.string() },
    entries: (_page, call) => {
      subjects.push((call as { auth: AuthContext | null }).auth?.subject ?? null)
      return { items: [] }
    },
    complete: {
      id: (_typed, call) => {
        subjects.push((call as { auth: AuthContext | null }).auth?.subject ?? null)
        return []
      },
    },
  },
  () => 'open',
)
app.resource(
  'order://{id}',
  { name: 'order', entries: ({ size }) => ({ items: entries(size) as never }) },
  () => 'an order',
)
const count = () => {
  runs++
  return { items: [] }
}
app.resource(
  'admin://{id}',
  { name: 'admin', guards: [hasRole('admin')], entries: count },
  () => 'never',
)
app.resource(
  'broken://{id}',
  {
    name: 'broken',
    guards: [
      guard({
        name: 'Broken',
        check: async () => {
          throw new Error('a database is down')
        },
      }),
    ],
    entries: count,
  },
  () => 'never',
)
app.resource(
  'scoped://{id}',
  { name: 'scoped', guards: [hasScope('all:read')], entries: count },
  () => 'never',
)
app.tool('seen', { description: 'S.' }, () => 'seen')
app.tool('shut', { description: 'S.', guards: [hasRole('admin')] }, () => 'never')
const { mcp } = testClient(app)
const ann = { token: 'ann' }

beforeEach(() => {
  subjects = []
  entries = () => []
  runs = 0
})

describe('what is public is asked for as nobody, whoever asks', () => {
  it('entries', async () => {
    expect((await mcp.listResources(ann)).error).toBeNull()
    expect(subjects).toEqual([null])
  })

  it('suggestions', async () => {
    expect((await mcp.complete('open://{id}', 'id', '', ann)).error).toBeNull()
    expect(subjects).toEqual([null])
  })
})

describe('guards', () => {
  it('no entries are asked for behind one that refuses, or fails', async () => {
    const { response } = await mcp.listResourceTemplates(ann)
    expect(response.text).toContain('order://{id}')
    // Whoever has the scope is told of it; what is behind it is another matter.
    expect(response.text).toContain('scoped://{id}')
    expect(response.text).not.toMatch(/admin:|broken:/)
    await mcp.listResources(ann)
    expect(runs).toBe(0)
  })
})

it.each(['modern', 'legacy'] as const)('a tool that is hidden is in no list (%s)', async (era) => {
  const { result } = await testClient(app, { era }).mcp.listTools(ann)
  expect(result?.['tools']).toMatchObject([{ name: 'seen' }])
})

describe('entries', () => {
  it.each([
    ['of another template', () => [{ uri: 'admin://1', name: 'not its own' }]],
    ['of no template', () => [{ uri: 'x', name: 'none' }]],
    [
      'more than there is room for',
      (size: number) =>
        Array.from({ length: size + 1 }, (_, at) => ({ uri: `order://${at}`, name: `${at}` })),
    ],
  ])('%s are shown to nobody', async (_, made) => {
    entries = made
    const { error, response } = await mcp.listResources(ann)
    expect(error?.code).toBe(-32603)
    expect(response.text).not.toMatch(/admin:\/\/|order:\/\//)
  })
})

describe('what is read at every key has a length', () => {
  it('what was typed', async () => {
    const at = async (length: number) =>
      (await mcp.complete('open://{id}', 'id', 'x'.repeat(length), ann)).error?.code
    expect([await at(4096), await at(4097)]).toEqual([undefined, -32602])
  })
})
