// Who attacks: a caller of MCP, by what handlers, guards and lists answer. What they would win: an answer that is larger than
// was allowed, a list that hides its end, the name of what is hidden from them, an audience that is none.
import { body, type Call, createApp, HttpError } from 'trefoil'
import { AuthContext, type AuthRequest, guard, hasScope } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const auth = [
  {
    surfaces: ['mcp' as const],
    authenticate: ({ bearer }: AuthRequest) =>
      bearer === null ? null : new AuthContext({ subject: bearer }),
  },
]
const SMALL = 10_000

describe('MCP-14: an answer is no larger than allowed, as it is sent', () => {
  const app = createApp({ publicSurfaces: ['mcp'], log, mcp: { maxResponseSize: '10kb' } })
  const values: Record<string, unknown> = {
    controls: '\u0000'.repeat(SMALL / 2),
    quotes: { text: '"'.repeat(SMALL / 2) },
    halves: '\ud800'.repeat(SMALL / 4),
    bytes: new Uint8Array(SMALL - 2000),
  }
  for (const [name, value] of Object.entries(values)) {
    app.resource(`v://${name}`, { name }, () => value)
  }
  const { mcp } = testClient(app)
  it.each(Object.keys(values))('a resource: %s', async (name) => {
    const { response, error } = await mcp.readResource(`v://${name}`)
    expect(response.text.length).toBeLessThan(SMALL + 500)
    expect(error?.data).toMatchObject({ problem: 'response_too_large' })
  })
})

describe('SURF-3: long lists', () => {
  it('a list of resources has an end, and all of it is reached', async () => {
    const app = createApp({ auth, log })
    for (let at = 0; at < 1950; at++) app.resource(`r://${at}`, { name: `r${at}` }, () => 1)
    app.resource(
      'e://{id}',
      { name: 'e', entries: () => ({ items: [{ uri: 'e://1', name: 'one' }] }) },
      () => 1,
    )
    const client = testClient(app)
    const seen: string[] = []
    const cursors: string[] = []
    let cursor: string | undefined
    do {
      const page = await client.mcp.listResources({
        token: 'ada',
        ...(cursor === undefined ? {} : { cursor }),
      })
      const resources = page.result?.['resources'] as { uri: string }[]
      expect(resources.length).toBeLessThanOrEqual(1000)
      seen.push(...resources.map(({ uri }) => uri))
      cursor = page.result?.['nextCursor'] as string | undefined
      if (cursor !== undefined) cursors.push(cursor)
    } while (cursor !== undefined && cursors.length < 10)
    expect(new Set(seen).size).toBe(1951)
    expect(seen).toHaveLength(1951)
    for (const wrong of ['~', '~MTAwMC4w', `${cursors[0]}x`, cursors[0]?.slice(1) ?? '']) {
      const page = await client.mcp.listResources({ token: 'ada', cursor: wrong })
      expect(page.error?.message, wrong).toBe('Invalid cursor')
    }
    await client.close()
  })
})

