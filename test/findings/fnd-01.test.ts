// FND-1: nothing but listed members is ever read, each once, by name. What is not understood
// completely goes to the schema, so what leaves is what the schema hands on.
import fc from 'fast-check'
import { createApp } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, Lines, on, type SurfaceId } from './surfaces.ts'

const SECRET = '$argon2$s3cret'

/** What a handler returns, whatever its `returns` says; JavaScript and `as` both allow it. */
function answering(returns: z.ZodType, make: () => unknown) {
  return () => {
    const app = createApp({
      name: 'fnd-1',
      env: ENV,
      publicSurfaces: ALL,
      log: { logger: new Lines().logger },
    })
    app.post('/answer', { ...on('answer'), returns }, () => make())
    return { app }
  }
}

type Seen = Partial<Record<SurfaceId, unknown>>

/** What arrived, by surface. */
async function leaves(returns: z.ZodType, make: () => unknown): Promise<Seen> {
  return everywhere(answering(returns, make), async (surface) => {
    const { ok, value, raw } = await surface.call('answer')
    return raw.includes(SECRET) ? 'LEAKED' : ok ? value : 'refused'
  })
}

const Text = z.string()
/** Surfaces on which the secret left. */
function leaks(seen: Seen): readonly string[] {
  return Object.entries(seen).flatMap(([id, value]) => (value === 'LEAKED' ? [id] : []))
}

const planted = { password_hash: SECRET }

describe('FND-1: an unlisted member does not take the place of an absent one', () => {
  const schemas: Readonly<Record<string, z.ZodType>> = {
    'z.unknown()': z.object({ meta: z.unknown() }),
    'z.any()': z.object({ meta: z.any() }),
    '.optional().nullable()': z.object({ meta: Text.optional().nullable() }),
    '.nullish()': z.object({ meta: Text.nullish() }),
    '.optional()': z.object({ meta: Text.optional() }),
    'two unknowns': z.object({ meta: z.unknown(), more: z.unknown() }),
    '.readonly()': z.object({ meta: z.unknown() }).readonly(),
  }
  test.each(Object.keys(schemas))('%s', async (name) => {
    const returns = schemas[name] ?? z.never()
    const seen = await leaves(returns, () => ({ ...planted }))
    expect(leaks(seen)).toEqual([])
  })

  test.each([
    [
      'in an object',
      z.object({ user: z.object({ meta: z.unknown() }) }),
      () => ({ user: { ...planted } }),
    ],
    ['in a list', z.array(z.object({ meta: z.unknown() })), () => [{ ...planted }]],
    ['in a nullable', z.object({ meta: z.unknown() }).nullable(), () => ({ ...planted })],
    [
      'in a discriminated union',
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('a'), meta: z.unknown() }),
        z.object({ kind: z.literal('b') }),
      ]),
      () => ({ kind: 'a', ...planted }),
    ],
    ['in a record', z.record(Text, z.object({ meta: z.unknown() })), () => ({ a: { ...planted } })],
  ] as const)('%s', async (_, returns, make) => {
    expect(leaks(await leaves(returns, make))).toEqual([])
  })

  test('several absent members are several places', async () => {
    const returns = z.object({ a: z.any(), b: z.any(), c: Text })
    const make = () => ({ c: 'x', token: SECRET, ...planted })
    expect(leaks(await leaves(returns, make))).toEqual([])
  })
})

describe('FND-1: hidden and inherited members count for nothing', () => {
  test('a listed member that is not enumerable leaves no place for another', async () => {
    const make = () =>
      Object.defineProperty({ ...planted }, 'name', { value: 'Ann', enumerable: false })
    const seen = await leaves(z.object({ name: Text }), make)
    expect(leaks(seen)).toEqual([])
  })

  test.each(['constructor', 'toString', 'valueOf', 'hasOwnProperty', 'isPrototypeOf'])(
    'a listed member called %s is not the one every object inherits',
    async (name) => {
      const returns = z.object({ [name]: z.unknown() })
      expect(leaks(await leaves(returns, () => ({ ...planted })))).toEqual([])
    },
  )

  test('what a class or a prototype brings along does not leave', async () => {
    class User {
      readonly name = 'Ann'
      readonly password_hash = SECRET
    }
    const returns = z.object({ name: Text })
    const bare = () => Object.assign(Object.create({ password_hash: SECRET }), { name: 'Ann' })
    expect(await leaves(returns, () => new User())).toEqual(alike({ name: 'Ann' }))
    expect(await leaves(returns, bare)).toEqual(alike({ name: 'Ann' }))
  })
})

