import { describe, expect, it, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../../app/create-app.ts'
import { content } from '../../../contract/content/content.ts'
import { said } from '../../../contract/mcp/said.ts'
import { HttpError } from '../../../contract/problems/problem.ts'
import { testClient } from '../../../testing/test-client.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

function shop() {
  const app = createApp({
    name: 'shop',
    publicSurfaces: ['mcp'],
    log: { logger: SILENT },
  })
  app.prompt(
    'explain_order',
    {
      title: 'Explain an order',
      description: 'Explains an order to its customer.',
      params: {
        order_id: z.int().meta({ title: 'Order', description: 'Its number.' }),
        tone: z.enum(['plain', 'formal']).default('plain'),
        short: z.boolean().default(false),
      },
      complete: {
        order_id: async (typed, _call, { arguments: others }) => [`${typed}1`, `${others['tone']}`],
      },
    },
    ({ order_id, tone, short }) => {
      if (order_id === 404) throw new HttpError(404, 'No such order')
      if (order_id === 422) throw new HttpError(422, 'Not that one')
      return [
        said('user', `Explain order ${order_id + 1}, ${tone}, ${short}`),
        said('assistant', 'Here it is:', content.link('order://7', { name: 'order' })),
      ]
    },
  )
  app.prompt('hello', { description: 'Says hello.' }, () => 'Hello')
  app.prompt('wrong', { description: 'Is wrong.' }, (() => ({ a: 1 })) as never)
  app.prompt('huge', { description: 'Is huge.' }, () => said('user', 'x'.repeat(9_000_000)))
  app.resource(
    'order://{order_id}/{part}',
    {
      name: 'order',
      params: { order_id: z.string(), part: z.enum(['lines', 'total']) },
      complete: { order_id: () => Array.from({ length: 10_000 }, (_, at) => `o${at}`) },
    },
    ({ order_id }) => order_id,
  )
  return app
}

describe.each(['modern', 'legacy'] as const)('prompts, %s', (era) => {
  const client = testClient(shop())

  it('MCP 1.5: lists them with their arguments, in the order of declaration', async () => {
    const { result } = await client.mcp.listPrompts({ era })
    const prompts = result?.['prompts'] as readonly Record<string, unknown>[]
    expect(prompts.map(({ name }) => name)).toEqual(['explain_order', 'hello', 'wrong', 'huge'])
    expect(prompts[0]).toEqual({
      name: 'explain_order',
      title: 'Explain an order',
      description: 'Explains an order to its customer.',
      arguments: [
        { name: 'order_id', title: 'Order', description: 'Its number.', required: true },
        { name: 'tone', required: false },
        { name: 'short', required: false },
      ],
    })
    expect(result?.['cacheScope']).toBe(era === 'modern' ? 'public' : undefined)
  })

  it('W-18: reads arguments as a query is read', async () => {
    const got = await client.mcp.getPrompt(
      'explain_order',
      { order_id: '7', short: 'yes' },
      { era },
    )
    expect(got.result).toMatchObject({
      description: 'Explains an order to its customer.',
      messages: [
        { role: 'user', content: { type: 'text', text: 'Explain order 8, plain, true' } },
        { role: 'assistant', content: { type: 'text', text: 'Here it is:' } },
        { role: 'assistant', content: { type: 'resource_link', uri: 'order://7' } },
      ],
    })
    const { result } = await client.mcp.getPrompt('hello', {}, { era })
    expect(result?.['messages']).toEqual([
      { role: 'user', content: { type: 'text', text: 'Hello' } },
    ])
  })

  it.each([
    ['a missing argument', 'explain_order', {}, -32602],
    ['a wrong argument', 'explain_order', { order_id: 'x' }, -32602],
    ['an argument that is none', 'hello', { more: '1' }, -32602],
    ['what its handler refuses', 'explain_order', { order_id: '422' }, -32602],
    ['what it does not find', 'explain_order', { order_id: '404' }, -32602],
    ['one that is not there', 'nobody', {}, -32602],
    ['__proto__', '__proto__', {}, -32602],
    ['what returns something else', 'wrong', {}, -32603],
    ['what is too large', 'huge', {}, -32603],
  ])('P-ERR-4: %s is an error of the request', async (_, name, args, code) => {
    const { error, result } = await client.mcp.getPrompt(name, args, { era })
    expect(result).toBeNull()
    expect(error?.code).toBe(code)
  })

  it('completes arguments of prompts and variables of templates', async () => {
    const ask = async (of: string, argument: string, typed = '') =>
      (await client.mcp.complete(of, argument, typed, { era, arguments: { tone: 'formal' } }))
        .result
    expect(await ask('explain_order', 'order_id', '2')).toMatchObject({
      completion: { values: ['21', 'formal'], total: 2, hasMore: false },
    })
    expect(await ask('explain_order', 'tone', 'f')).toMatchObject({
      completion: { values: ['formal'] },
    })
    expect(await ask('explain_order', 'short')).toMatchObject({
      completion: { values: ['true', 'false'] },
    })
    expect(await ask('order://{order_id}/{part}', 'part')).toMatchObject({
      completion: { values: ['lines', 'total'] },
    })
    const many = await ask('order://{order_id}/{part}', 'order_id')
    expect(many?.['completion']).toMatchObject({ total: 10_000, hasMore: true })
    expect(Object(many?.['completion']).values).toHaveLength(100)
  })

  it('refuses to complete what is not there', async () => {
    for (const [of, argument] of [
      ['nobody', 'a'],
      ['__proto__', 'a'],
      ['hello', 'a'],
      ['explain_order', '__proto__'],
      ['explain_order', 'constructor'],
      ['none://{a}', 'a'],
    ] as const) {
      expect((await client.mcp.complete(of, argument, '', { era })).error?.code).toBe(-32602)
    }
  })

  it('advertises what it serves', async () => {
    const { result } = await (era === 'modern' ? client.mcp.discover() : client.mcp.initialize())
    expect(result?.['capabilities']).toEqual({
      tools: {},
      resources: {},
      prompts: {},
      completions: {},
    })
  })
})

test('MCP 1.7: an older revision is told a link in words that it knows', async () => {
  const options = { era: 'legacy', protocolVersion: '2025-03-26' } as const
  const got = await testClient(shop()).mcp.getPrompt('explain_order', { order_id: '7' }, options)
  const messages = got.result?.['messages'] as { content: { type: string } }[]
  expect(messages.map((message) => message.content.type)).toEqual(['text', 'text', 'text'])
})

test('a completion of what is no argument is a mistake at start', async () => {
  const app = createApp({ name: 'a', publicSurfaces: ['mcp'], log: { logger: SILENT } })
  app.prompt('p', { description: 'd', complete: { nothing: () => [] } }, () => 'x')
  await expect(testClient(app).mcp.listPrompts()).rejects.toThrow("Prompt 'p': complete.nothing")
})

test('said() takes text and blocks alone', () => {
  expect(() => said('system' as never, 'x')).toThrow("'user' or 'assistant'")
  expect(() => said('user')).toThrow('needs text')
  expect(() => said('user', { type: 'text' } as never)).toThrow('text and blocks')
  expect(() => JSON.stringify(said('user', 'x'))).toThrow(TypeError)
})