describe('what entries answer', () => {
  const item = { uri: 'e://1', name: 'one' }
  const build = (entries: (page: { cursor: string | null }) => unknown) => {
    const app = createApp({ auth, log, mcp: { maxResponseSize: '10kb' } })
    app.resource('e://{id}', { name: 'e', entries: entries as never }, () => 1)
    return testClient(app).mcp.listResources({ token: 'ada' })
  }

  it('FND-46: null is nothing', async () => {
    const page = await build(() => ({
      items: [{ ...item, title: null, description: null, type: null, size: null }],
    }))
    expect(page.result?.['resources']).toEqual([item])
  })

  it.each<[string, unknown]>([
    ['an object as text', { items: [{ ...item, description: { a: 1 } }] }],
    ['a number as a title', { items: [{ ...item, title: 7 }] }],
    ['a type that is none', { items: [{ ...item, type: 'no\r\ntype' }] }],
    ['less than nothing', { items: [{ ...item, size: -5 }] }],
    ['a page that nobody could ask for', { items: [item], next: 'n'.repeat(5000) }],
    ['half a character as what is next', { items: [item], next: '\ud800' }],
  ])('%s is a mistake, and no list', async (_, value) => {
    const page = await build(() => value)
    expect(page.error).toMatchObject({ code: -32603 })
    expect(page.status).toBe(200)
  })

  it('more than an answer may have is refused', async () => {
    const page = await build(() => ({ items: [{ ...item, description: 'x'.repeat(10_200) }] }))
    expect(page.error?.data).toMatchObject({ problem: 'response_too_large' })
    const two = [1, 2].map((at) => ({
      ...item,
      uri: `e://${at}`,
      description: '\u0001'.repeat(2000),
    }))
    const escaped = await build(() => ({ items: two }))
    expect(escaped.error?.data).toMatchObject({ problem: 'response_too_large' })
  })

  it('a list that data make is kept by nobody', async () => {
    const page = await build(() => ({ items: [item] }))
    expect(page.result).toMatchObject({ ttlMs: 0, cacheScope: 'private' })
  })

  it('P-ERR-4: what its handler says is an error in a 200, as for every method', async () => {
    for (const status of [404, 409, 503] as const) {
      const page = await build(() => {
        throw new HttpError(status, 'said')
      })
      expect(page.status).toBe(200)
      expect(page.error?.message).toBe('said')
    }
  })

  it('what came first in a cursor is there afterwards', async () => {
    const cursors: (string | null)[] = []
    const app = createApp({ auth, log })
    app.resource(
      'e://{id}',
      {
        name: 'e',
        entries: ({ cursor }) => {
          cursors.push(cursor)
          return { items: [], next: cursor === null ? '\ufeffx' : null }
        },
      },
      () => 1,
    )
    const { mcp } = testClient(app)
    const first = await mcp.listResources({ token: 'ada' })
    await mcp.listResources({ token: 'ada', cursor: String(first.result?.['nextCursor']) })
    expect(cursors).toEqual([null, '\ufeffx'])
  })
})

describe('PW-20: a guard that takes too long hides', () => {
  const app = createApp({ auth, log, limits: { timeout: '50ms' } })
  const slow = guard({ name: 'Slow', check: () => new Promise<boolean>(() => {}) })
  app.prompt(
    'slow_prompt',
    { description: 'x', guards: [slow], params: { a: z.string() }, complete: { a: () => ['x'] } },
    () => 'x',
  )
  app.resource(
    'slow://{id}',
    {
      name: 'slow_resource',
      guards: [slow],
      entries: () => ({ items: [{ uri: 'slow://1', name: 'x' }] }),
      complete: { id: () => ['x'] },
    },
    () => 'x',
  )
  const { mcp } = testClient(app)
  it('a completion says of it what it says of nothing', async () => {
    const told = async (name: string) => {
      const { error, status } = await mcp.complete(name, 'a', 'x', { token: 'ada' })
      return { status, code: error?.code, message: error?.message }
    }
    expect(await told('slow_prompt')).toEqual(await told('nope'))
    expect(await told('slow://{id}')).toEqual(await told('nope://{id}'))
  })

  it('P-ERR-4: what completes too long is an error in a 200', async () => {
    const late = createApp({ auth, log, limits: { timeout: '50ms' } })
    const never = () => new Promise<never>(() => {})
    late.prompt(
      'late',
      { description: 'x', params: { a: z.string() }, complete: { a: never } },
      () => 'x',
    )
    const { status, error } = await testClient(late).mcp.complete('late', 'a', '', { token: 'ada' })
    expect(status).toBe(200)
    expect(error?.code).toBe(-32603)
  })
})

describe.each(['modern', 'legacy'] as const)('P-ERR-4: an answer that has begun, %s', (era) => {
  it('ends with a message, whatever is missing', async () => {
    const app = createApp({ auth, log })
    const late = async (_args: object, call: Call) => {
      call.progress(1, 2)
      await new Promise((resolve) => setTimeout(resolve, 20))
      await call.authorize(hasScope('root'))
      return 'x'
    }
    app.tool('late', { description: 'x' }, late as never)
    app.resource('late://x', { name: 'late' }, late as never)
    app.prompt('late', { description: 'x' }, late as never)
    const { mcp } = testClient(app, { era })
    const options = { token: 'ada', meta: { progressToken: 'p' } }
    for (const answer of [
      await mcp.callTool('late', {}, options),
      await mcp.readResource('late://x', options),
      await mcp.getPrompt('late', {}, options),
    ]) {
      const messages = answer.response.text
        .split('\n')
        .filter((line) => line.startsWith('data: '))
        .map((line) => JSON.parse(line.slice(6)))
      expect(messages).toHaveLength(2)
      for (const message of messages) expect(message).toHaveProperty('jsonrpc', '2.0')
      expect(messages[1].id).toBeTypeOf('number')
      expect(JSON.stringify(messages[1])).toContain('Requires any of scopes [root]')
    }
  })
})