describe('FND-1: a member is read once', () => {
  test('a getter that answers differently the second time', async () => {
    const returns = z.object({ role: z.enum(['user']) })
    const make = () => {
      let reads = 0
      return {
        get role(): string {
          return reads++ === 0 ? 'user' : SECRET
        },
      }
    }
    expect(leaks(await leaves(returns, make))).toEqual([])
  })

  test('a getter in a list', async () => {
    const make = () => {
      let reads = 0
      const list: string[] = ['user']
      return Object.defineProperty(list, 0, { get: () => (reads++ === 0 ? 'user' : SECRET) })
    }
    expect(leaks(await leaves(z.array(z.enum(['user'])), make))).toEqual([])
  })

  test('a proxy that shows more the second time', async () => {
    const make = () => {
      let looks = 0
      return new Proxy(
        { name: 'Ann', password_hash: SECRET },
        { ownKeys: () => (looks++ === 0 ? ['name'] : ['name', 'password_hash']) },
      )
    }
    expect(leaks(await leaves(z.object({ name: Text }), make))).toEqual([])
  })

  test('a toJSON that was not there when it was looked for', async () => {
    const make = () => {
      let looks = 0
      return Object.defineProperty({ name: 'Ann' }, 'toJSON', {
        get: () => (looks++ === 0 ? undefined : () => ({ ...planted })),
      })
    }
    expect(leaks(await leaves(z.object({ name: Text }), make))).toEqual([])
  })
})

describe('FND-1: only what is understood exactly is hurried through', () => {
  test('a class with a name like those of zod decides for itself', async () => {
    // As zod may add one tomorrow: a string that is masked on its way out.
    const ZodMasked = z.core.$constructor<z.ZodString>('ZodMasked', (inst, def) => {
      z.ZodString.init(inst, def)
      const { parse } = inst._zod
      inst._zod.parse = (payload, context) => {
        const result = parse(payload, context)
        if (!(result instanceof Promise)) result.value = '****'
        return result
      }
    })
    const returns = z.object({ card: new ZodMasked({ type: 'string', checks: [] }) })
    const seen = await leaves(returns, () => ({ card: SECRET }))
    expect(seen).toEqual(alike({ card: '****' }))
  })

  test('strict, open and catch-all objects are the schema’s to judge', async () => {
    const extra = () => ({ name: 'Ann', more: 1 })
    expect(await leaves(z.strictObject({ name: Text }), extra)).toEqual(alike('refused'))
    expect(await leaves(z.looseObject({ name: Text }), extra)).toEqual(alike(extra()))
    const open = z.object({ name: Text }).catchall(z.int())
    expect(await leaves(open, extra)).toEqual(alike(extra()))
    expect(await leaves(open, () => ({ name: 'Ann', more: SECRET }))).toEqual(alike('refused'))
  })

  test('a union whose first option strips what a later one would keep', async () => {
    const returns = z.union([
      z.object({ name: Text }),
      z.object({ name: Text, password_hash: z.unknown() }),
    ])
    const seen = await leaves(returns, () => ({ name: 'Ann', ...planted }))
    expect(seen).toEqual(alike({ name: 'Ann' }))
  })

  test('an intersection, a lazy schema and a tuple hand on what zod hands on', async () => {
    const Node: z.ZodType = z.object({ meta: z.unknown(), next: z.lazy(() => Node).optional() })
    const tree = () => ({ meta: 1, next: { ...planted } })
    expect(leaks(await leaves(Node, tree))).toEqual([])
    const tuple = z.tuple([z.object({ meta: z.unknown() })])
    expect(leaks(await leaves(tuple, () => [{ ...planted }]))).toEqual([])
    const both = z.intersection(z.object({ a: z.unknown() }), z.object({ b: z.unknown() }))
    expect(leaks(await leaves(both, () => ({ a: 1, ...planted })))).toEqual([])
  })
})

/** Schemas of members, with values for them; absent members are the point. */
const leaf = fc.constantFrom<z.ZodType>(
  z.unknown(),
  z.any(),
  Text,
  Text.optional(),
  Text.nullable(),
  Text.nullish(),
  Text.optional().nullable(),
  z.int(),
  z.literal('x'),
  z.array(z.unknown()),
  z.object({ meta: z.unknown() }),
  z.union([Text, z.int()]),
)
const shapes = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor'), leaf, { maxKeys: 3 })
const values = fc.dictionary(
  fc.constantFrom('a', 'b', 'c', 'constructor', 'password_hash', 'token'),
  fc.oneof(
    fc.constantFrom<unknown>('x', 1, null, undefined, [], ['x'], {}),
    fc.constant({ password_hash: SECRET }),
  ),
  { maxKeys: 4 },
)

test('FND-1: what leaves is what the schema hands on, for any shape and value', async () => {
  await fc.assert(
    fc.asyncProperty(shapes, values, async (shape, value) => {
      const returns = z.object(shape)
      const parsed = returns.safeParse(value)
      const { app } = answering(returns, () => value)()
      const response = await app.fetch(new Request('http://localhost/answer', { method: 'POST' }))
      if (!parsed.success) expect(response.status).toBe(500)
      // By text: in JSON a member that is undefined and one that is absent are the same.
      else expect(await response.json()).toEqual(JSON.parse(JSON.stringify(parsed.data)))
    }),
    { numRuns: 400 },
  )
})
