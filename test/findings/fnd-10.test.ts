// FND-10: what was approved is what runs, and one hash is one set of arguments. Who attacks: a
// middleware that changes a date, a caller whose other arguments have the hash of those approved.
import fc from 'fast-check'
import { argumentsHash, body, createApp } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, type Json, on } from './surfaces.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
const base = {
  name: 'f10',
  env: ENV,
  publicSurfaces: ALL,
  log: { logger: silent },
  approval: ({ token, argumentsHash: hash }: { token: string | null; argumentsHash: string }) =>
    token === hash,
} as const
const approved = { needsApproval: ['api', 'mcp', 'cli'] } as const

/** Calls without an approval, and then with the one it asked for. */
async function approve(
  call: (
    action: string,
    args: Json,
    options?: { approval: string },
  ) => Promise<{
    readonly value: unknown
    readonly problem: Json | null
  }>,
  action: string,
  args: Json,
) {
  const { problem } = await call(action, args)
  const approval = String(problem?.['arguments_hash'])
  return { approval, answer: await call(action, args, { approval }) }
}

const Moment = z.iso.datetime().transform((text) => new Date(text))
const Bytes = z.base64().transform((text) => Uint8Array.from(atob(text), (c) => c.charCodeAt(0)))

test('FND-10: dates and bytes that are approved are those that run', async () => {
  const build = () => {
    const app = createApp(base)
    const change = (args: Json) => {
      const { when, key, deep } = args as { when: Date; key: Uint8Array; deep: { when: Date } }
      when.setUTCFullYear(2099)
      key.fill(255)
      deep.when.setTime(0)
    }
    app.use((call, next) => {
      change(call.args)
      return next()
    })
    const params = { when: Moment, key: Bytes, deep: z.object({ when: Moment }) }
    app.post('/pay', { ...on('pay'), ...approved, params }, (args, call) => {
      const ran = structuredClone({ when: args.when, key: [...args.key], deep: args.deep })
      const hash = argumentsHash('pay', args)
      change(args)
      return { ...ran, hash, again: argumentsHash('pay', call.args) }
    })
    return { app }
  }
  const when = '2026-01-01T00:00:00.000Z'
  const seen = await everywhere(build, async ({ call }) => {
    const { approval, answer } = await approve(call, 'pay', { when, key: 'AQI=', deep: { when } })
    const { hash, again, ...ran } = answer.value as Json
    return { ran, isSame: hash === approval && again === approval }
  })
  expect(seen).toEqual(alike({ ran: { when, key: [1, 2], deep: { when } }, isSame: true }))
})

class Money {
  amount = 1
}
class Day extends Date {}
class Token extends Uint8Array {}
class List extends Array<number> {}
const getter = { get: () => 1, enumerable: true, configurable: true }

/** What a schema may make of text, and no hash can stand for. */
const ODD: Readonly<Record<string, () => unknown>> = {
  map: () => new Map([['a', 1]]),
  set: () => new Set(['a']),
  pattern: () => /a/g,
  instance: () => new Money(),
  'boxed text': () => new String('a'),
  'boxed number': () => Object.setPrototypeOf(new Number(1), Object.prototype),
  NaN: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  'half a character': () => 'a\ud800',
  'half a character in a name': () => ({ '\udc00': 1 }),
  function: () => () => 1,
  symbol: () => Symbol('s'),
  'date of a class': () => new Day(0),
  'invalid date': () => new Date(Number.NaN),
  'bytes of a class': () => new Token(1),
  'list of a class': () => List.from([1]),
  'list with a member': () => Object.assign([1], { extra: 1 }),
  'list with a hole and a member': () => Object.assign(new Array<unknown>(2), { extra: 1 }),
  'list with a symbol': () => Object.assign([1], { [Symbol('s')]: 1 }),
  'list that is asked for an item': () => Object.defineProperty([], 0, getter),
  accessor: () => Object.defineProperty({}, 'a', getter),
  'symbol as a name': () => ({ [Symbol('s')]: 1 }),
  'member that is not listed': () => Object.defineProperty({}, 'a', { value: 1 }),
  'signed bytes': () => new Int8Array(1),
  'clamped bytes': () => new Uint8ClampedArray(1),
  floats: () => new Float64Array(1),
  'array buffer': () => new ArrayBuffer(1),
  'shared buffer': () => new SharedArrayBuffer(1),
  'view of data': () => new DataView(new ArrayBuffer(1)),
  address: () => new URL('https://a.b'),
  cycle: () => {
    const loop: Record<string, unknown> = {}
    loop['self'] = loop
    return loop
  },
}

