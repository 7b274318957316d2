// FND-42: ajv compiles every pattern under the `u` flag, and one that it cannot loses the older official
// client its whole list. Python, Go and Rust read patterns too.
import { createApp } from 'trefoil'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { holdingTo, listTools } from './mcp-wire.ts'
import { ALL, ENV, Lines, membersOf } from './surfaces.ts'

function build(params: Record<string, z.ZodType>) {
  const lines = new Lines()
  const app = createApp({
    name: 'fnd-42',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: lines.logger },
  })
  app.tool('fine', { description: 'Is fine.' }, () => null)
  app.tool('find', { description: 'Finds.', params }, () => null)
  return { app, lines }
}

async function argumentsOf(params: Record<string, z.ZodType>) {
  const { app } = build(params)
  const [, tool] = await listTools(app, 'legacy')
  expect(holdingTo(tool?.inputSchema ?? {})({})).not.toContainEqual(
    expect.stringContaining('cannot load'),
  )
  return membersOf(membersOf(tool?.inputSchema)['properties'])
}

test('FND-42: a pattern that can be respelled is, and still checked as it was written', async () => {
  const sku = z.string().regex(/^sku-[\w-.]+@x$/)
  expect(await argumentsOf({ sku })).toEqual({
    sku: { type: 'string', pattern: '^sku-[\\w\\-.]+@x$' },
  })
  const { app, lines } = build({ sku })
  await using client = testClient(app)
  const call = async (sku: string) => membersOf((await client.mcp.callTool('find', { sku })).result)
  expect((await call('sku-a@x'))['isError']).toBe(false)
  expect((await call('sku-a'))['isError']).toBe(true)
  await app.startup()
  expect(lines.all.filter(({ message }) => message.includes('attern'))).toEqual([])
})

test('FND-42: one that cannot is left out, with one warning that names tool and argument', async () => {
  const params = {
    ahead: z.string().regex(/^(?!x)/),
    nested: z.object({ letters: z.array(z.string().regex(/^\p{L}+$/u)) }),
    fine: z.string().regex(/^a$/),
  }
  expect(await argumentsOf(params)).toEqual({
    ahead: { type: 'string', description: 'Pattern: ^(?!x)' },
    nested: {
      type: 'object',
      properties: {
        letters: { type: 'array', items: { type: 'string', description: 'Pattern: ^\\p{L}+$' } },
      },
      required: ['letters'],
    },
    fine: { type: 'string', pattern: '^a$' },
  })
  const { app, lines } = build(params)
  await app.startup()
  const warnings = lines.all.filter(({ message }) => message.startsWith('Patterns'))
  expect(warnings.map(({ message }) => message)).toEqual([
    expect.stringContaining(
      "argument 'ahead' of 'find' (^(?!x)), argument 'nested' of 'find' (^\\p{L}+$);",
    ),
  ])
})

test('FND-42: a format’s own pattern, or one whose flags are lost, is no warning', async () => {
  const params = { mail: z.email(), any: z.string().regex(/^a/i), at: z.iso.datetime() }
  expect(await argumentsOf(params)).toEqual({
    mail: { type: 'string', description: 'Format: email.' },
    any: { type: 'string' },
    at: { type: 'string', format: 'date-time' },
  })
  const { app, lines } = build(params)
  await app.startup()
  expect(lines.all.filter(({ message }) => message.includes('attern'))).toEqual([])
})
