// Who attacks: a caller of MCP with a cursor that was made up, changed, or given to somebody else. What they would win:
// a page of what others may see, or the end of a list that they walk.

import { crc32 } from 'node:zlib'
import { createApp } from 'trefoil'
import { AuthContext, hasRole } from 'trefoil/auth'
import { type RunningServer, serve } from 'trefoil/node'
import { testClient } from 'trefoil/testing'
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest'
import { z } from 'zod'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const LITERALS = 2500
const ORDERS = 1234
const VERSION = '3.1.4'
const ids = (count: number) => Array.from({ length: count }, (_, at) => at)

/** Every third literal is the admins', and a template; of orders each sees their own. */
function archive(pageSize?: number, literals = LITERALS, orders = ORDERS) {
  const asked: { readonly cursor: string | null; readonly size: number; readonly by: string }[] = []
  const app = createApp({
    version: VERSION,
    env: {},
    log: { logger: SILENT },
    ...(pageSize === undefined ? {} : { mcp: { pageSize } }),
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: ({ bearer }) =>
          bearer === null
            ? null
            : new AuthContext({ subject: bearer, roles: bearer === 'root' ? ['admin'] : [] }),
      },
    ],
  })
  const admin = app.group('', { guards: [hasRole('admin')] })
  for (const id of ids(literals)) {
    const routes = id % 3 === 0 ? admin : app
    routes.resource(`file://${id}`, { name: `file_${id}` }, () => `file ${id}`)
  }
  admin.resource(
    'secret://{id}',
    {
      name: 'secret',
      entries: ({ cursor, size }) => {
        const from = Number(cursor ?? 0)
        const end = Math.min(from + size, 150)
        const items = ids(end - from).map((at) => ({
          uri: `secret://${from + at}`,
          name: 'Secret',
        }))
        return { items, next: end < 150 ? String(end) : null }
      },
    },
    ({ id }) => `secret ${id}`,
  )
  app.resource(
    'order://{owner}/{id}',
    {
      name: 'order',
      params: { owner: z.string(), id: z.int() },
      // Goes by who is calling, and takes the cursor for what it is: something that a caller sent.
      entries: ({ cursor, size }, call) => {
        const owner = call.auth?.subject ?? ''
        asked.push({ cursor, size, by: owner })
        const last = z.coerce
          .number()
          .int()
          .min(-1)
          .max(orders)
          .catch(-1)
          .parse(cursor ?? -1)
        const some = ids(orders).filter((id) => id > last && (owner === 'root' || id % 2 === 0))
        const page = some.slice(0, size)
        const items = page.map((id) => ({ uri: `order://${owner}/${id}`, name: `Order ${id}` }))
        return { items, next: some.length > size ? String(page.at(-1)) : null }
      },
    },
    ({ owner, id }, call) => (call.auth?.subject === owner ? `order ${id}` : null),
  )
  return { app, asked }
}

/** What a caller may see of it, in order. */
function expected(token: string, literals = LITERALS, orders = ORDERS): readonly string[] {
  const isRoot = token === 'root'
  return [
    ...ids(literals)
      .filter((id) => isRoot || id % 3 !== 0)
      .map((id) => `file://${id}`),
    ...(isRoot ? ids(150).map((id) => `secret://${id}`) : []),
    ...ids(orders)
      .filter((id) => isRoot || id % 2 === 0)
      .map((id) => `order://${token}/${id}`),
  ]
}

type Listed = { readonly uri: string }
type Mcp = ReturnType<typeof testClient>['mcp']

async function walk(mcp: Mcp, token: string) {
  const uris: string[] = []
  const cursors: string[] = []
  const sizes: number[] = []
  for (;;) {
    const cursor = cursors.at(-1)
    const { result, error } = await mcp.listResources({ token, ...(cursor && { cursor }) })
    if (error !== null) throw new Error(error.message)
    const page = result?.['resources'] as Listed[]
    uris.push(...page.map(({ uri }) => uri))
    sizes.push(page.length)
    const next = result?.['nextCursor']
    if (typeof next !== 'string') return { uris, cursors, sizes }
    cursors.push(next)
  }
}