test('FND-10: what is not plain JSON, a date, bytes or a bigint cannot be approved', async () => {
  const build = () => {
    const app = createApp(base)
    let isRun = false
    const handler = () => {
      isRun = true
      return 1
    }
    const made = z.string().transform((name) => ODD[name]?.())
    app.post('/x', { ...on('x'), ...approved, params: { odd: made } }, handler)
    const inside = { deep: made.transform((odd) => ({ list: [odd] })) }
    app.post('/y', { ...on('y'), ...approved, params: inside }, handler)
    return { app, isRun: () => isRun }
  }
  const seen = await everywhere(build, async ({ call }, { isRun }) => {
    const said: unknown[] = []
    for (const odd of Object.keys(ODD)) {
      const top = await call('x', { odd }, { approval: 'any' })
      const deep = await call('y', { deep: odd }, { approval: 'any' })
      const texts = [top, deep].map(({ problem }) =>
        `${problem?.['detail'] ?? problem?.['message']}`.slice(0, 42),
      )
      said.push([odd, top.problem?.['code'], deep.problem?.['code'], ...texts])
    }
    return { said, isRun: isRun() }
  })
  const refused = 'The arguments cannot be hashed for approva'
  const said = Object.keys(ODD).map((odd) => [
    odd,
    'VALIDATION_ERROR',
    'VALIDATION_ERROR',
    refused,
    refused,
  ])
  expect(seen).toEqual(alike({ said, isRun: false }))
})

test('FND-10: what is read for the hash is what is handed over', async () => {
  const build = () => {
    const app = createApp(base)
    // Another amount whenever it is looked at, and one that no list of members has.
    const shifty = z.string().transform(() => {
      let amount = 0
      return new Proxy({} as { amount: number; hidden?: number }, {
        ownKeys: () => ['amount'],
        getOwnPropertyDescriptor: () => ({
          value: ++amount,
          enumerable: true,
          configurable: true,
          writable: true,
        }),
        get: (_, name) => (name === 'hidden' ? 666 : ++amount),
        preventExtensions: () => false,
      })
    })
    app.post('/x', { ...on('x'), ...approved, params: { a: shifty } }, () => 1)
    const virtual = z.string().transform(
      () =>
        new Proxy({ amount: 1 } as { amount: number; hidden?: number }, {
          get: (target, name) => (name === 'hidden' ? 666 : Reflect.get(target, name)),
        }),
    )
    app.post('/y', { ...on('y'), ...approved, params: { a: virtual } }, ({ a }) => ({
      ran: a.amount,
      hidden: a.hidden ?? null,
      hash: argumentsHash('y', { a }),
    }))
    return { app }
  }
  const seen = await everywhere(build, async ({ call }) => {
    const { answer, approval } = await approve(call, 'y', { a: 'x' })
    const { hash, ...ran } = answer.value as Json
    return [(await call('x', { a: 'x' })).ok, ran, hash === approval]
  })
  expect(seen).toEqual(alike([false, { ran: 1, hidden: null }, true]))
})

test('FND-10: without an approval what cannot be frozen is a copy for each', async () => {
  const build = () => {
    const app = createApp(base)
    // Made once, and given to every call.
    const made = {
      date: new Date(0),
      bytes: new Uint8Array([1]),
      buffer: new ArrayBuffer(1),
      shared: new SharedArrayBuffer(1),
      map: new Map([['a', 1]]),
      set: new Set(['a']),
    }
    type Made = typeof made
    const state = ({ date, bytes, buffer, shared, map, set }: Made) => [
      ...[date.getTime(), bytes[0], new Uint8Array(buffer)[0], new Uint8Array(shared)[0]],
      ...[map.get('a'), set.size],
    ]
    app.use((call, next) => {
      const { date, bytes, buffer, shared, map, set } = call.args['a'] as Made
      date.setTime(9)
      for (const view of [bytes, new Uint8Array(buffer), new Uint8Array(shared)]) view[0] = 9
      map.set('a', 9)
      set.add('b')
      return next()
    })
    const params = { a: z.string().transform(() => made) }
    app.post('/x', { ...on('x'), params }, ({ a }) => ({ seen: state(a), made: state(made) }))
    return { app }
  }
  const seen = await everywhere(build, async ({ call }) => (await call('x', { a: 'x' })).value)
  const untouched = [0, 1, 0, 0, 1, 1]
  expect(seen).toEqual(alike({ seen: untouched, made: untouched }))
})

describe('FND-10: argumentsHash reads nothing but plain members', () => {
  test.each<[string, object]>([
    ['a list', [1]],
    ['a map', new Map([['a', 1]])],
    ['an instance', new Money()],
    ['an accessor', Object.defineProperty({}, 'a', getter)],
    ['a symbol', { [Symbol('s')]: 1 }],
    ['a member that is not listed', Object.defineProperty({}, 'a', { value: 1 })],
  ])('%s is no set of arguments', (_, args) => {
    expect(() => argumentsHash('x', args)).toThrow(TypeError)
  })

  test('a buffer of node is bytes; a date and its text share a text on purpose', () => {
    const hash = argumentsHash('x', { a: new Uint8Array([1, 2]) })
    expect(argumentsHash('x', { a: Buffer.from([1, 2]) })).toBe(hash)
    expect(argumentsHash('x', { a: 'AQI=' })).toBe(hash)
    expect(argumentsHash('x', { a: new Date(0) })).toBe(
      argumentsHash('x', { a: '1970-01-01T00:00:00Z' }),
    )
    expect(argumentsHash('x', { a: -0 })).toBe(argumentsHash('x', { a: 0 }))
  })
})