describe('FND-16: what is no promise and has a then', () => {
  it('is waited for, as everywhere', async () => {
    const app = createApp({ publicSurfaces: ['mcp'], log })
    const later = (value: unknown) => ({
      // biome-ignore lint/suspicious/noThenProperty: what query builders are
      then(resolve: (late: unknown) => void) {
        resolve(value)
      },
    })
    app.prompt(
      'later',
      {
        description: 'x',
        params: { a: z.string().default('') },
        complete: { a: () => later(['found']) as never },
      },
      () => later('said') as never,
    )
    const { mcp } = testClient(app)
    expect((await mcp.getPrompt('later')).result?.['messages']).toHaveLength(1)
    expect((await mcp.complete('later', 'a')).result?.['completion']).toMatchObject({
      values: ['found'],
    })
  })
})

describe('RFC 8707: an audience is text, or a list of text', () => {
  const resource = 'https://shop.example/mcp'
  it.each<[string, unknown, number]>([
    ['its own', resource, 200],
    ['among others', ['x', resource], 200],
    ['what says yes to everything', { includes: () => true }, 401],
    ['a list that says yes to everything', Object.assign([], { includes: () => true }), 401],
    ['a list of lists', [[resource]], 401],
    ['text that has it', `x ${resource}`, 401],
    ['a set', new Set([resource]), 401],
  ])('%s', async (_, audience, expected) => {
    const app = createApp({
      publicSurfaces: ['api', 'cli'],
      log,
      auth: [
        {
          surfaces: ['mcp'],
          authenticate: (_request) =>
            new AuthContext({ subject: 'ada', audience: audience as never }),
        },
      ],
      mcp: { authorization: { resource, servers: ['https://id.example'] } },
    })
    app.tool('x', { description: 'x' }, () => 'in')
    const { status, text } = await testClient(app).mcp.callTool('x', {}, { token: 't' })
    // Not let in is enough, whoever is blamed.
    expect(text === 'in').toBe(expected === 200)
    expect(status === 200).toBe(expected === 200)
  })
})

describe('what hosts follow is an address that they may', () => {
  const start = (mcp: object, meta?: object) => {
    const app = createApp({ auth, publicSurfaces: ['api', 'cli'], log, mcp })
    app.tool('x', { description: 'x', ...(meta === undefined ? {} : { meta }) } as never, () => 'x')
    return app.startup()
  }
  it('where people read about it', async () => {
    const authorization = { resource: 'https://a.example/mcp', servers: ['https://id.example'] }
    for (const documentation of ['javascript:alert(1)', 'docs', 'data:text/html,x', 'https://']) {
      const started = async () => start({ authorization: { ...authorization, documentation } })
      await expect(started()).rejects.toThrow('documentation')
    }
    const documentation = 'https://docs.example/Agents?x=1#begin'
    await start({ authorization: { ...authorization, documentation } })
  })

  it('the page of a tool, in either spelling', async () => {
    for (const uri of ['https://evil.example', 'javascript:alert(1)', 7]) {
      await expect(start({}, { 'ui/resourceUri': uri })).rejects.toThrow('ui://')
      await expect(start({}, { ui: { resourceUri: uri } })).rejects.toThrow('ui://')
    }
    await start({}, { 'ui/resourceUri': 'ui://orders' })
  })

  it('FND-43: a promise of headers is found wherever a reference leads', async () => {
    const jsonSchema = {
      type: 'object',
      more: { region: { type: 'string', 'x-mcp-header': 'Region' } },
      properties: { region: { $ref: '#/more/region' } },
    }
    const app = createApp({ publicSurfaces: ['mcp'], log })
    const input = body(z.looseObject({}), { jsonSchema })
    app.tool('x', { description: 'x', input }, () => 'x')
    await expect(app.startup()).rejects.toThrow('x-mcp-header')
  })
})