/** What anybody can do who reads the source: a cursor whose sum is right, which places whom it likes. */
function forge(template: number, uri: string, next: string | null, seen: readonly string[]) {
  const whole = JSON.stringify([VERSION, 'entries', template, uri, next, seen])
  const sum = crc32(whole).toString(16)
  return Buffer.from(JSON.stringify([sum, template, next])).toString('base64url')
}

describe.each(['modern', 'legacy'] as const)('MCP-21 PW-20: thousands of resources, %s', (era) => {
  const { app, asked } = archive()
  const { mcp } = testClient(app, { era })
  const walks = { ada: walk(mcp, 'ada'), bob: walk(mcp, 'bob'), root: walk(mcp, 'root') }
  const code = async (cursor: unknown, token: string) => {
    const { error, response } = await mcp.listResources({ token, cursor: cursor as string })
    return error === null ? response.text : `${error.code} ${error.message}`
  }

  it.each(['ada', 'bob', 'root'] as const)(
    '%s walks exactly what is theirs, in order',
    async (token) => {
      const { uris, sizes } = await walks[token]
      expect(uris).toEqual(expected(token))
      expect(Math.max(...sizes)).toBe(1000)
      // All but those that a template fills, which are of 100.
      expect(sizes.slice(0, 2)).toEqual(token === 'root' ? [1000, 1000] : [1000, 766])
    },
  )

  it('a cursor of whoever sees other things is refused, wherever it leads', async () => {
    const { ada, root } = { ada: await walks.ada, root: await walks.root }
    for (const cursor of root.cursors)
      expect(await code(cursor, 'ada')).toBe('-32602 Invalid cursor')
    for (const cursor of ada.cursors)
      expect(await code(cursor, 'root')).toBe('-32602 Invalid cursor')
  })

  it('a cursor of whoever sees the same leads to the page of who sends it', async () => {
    const { cursors } = await walks.ada
    for (const cursor of cursors) {
      expect(await code(cursor, 'bob')).not.toContain('order://ada')
      expect(await code(cursor, 'bob')).toContain('"resources":[{')
    }
  })

  it('a cursor of another list, and one that was changed, are refused', async () => {
    const { cursors } = await walks.ada
    const lists = ['listTools', 'listPrompts', 'listResourceTemplates'] as const
    for (const cursor of [cursors[0], cursors.at(-1)] as string[]) {
      for (const list of lists) {
        const { error } = await mcp[list]({ token: 'ada', cursor })
        // An app without prompts knows no such method.
        expect([-32_602, -32_601]).toContain(error?.code)
      }
      for (const changed of [`${cursor}A`, cursor.slice(1), cursor.slice(0, -1), ` ${cursor}`]) {
        expect(await code(changed, 'ada')).toBe('-32602 Invalid cursor')
      }
    }
    for (const odd of ['', 'order', 'order~MQ', 7, {}, [], 'W10', 'A'.repeat(5000), '__proto__']) {
      expect(await code(odd, 'ada')).toBe('-32602 Invalid cursor')
    }
  })

  it('one that was made up says what `entries` is asked by, and nothing of who asks', async () => {
    const ada = expected('ada').filter((uri) => uri.startsWith('file'))
    const seen = [...ada.map((uri) => uri.replace('file://', 'file_')), 'order']
    const order = 'order://{owner}/{id}'
    const before = asked.length
    const made = await code(forge(0, order, '0; drop table', seen), 'ada')
    expect(made).toContain('order://ada/0')
    expect(made).not.toMatch(/root|secret/)
    expect(asked.slice(before)).toEqual([{ cursor: '0; drop table', size: 100, by: 'ada' }])
    // A template that its sender does not see is none, however right the sum is.
    const all = [...expected('root').filter((uri) => uri.startsWith('file')), 'secret', 'order']
    for (const cursor of [
      forge(1, order, null, seen),
      forge(0, 'secret://{id}', null, seen),
      forge(0, 'secret://{id}', null, all),
      forge(0.5, order, null, seen),
      forge(-1, order, null, seen),
      forge(0, order, 'x'.repeat(4000), seen),
    ]) {
      expect(await code(cursor, 'ada')).toBe('-32602 Invalid cursor')
    }
  })
})

