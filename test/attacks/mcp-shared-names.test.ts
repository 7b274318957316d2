// Who attacks: a caller, through what tools, resources and prompts have in common: options that a developer wrote another way
// than the examples do, names that several kinds share, approvals. What they would win: an action without its guards, or one
// that a person approved as another.
import { createApp } from 'trefoil'
import { AuthContext, type AuthRequest, hasRole } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const auth = [
  {
    surfaces: ['mcp' as const],
    authenticate: ({ bearer }: AuthRequest) =>
      bearer === null
        ? null
        : new AuthContext({ subject: bearer, roles: bearer === 'root' ? ['admin'] : [] }),
  },
]
const CANARY = 'canary-4711'

/** Ways of JavaScript to hand over options; all of them are read where a route has them. */
class AdminOptions {
  name = 'hidden'
  description = CANARY
  get guards() {
    return [hasRole('admin')]
  }
}
const OPTIONS: readonly [string, () => object][] = [
  ['as a literal', () => ({ name: 'hidden', description: CANARY, guards: [hasRole('admin')] })],
  [
    'inherited',
    () =>
      Object.assign(Object.create({ guards: [hasRole('admin')] }), {
        name: 'hidden',
        description: CANARY,
      }),
  ],
  [
    'not enumerable',
    () =>
      Object.defineProperty({ name: 'hidden', description: CANARY }, 'guards', {
        value: [hasRole('admin')],
      }),
  ],
  ['a class', () => new AdminOptions()],
  [
    'a proxy',
    () => new Proxy({ name: 'hidden', description: CANARY, guards: [hasRole('admin')] }, {}),
  ],
  [
    'frozen, without a prototype',
    () =>
      Object.freeze(
        Object.assign(Object.create(null), {
          name: 'hidden',
          description: CANARY,
          guards: [hasRole('admin')],
        }),
      ),
  ],
]

describe.each(OPTIONS)('FND-59 SW-29: options %s', (_, options) => {
  it('no kind loses its guards', async () => {
    const app = createApp({ auth, log })
    app.tool('hidden', options() as never, () => CANARY)
    app.action('acted', { ...{ tool: true }, ...{}, description: 'x' } as never, () => 'x')
    app.resource('hidden://x', options() as never, () => CANARY)
    app.resource('hidden://{id}', Object.setPrototypeOf({ name: 'each' }, options()), () => CANARY)
    app.prompt('hidden', options() as never, () => CANARY)
    const client = testClient(app)
    const { mcp } = client
    const token = 'ada'
    const answers = await Promise.all([
      mcp.callTool('hidden', {}, { token }),
      mcp.readResource('hidden://x', { token }),
      mcp.readResource('hidden://7', { token }),
      mcp.getPrompt('hidden', {}, { token }),
      mcp.listTools({ token }),
      mcp.listResources({ token }),
      mcp.listResourceTemplates({ token }),
      mcp.listPrompts({ token }),
    ])
    for (const { response } of answers) expect(response.text).not.toContain(CANARY)
    // They are there for whoever may.
    expect((await mcp.callTool('hidden', {}, { token: 'root' })).text).toBe(CANARY)
    expect((await mcp.readResource('hidden://7', { token: 'root' })).contents).toHaveLength(1)
    await client.close()
  })
})

it('APP-2: what is no name, or no options, is said in our words', () => {
  const app = createApp({ auth, log })
  for (const name of [Symbol('x'), Object.create(null), 7, null]) {
    const wrong = name as never
    expect(() => app.prompt(wrong, 7 as never, () => 'x')).toThrow('options must be an object')
    expect(() => app.tool(wrong, 7 as never, () => 'x')).toThrow('options must be an object')
  }
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  expect(() => app.tool('x', proxy as never, () => 'x')).toThrow("'x'")
  expect(() => app.prompt('x', proxy as never, () => 'x')).toThrow("'x'")
  expect(() => app.resource('x://y', proxy as never, () => 'x')).toThrow('x://y')
})

describe('APPR-2 PW-40: an approval is of one action of one kind', () => {
  it('what was approved to be read is not called by it', async () => {
    const seen: { action: string; argumentsHash: string }[] = []
    const app = createApp({
      publicSurfaces: ['mcp'],
      log,
      // As a store of approvals does: whatever it has under this hash.
      approval: ({ token, action, argumentsHash }) => {
        seen.push({ action, argumentsHash })
        return token === argumentsHash
      },
    })
    const asks = { needsApproval: true, params: { id: z.string() } } as const
    app.tool('order', { description: 'Orders.', ...asks }, () => 'ORDERED')
    app.resource('order://{id}', { name: 'order', ...asks }, () => 'READ')
    app.prompt('order', { description: 'Explains.', ...asks }, () => 'SAID')
    const client = testClient(app)
    const { mcp } = client
    const hashOf = (data: unknown) => (data as { arguments_hash: string }).arguments_hash
    const called = await mcp.callTool('order', { id: '7' })
    const hashes = [
      JSON.parse(called.text ?? '').error.arguments_hash as string,
      hashOf((await mcp.readResource('order://7')).error?.data),
      hashOf((await mcp.getPrompt('order', { id: '7' })).error?.data),
    ]
    expect(new Set(hashes).size).toBe(3)
    for (const [index, hash] of hashes.entries()) {
      const meta = { approval_token: hash }
      const texts = [
        (await mcp.callTool('order', { id: '7' }, { meta })).response.text.includes('ORDERED'),
        (await mcp.readResource('order://7', { meta })).response.text.includes('READ'),
        (await mcp.getPrompt('order', { id: '7' }, { meta })).response.text.includes('SAID'),
      ]
      expect(texts).toEqual([0, 1, 2].map((each) => each === index))
    }
    // Whoever decides is told which it is.
    expect(new Set(seen.map(({ action }) => action))).toEqual(
      new Set(['order', 'resource:order', 'prompt:order']),
    )
    await client.close()
  })
})

describe('P-VIS-1: a name that kinds share', () => {
  it('what is hidden of one kind hides nothing of another, in documents neither', async () => {
    const app = createApp({ auth, log })
    app.tool('order', { description: 'open-tool' }, () => 'x')
    const hidden = { name: 'order', description: CANARY, guards: [hasRole('admin')] }
    app.resource('order://x', hidden, () => 'x')
    app.prompt('order', { description: CANARY, guards: [hasRole('admin')] }, () => 'x')
    const client = testClient(app)
    const page = await client.http.get('/mcp/docs', { token: 'ada' })
    expect(page.text).toContain('open-tool')
    expect(page.text).not.toContain(CANARY)
    expect((await client.http.get('/mcp/docs', { token: 'root' })).text).toContain(CANARY)
    await client.close()
  })
})

describe('RPC-7: a resource changes nothing', () => {
  it('a route that changes something is none', async () => {
    const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], log })
    app.get('/run', { name: 'run', changes: true, resource: 'run://now' }, () => 'x')
    await expect(app.startup()).rejects.toThrow('changes')
  })
})