describe('FND-10: two values that one schema accepts and that differ in JSON have two hashes', () => {
  /** JSON with members in one order: two texts of it are two values. */
  const jsonOf = (value: unknown): string =>
    JSON.stringify(value, (_, member: unknown) =>
      typeof member === 'bigint'
        ? `${member}`
        : typeof member === 'object' && member !== null && !Array.isArray(member)
          ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
          : member,
    )

  const name = fc.constantFrom('a', 'b', '0', '1', '', 'A', 'é', 'e\u0301', '\u{10000}', 'toJSON')
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      -0,
      1,
      10,
      '',
      '0',
      '1',
      'null',
      'a',
      '[]',
      '{}',
    ),
    fc.constantFrom<unknown>('"', '\\', '\n', '\u2028', 'a,b', 'a":1', 1e21, 1e-7, 0.1, 5e-324),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
    fc.string({ unit: 'grapheme', maxLength: 3 }),
  )
  const { json } = fc.letrec<{ json: unknown }>((tie) => ({
    json: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('json'), { maxLength: 3 }),
      fc.dictionary(name, tie('json'), { maxKeys: 3 }),
    ),
  }))
  const instant = fc
    .date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true })
    .map((date) => date.toISOString())
  const base64 = fc.uint8Array({ maxLength: 4 }).map((bytes) => btoa(String.fromCharCode(...bytes)))
  const digits = fc.bigInt({ min: 0n, max: 2n ** 70n }).map(String)

  const Json = z.json()
  const members = { when: Moment, key: Bytes, count: z.string().transform(BigInt), more: Json }
  const schemas: Readonly<Record<string, readonly [z.ZodType, fc.Arbitrary<unknown>]>> = {
    'any JSON': [Json, json],
    dates: [z.array(Moment), fc.array(instant, { maxLength: 2 })],
    bytes: [z.array(Bytes), fc.array(base64, { maxLength: 2 })],
    bigints: [z.array(z.string().transform(BigInt)), fc.array(digits, { maxLength: 2 })],
    'an object of all': [
      z.object(members).partial(),
      fc.record({ when: instant, key: base64, count: digits, more: json }, { requiredKeys: [] }),
    ],
  }

  // What a schema may make that JSON does not show: each holds the number somewhere.
  const holders: Readonly<Record<string, (n: number) => unknown>> = {
    'a list with a member': (n) => Object.assign(new Array<unknown>(3), { n }),
    'a hidden member': (n) => Object.defineProperty({}, 'n', { value: n }),
    'a symbol': (n) => ({ [Symbol.for('n')]: n }),
    'an accessor': (n) => Object.defineProperty({}, 'n', { get: () => n, enumerable: true }),
    'a date with a member': (n) => Object.assign(new Date(0), { n }),
    'a date of a class': (n) => Object.assign(new Day(0), { n }),
    'bytes of a class': (n) => Object.assign(new Token(2), { n }),
    'a list of a class': (n) => Object.assign(List.from([1]), { n }),
    'a boxed number': (n) => Object.setPrototypeOf(new Number(n), Object.prototype),
    'a plain object': (n) => ({ n }),
    'a number': (n) => n,
  }

  test('nor has anything else that differs, if it has one at all (property)', () => {
    const hashOf = (kind: string, n: number): string | null => {
      try {
        return argumentsHash('x', { x: [holders[kind]?.(n)] })
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        return null
      }
    }
    const kinds = fc.constantFrom(...Object.keys(holders))
    const n = fc.integer({ min: 0, max: 3 })
    fc.assert(
      fc.property(kinds, n, kinds, n, (kind, one, other, two) => {
        const [left, right] = [hashOf(kind, one), hashOf(other, two)]
        if (left !== null && left === right) expect([kind, one]).toEqual([other, two])
      }),
    )
    expect(hashOf('a plain object', 1)).not.toBeNull()
  })

  test.each(Object.keys(schemas))('%s (property)', async (kind) => {
    const [schema, values] = schemas[kind] ?? [Json, json]
    const app = createApp(base)
    let bound: unknown
    const params = { x: body(schema) }
    app.post('/x', { ...on('x'), params }, (args) => {
      bound = args.x
      return 1
    })
    const target = app.localActions({ headers: [] })
    const ask = async (x: unknown) => {
      const dry = await target.call({ action: 'x', arguments: { x }, dry_run: true })
      await target.call({ action: 'x', arguments: { x } })
      return { text: jsonOf(bound), hash: 'arguments_hash' in dry ? dry.arguments_hash : '' }
    }
    // One of the two is a part of the other, or the same, often enough to matter.
    const pairs = fc.oneof(
      fc.tuple(values, values),
      values.map((value) => [value, structuredClone(value)]),
    )
    await fc.assert(
      fc.asyncProperty(pairs, async ([left, right]) => {
        const one = await ask(left)
        const other = await ask(right)
        expect(one.hash).toMatch(/^sha256:/)
        expect(one.hash === other.hash).toBe(one.text === other.text)
      }),
      { numRuns: 60 },
    )
  })
})
