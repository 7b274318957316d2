import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { dependency } from '../../contract/call/dependency.ts'
import { type CallOptions, field, problemOf, resultOf, startCall } from '../call.fixture.ts'

const echo = (args: object) => args

describe('validation', () => {
  test('BIND-2: all wrong arguments are named, the first is the headline', async () => {
    const params = [
      field('a', z.int()),
      field('b', z.object({ c: z.string() })),
      field('d', z.int()),
    ]
    const problem = await problemOf({
      action: { params },
      args: { a: 'x', b: { c: 1 }, e: 1, f: 2 },
    })
    expect(problem).toMatchObject({ code: 'VALIDATION_ERROR', detail: 'Unknown body field: e' })
    expect(problem.issues?.map(({ pointer }) => pointer)).toEqual(['/e', '/f', '/a', '/b/c', '/d'])
  })

  test('ABIND-3: the alphabetically first unknown argument is named, also without parameters', async () => {
    const args = { zebra: 1, apple: 2 }
    expect(await problemOf({ surface: 'mcp', args })).toMatchObject({
      detail: 'Unknown action argument: apple',
    })
    const action = { params: [field('a', z.int().optional())] }
    expect(await problemOf({ surface: 'cli', action, args })).toMatchObject({
      detail: 'Unknown action argument: apple',
    })
  })

  test('RES-13: a dependency is no argument', async () => {
    const session = dependency(() => 'real', { name: 'session' })
    const action = { dependencies: [['session', session] as const] }
    expect(await problemOf({ surface: 'mcp', action, args: { session: 'forged' } })).toMatchObject({
      detail: 'Unknown action argument: session',
    })
  })

  test.each([
    ['api', 'Missing required body field: a'],
    ['mcp', 'Missing action argument: a'],
    ['cli', 'Missing action argument: a'],
  ] as const)('BIND-8, ABIND-4: a missing argument on %s', async (surface, detail) => {
    expect(await problemOf({ surface, action: { params: [field('a', z.int())] } })).toMatchObject({
      detail,
    })
  })

  test('W-17: nothing is turned into text: an object for text, a boolean for text, text for a number', async () => {
    for (const [schema, value] of [
      [z.string(), { a: 1 }],
      [z.string(), true],
      [z.int(), '7'],
      [z.boolean(), 'true'],
    ] as const) {
      const options: CallOptions = {
        surface: 'mcp',
        action: { params: [field('a', schema)] },
        args: { a: value },
      }
      expect(await problemOf(options)).toMatchObject({ detail: 'Invalid action argument: a' })
    }
  })

  test('W-17: a path argument is not empty on any surface', async () => {
    const params = [{ ...field('id', z.string()), source: 'path' as const }]
    expect(await problemOf({ surface: 'mcp', action: { params }, args: { id: '' } })).toMatchObject(
      {
        detail: 'Invalid action argument: id',
      },
    )
  })

  test('ABIND-6, FND-46: null is none where the argument says so, and else for the schema', async () => {
    const q = field('q', z.int().default(3))
    for (const surface of ['api', 'mcp', 'cli'] as const) {
      const params = [{ ...q, nullIsAbsent: true }]
      const action = { params, handler: echo }
      expect(await resultOf({ surface, action, args: { q: null } })).toEqual({ q: 3 })
      await problemOf({ surface, action: { params: [q] }, args: { q: null } })
    }
  })

  test('BIND-2: schemas may be asynchronous', async () => {
    const late = z.string().refine(async (text) => text === 'ok')
    const action = { params: [field('a', late), field('b', z.int())], handler: echo }
    expect(await resultOf({ action, args: { a: 'ok', b: 1 } })).toEqual({ a: 'ok', b: 1 })
    expect(await problemOf({ action, args: { a: 'no', b: 'x' } })).toMatchObject({
      issues: [{ pointer: '/a' }, { pointer: '/b' }],
    })
  })

  test('W-32: a schema that throws is a masked failure', async () => {
    const broken = z.string().transform((): string => {
      throw new Error('secret')
    })
    expect(
      await problemOf({ action: { params: [field('a', broken)] }, args: { a: 'x' } }),
    ).toMatchObject({
      code: 'INTERNAL_ERROR',
      detail: 'Internal Server Error',
    })
  })
})

describe('what the handler gets', () => {
  test('W-3: the validated values, each validated once, in a frozen object', async () => {
    let validations = 0
    const schema = z.object({ list: z.array(z.int()) }).refine(() => ++validations > 0)
    let seen: unknown
    const { call, outcome } = startCall({
      action: {
        params: [field('a', schema), field('b', z.string().default('d'))],
        handler: (args: { a: { list: number[] } }) => {
          seen = args
          expect(() => args.a.list.push(9)).toThrow(TypeError)
          expect(() => Object.assign(args, { b: 'x' })).toThrow(TypeError)
        },
      },
      args: { a: { list: [1] } },
    })
    expect(await outcome).toMatchObject({ kind: 'answer' })
    expect(validations).toBe(1)
    expect(seen).toBe(call.args)
    expect(call.args).toEqual({ a: { list: [1] }, b: 'd' })
  })

  test('W-4: a default that one call was given cannot be changed for the next', async () => {
    const tags: string[] = []
    const params = [field('tags', z.array(z.string()).default(tags))]
    const handler = (args: { tags: string[] }) => args.tags.push('mine')
    await problemOf({ action: { params, handler } })
    expect(tags).toEqual([])
  })
})