describe('MCP-21: over the wire, two callers at once', () => {
  let server: RunningServer
  beforeAll(async () => {
    server = await serve(archive().app, { port: 0, signals: false })
  })
  afterAll(() => server.close())

  test('each walks what is theirs while the other does', async () => {
    const page = async (token: string, cursor: string | null) => {
      const response = await fetch(`${server.url}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'resources/list',
          params: cursor === null ? {} : { cursor },
        }),
      })
      const { result } = (await response.json()) as {
        result: { resources: Listed[]; nextCursor?: string }
      }
      return result
    }
    const walked = async (token: string) => {
      const uris: string[] = []
      let cursor: string | null = null
      do {
        const { resources, nextCursor }: Awaited<ReturnType<typeof page>> = await page(
          token,
          cursor,
        )
        uris.push(...resources.map(({ uri }) => uri))
        cursor = nextCursor ?? null
      } while (cursor !== null)
      return uris
    }
    const [ada, root] = await Promise.all([walked('ada'), walked('root')])
    expect(ada).toEqual(expected('ada'))
    expect(root).toEqual(expected('root'))
  })
})

describe('MCP-21: mcp.pageSize', () => {
  test.each([1, 2, 7, 10, 20])('%i: no page has more, and none is left out', async (pageSize) => {
    const { app, asked } = archive(pageSize, 20, 30)
    const { mcp } = testClient(app)
    for (const token of ['ada', 'root']) {
      const { uris, sizes } = await walk(mcp, token)
      expect(uris).toEqual(expected(token, 20, 30))
      expect(Math.max(...sizes)).toBe(pageSize)
    }
    expect(Math.max(...asked.map(({ size }) => size))).toBeLessThanOrEqual(pageSize)
  })

  test('holds for each kind of list', async () => {
    const app = createApp({ publicSurfaces: ['mcp'], env: {}, mcp: { pageSize: 3 } })
    for (const id of ids(8)) {
      app.tool(`tool_${id}`, { description: 'A tool.' }, () => id)
      app.prompt(`prompt_${id}`, { description: 'A prompt.' }, () => 'x')
      app.resource(`t${id}://{id}`, { name: `template_${id}` }, () => 'x')
    }
    const { mcp } = testClient(app)
    for (const [list, member] of [
      ['listTools', 'tools'],
      ['listPrompts', 'prompts'],
      ['listResourceTemplates', 'resourceTemplates'],
    ] as const) {
      const sizes: number[] = []
      const names = new Set<unknown>()
      let cursor: string | undefined
      do {
        const { result }: Awaited<ReturnType<typeof mcp.listTools>> = await mcp[list](
          cursor === undefined ? {} : { cursor },
        )
        const page = result?.[member] as { name: string }[]
        sizes.push(page.length)
        for (const { name } of page) names.add(name)
        cursor = result?.['nextCursor'] as string | undefined
      } while (cursor !== undefined)
      expect([list, sizes, names.size]).toEqual([list, [3, 3, 2], 8])
    }
  })

  test("an entry that is read under another resource is that one's to list", async () => {
    const app = createApp({
      env: {},
      log: { logger: SILENT },
      auth: [
        { surfaces: ['mcp'], authenticate: (_request) => new AuthContext({ subject: 'ada' }) },
      ],
    })
    const hidden = { guards: [hasRole('admin')] }
    app.resource('doc://salaries', { name: 'salaries', ...hidden }, () => 'all of them')
    const uris = ['doc://salaries', 'doc://menu']
    const entries = () => ({ items: uris.map((uri) => ({ uri, name: uri })) })
    app.resource('doc://{name}', { name: 'doc', entries }, ({ name }) => name)
    const { mcp } = testClient(app)
    const { result } = await mcp.listResources()
    expect(result?.['resources']).toEqual([{ uri: 'doc://menu', name: 'doc://menu' }])
  })
})
