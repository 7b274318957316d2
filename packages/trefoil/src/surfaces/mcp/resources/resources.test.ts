import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../../app/create-app.ts'
import { reply } from '../../../contract/answer/reply.ts'
import { content } from '../../../contract/content/content.ts'
import { HttpError } from '../../../contract/problems/problem.ts'
import { testClient } from '../../../testing/test-client.ts'

const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

function shop() {
  const app = createApp({
    name: 'shop',
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: { logger: SILENT },
  })
  app.resource(
    'store://products',
    {
      name: 'products',
      title: 'Products',
      description: 'What we sell.',
      size: 12,
      annotations: { audience: ['user'], priority: 0.5 },
    },
    () => [{ id: 'p1' }],
  )
  app.resource('store://logo', { name: 'logo', type: 'image/png' }, () => new Uint8Array([1, 2, 3]))
  app.resource('store://terms', { name: 'terms', type: 'text/markdown' }, () => '# Terms')
  app.resource('store://nothing', { name: 'nothing' }, () => null)
  app.resource('store://many', { name: 'many' }, () =>
    reply('all', { content: [content.embed('store://one', 'one', 'text/plain')] }),
  )
  app.resource(
    'order://{order_id}',
    {
      name: 'order',
      type: 'application/json',
      params: { order_id: z.int() },
      entries: ({ cursor, size }) => {
        const first = cursor === null ? 1 : Number(cursor)
        const ids = Array.from({ length: Math.min(size, 250 - first + 1) }, (_, at) => first + at)
        const next = first + ids.length > 250 ? null : String(first + ids.length)
        return { items: ids.map((id) => ({ uri: `order://${id}`, name: `Order ${id}` })), next }
      },
    },
    ({ order_id }) => {
      if (order_id > 250) throw new HttpError(404, 'No such order')
      return { order_id, kind: typeof order_id }
    },
  )
  app.get(
    '/customers/{id}',
    { name: 'customer', resource: 'customer://{id}', params: { id: z.string() } },
    ({ id }) => ({ id }),
  )
  return app
}

describe.each(['modern', 'legacy'] as const)('resources, %s', (era) => {
  const client = testClient(shop(), { era })
  const { mcp } = client

  it('MCP-20: are advertised, listed and read', async () => {
    const hello = era === 'modern' ? await mcp.discover() : await mcp.initialize()
    expect(hello.result?.['capabilities']).toEqual({ tools: {}, resources: {}, completions: {} })
    const list = await mcp.listResources()
    const resources = list.result?.['resources'] as Record<string, unknown>[]
    expect(resources[0]).toEqual({
      uri: 'store://products',
      name: 'products',
      title: 'Products',
      description: 'What we sell.',
      size: 12,
      annotations: { audience: ['user'], priority: 0.5 },
    })
    expect(resources[5]).toEqual({
      uri: 'order://1',
      name: 'Order 1',
      mimeType: 'application/json',
    })
    expect((await mcp.listResourceTemplates()).result?.['resourceTemplates']).toEqual([
      { uriTemplate: 'order://{order_id}', name: 'order', mimeType: 'application/json' },
      { uriTemplate: 'customer://{id}', name: 'customer' },
    ])
    expect((await mcp.listTools()).result?.['tools']).toEqual([])
  })

  it.each([
    ['store://products', { mimeType: 'application/json', text: '[{"id":"p1"}]' }],
    ['store://logo', { mimeType: 'image/png', blob: 'AQID' }],
    ['store://terms', { mimeType: 'text/markdown', text: '# Terms' }],
    ['order://7', { mimeType: 'application/json', text: '{"order_id":7,"kind":"number"}' }],
    ['customer://a%20b', { mimeType: 'application/json', text: '{"id":"a b"}' }],
  ])('MCP-20: reads %s', async (uri, rest) => {
    expect((await mcp.readResource(uri)).contents).toEqual([{ uri, ...rest }])
  })

  it('MCP-20: embeds others beside the value', async () => {
    expect((await mcp.readResource('store://many')).contents).toEqual([
      { uri: 'store://many', mimeType: 'text/plain', text: 'all' },
      { uri: 'store://one', mimeType: 'text/plain', text: 'one' },
    ])
  })

  it('MCP-21: pages go on where the last one ended', async () => {
    const names: unknown[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const list: Awaited<ReturnType<typeof mcp.listResources>> = await mcp.listResources(
        cursor === undefined ? {} : { cursor },
      )
      names.push(
        ...((list.result?.['resources'] ?? []) as { name: unknown }[]).map(({ name }) => name),
      )
      cursor = list.result?.['nextCursor'] as string | undefined
      pages++
    } while (cursor !== undefined && pages < 9)
    expect([names.length, new Set(names).size, pages]).toEqual([255, 255, 3])
    expect((await mcp.listResources({ cursor: 'nobody' })).error?.code).toBe(-32602)
  })

  it.each(['store://nothing', 'order://251', 'order://', 'nope://x', 'store://PRODUCTS', ''])(
    'SEP-2164: %s is not there',
    async (uri) => {
      const { error, status } = await mcp.readResource(uri)
      expect([error?.code, error?.message, status]).toEqual([
        era === 'modern' ? -32602 : -32002,
        'Unknown resource',
        200,
      ])
      expect(error?.data).toMatchObject({ uri, problem: 'mcp_unknown_resource' })
    },
  )

  it('W-18: variables are read by the grammar of a query', async () => {
    const { error, status } = await mcp.readResource('order://0x7')
    expect([error?.code, status]).toEqual([-32602, 200])
    expect(error?.data).toMatchObject({ issues: [{ message: 'Expected an integer' }] })
  })
})
