// Who attacks: a caller of MCP, through what lists, suggests and is kept. What they would win: names and ids that a guard
// keeps from them, or the server's time.

import { createApp, said } from 'trefoil'
import { AuthContext, hasRole, hasScope, inputGuard } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }
const CANARY = 'canary-4711'

function shop() {
  let asked = 0
  const app = createApp({
    log: { logger: SILENT },
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
  const suggest = () => {
    asked += 1
    return [CANARY]
  }
  const params = { id: z.string(), kind: z.enum([CANARY]).optional() }
  const admin = app.group('', { guards: [hasRole('admin')] })
  admin.prompt('secret', { description: CANARY, params, complete: { id: suggest } }, () => CANARY)
  admin.resource('secret://{id}', { name: 'secret', complete: { id: suggest } }, () => CANARY)
  app.prompt(
    'scoped',
    {
      description: 'Scoped.',
      params,
      complete: { id: suggest },
      guards: [hasScope('all:read')],
    },
    () => CANARY,
  )
  app.prompt(
    'owned',
    {
      description: 'Owned.',
      params,
      complete: { id: suggest },
      guards: [
        inputGuard({ name: 'Owns', check: (auth, { args }) => args['id'] === auth.subject }),
      ],
    },
    () => CANARY,
  )
  app.prompt(
    'mine',
    {
      description: 'Mine.',
      params: { id: z.string() },
      complete: { id: (_typed, call) => [`of ${call.auth?.subject}`] },
    },
    ({ id }, call) => said('user', `${id} of ${call.auth?.subject}`),
  )
  app.prompt(
    'many',
    {
      description: 'Many.',
      params: { id: z.string(), other: z.string() },
      complete: {
        id: () => Array.from({ length: 10_000 }, (_, at) => String(at)),
        other: () => new Promise<string[]>(() => {}),
      },
    },
    () => 'x',
  )
  return { app, asked: () => asked }
}

describe.each(['modern', 'legacy'] as const)('%s', (era) => {
  const { app, asked } = shop()
  const { mcp } = testClient(app, { era })
  const ada = { token: 'ada' }
  const root = { token: 'root' }
  const told = ({ error, status }: Awaited<ReturnType<typeof mcp.complete>>) => {
    const { request_id: _, trace_id: __, ...data } = (error?.data ?? {}) as never
    return { status, code: error?.code, message: error?.message, data }
  }

  it('PW-20 SURF-3: a prompt that is hidden is in no list, and is told as one that is not there', async () => {
    expect((await mcp.listPrompts(ada)).response.text).not.toContain(CANARY)
    expect((await mcp.listPrompts(root)).response.text).toContain(CANARY)
    const [hidden, none] = await Promise.all(
      ['secret', 'nobody'].map((name) => mcp.getPrompt(name, { id: '1' }, ada)),
    )
    if (hidden === undefined || none === undefined) throw new Error('unreachable')
    expect(told(hidden)).toEqual(told(none))
    expect(told(none).code).toBe(-32_602)
    expect((await mcp.getPrompt('secret', { id: '1' }, root)).response.text).toContain(CANARY)
  })

  it('PW-20: completions go by the guards of the call', async () => {
    const before = asked()
    const none = told(await mcp.complete('nobody', 'id', '', ada))
    for (const [of, argument] of [
      ['secret', 'id'],
      ['secret', 'kind'],
      ['secret', 'none'],
      ['owned', 'id'],
    ] as const) {
      expect(told(await mcp.complete(of, argument, '', ada))).toEqual(none)
    }
    const template = await mcp.complete('secret://{id}', 'id', '', ada)
    expect(told(template)).toEqual(told(await mcp.complete('none://{id}', 'id', '', ada)))
    const scoped = await mcp.complete('scoped', 'id', '', ada)
    expect(scoped.status).toBe(403)
    expect(scoped.response.text).not.toContain(CANARY)
    expect((await mcp.complete('secret', 'id')).status).toBe(401)
    expect(asked()).toBe(before)
    expect((await mcp.complete('secret', 'id', '', root)).response.text).toContain(CANARY)
  })

  it('suggestions are of who asks, and of nobody else', async () => {
    for (const token of ['ada', 'root', 'ada']) {
      const { result } = await mcp.complete('mine', 'id', '', { token })
      expect(result?.['completion']).toMatchObject({ values: [`of ${token}`] })
      const { response } = await mcp.getPrompt('mine', { id: '1' }, { token })
      expect(response.text).toContain(`1 of ${token}`)
    }
  })

  it('caches of others keep nothing of a caller', async () => {
    const answers = [
      await mcp.listPrompts(ada),
      await mcp.listTools(ada),
      await mcp.listResources(ada),
    ]
    for (const { result } of answers) expect(result?.['cacheScope']).not.toBe('public')
    const kept = await mcp.complete('mine', 'id', '', ada)
    expect(kept.result).not.toHaveProperty('ttlMs')
  })

  it('10,000 suggestions are 100', async () => {
    const { result } = await mcp.complete('many', 'id', '', ada)
    const { values, total, hasMore } = result?.['completion'] as Record<string, unknown>
    expect(values).toHaveLength(100)
    expect({ total, hasMore }).toEqual({ total: 10_000, hasMore: true })
  })

  it.each(['__proto__', 'constructor', 'toString'])('%s names nothing', async (name) => {
    expect((await mcp.complete(name, 'id', '', ada)).error?.code).toBe(-32_602)
    expect((await mcp.complete('mine', name, '', ada)).error?.code).toBe(-32_602)
    expect((await mcp.getPrompt(name, {}, ada)).error?.code).toBe(-32_602)
    expect(
      (await mcp.getPrompt('mine', JSON.parse(`{"id":"1","${name}":"2"}`), ada)).error?.code,
    ).toBe(-32_602)
  })

  it.each(['', 'x', 'MTAwMC4w', '__proto__', '../', 'a'.repeat(10_000)])(
    'a cursor that is none leads nowhere: %.20s',
    async (cursor) => {
      for (const list of ['listPrompts', 'listResourceTemplates'] as const) {
        const { error } = await mcp[list]({ ...ada, cursor })
        expect(error?.code).toBe(-32_602)
        expect(error?.message).toBe('Invalid cursor')
      }
    },
  )

  it('a completion that takes for ever is given up', async () => {
    const { error } = await mcp.complete('many', 'other', '', ada)
    expect(error?.code).toBe(-32_603)
  })
})
