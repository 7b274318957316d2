// FND-3: one writer of values for all surfaces. What has no JSON form is refused alike, at any
// depth, with one line in the log; what has one is written alike.
import { createApp, handle, reply } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { ALL, alike, ENV, everywhere, Lines, on, SURFACE_IDS } from './surfaces.ts'

class Bare {
  readonly #hidden = 1
  /** So that the field is used. */
  read(): number {
    return this.#hidden
  }
}
class Money {
  readonly #cents = 1050
  toJSON(): string {
    return (this.#cents / 100).toFixed(2)
  }
}
class Point {
  readonly x = 1
  readonly y = 2
}

const circular = (): object => {
  const loop: Record<string, unknown> = {}
  loop['self'] = loop
  return loop
}

/** Values that would lose their content without a word, or cannot be written at all. */
const REFUSED: Readonly<Record<string, () => unknown>> = {
  'a Map': () => new Map([['a', 1]]),
  'a Set': () => new Set(['a']),
  'an Error': () => new Error('x'),
  'a web Response': () => new Response('hello'),
  'a web Request': () => new Request('http://localhost/'),
  'web Headers': () => new Headers({ a: 'b' }),
  'a generator object': () =>
    (function* () {
      yield 1
    })(),
  'a class instance without fields': () => new Bare(),
  'a WeakMap': () => new WeakMap(),
  'a Float32Array': () => new Float32Array([1, 2]),
  'a DataView': () => new DataView(new ArrayBuffer(4)),
  'a function': () => () => 1,
  'a symbol': () => Symbol('x'),
  'a bigint': () => 10n,
  'a circle': circular,
  'a Map inside': () => ({ stock: new Map([['a', 1]]) }),
  'a Set inside': () => ({ tags: new Set(['a']) }),
  'a Map deep inside': () => ({ list: [{ deep: [{ stock: new Map([['a', 1]]) }] }] }),
  'an empty Set inside a list': () => [new Set()],
  'a forgotten await': () => ({ total: Promise.resolve(42) }),
  'a Promise in a list': () => [Promise.resolve(42)],
  'a Response inside': () => ({ upstream: new Response('hello') }),
  'an Error inside': () => ({ error: new Error('x') }),
  'a generator inside': () => ({
    pieces: (function* () {
      yield 1
    })(),
  }),
  'bytes inside': () => ({ key: new Uint8Array([1, 2]) }),
  'bytes in a list': () => [new Uint8Array([1, 2])],
  'no bytes inside': () => ({ key: new Uint8Array() }),
  'a Buffer inside': () => ({ key: Buffer.from('ab') }),
  'an ArrayBuffer inside': () => ({ key: new ArrayBuffer(2) }),
  'a typed array inside': () => ({ samples: new Float64Array([1, 2]) }),
  'a Blob inside': () => ({ file: new Blob(['x']) }),
  'a regular expression inside': () => ({ pattern: /a/ }),
  'a bigint inside': () => ({ balance: 10n }),
  'a circle inside': () => ({ loop: circular() }),
  'a getter that throws': () => ({
    get total(): number {
      throw new Error('no total')
    },
  }),
  'a Map beside something of the same class with a toJSON': () => [new Money(), new Map()],
}

/** Values that have a form; the same one everywhere. */
const WRITTEN: Readonly<Record<string, readonly [make: () => unknown, seen: unknown]>> = {
  'a date': [() => ({ at: new Date(0) }), { at: '1970-01-01T00:00:00.000Z' }],
  'a class with fields': [() => new Point(), { x: 1, y: 2 }],
  'a class with a toJSON': [() => ({ price: new Money() }), { price: '10.50' }],
  'an object without prototype': [() => Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
  'an empty object': [() => ({}), {}],
  'empty things inside': [() => ({ a: {}, b: [], c: [{}] }), { a: {}, b: [], c: [{}] }],
  'an absent member': [() => ({ a: undefined, b: 1 }), { b: 1 }],
  'a list': [() => [1, 'a', null], [1, 'a', null]],
}

function newApp(lines: Lines) {
  return createApp({ name: 'fnd-3', env: ENV, publicSurfaces: ALL, log: { logger: lines.logger } })
}

const CLEAN = { code: 'INTERNAL_ERROR', errors: 1 }

async function refusals(
  add: (app: ReturnType<typeof newApp>, make: () => unknown) => void,
  make: () => unknown,
): Promise<unknown> {
  const build = () => {
    const lines = new Lines()
    const app = newApp(lines)
    add(app, make)
    return { app, lines }
  }
  return everywhere(build, async (surface, { lines }) => {
    const { ok, problem, raw } = await surface.call('value')
    return {
      code: ok ? `answered ${raw.slice(-90)}` : problem?.['code'],
      errors: lines.at('error').length,
    }
  })
}

describe('FND-3: refused alike, with one line', () => {
  test.each(Object.keys(REFUSED))('%s', async (name) => {
    const make = REFUSED[name] ?? (() => null)
    const seen = await refusals((app) => app.post('/value', on('value'), make), make)
    expect(seen).toEqual(alike(CLEAN))
  })
})

describe('FND-3: written alike', () => {
  test.each(Object.keys(WRITTEN))('%s', async (name) => {
    const [make, expected] = WRITTEN[name] ?? [() => null, undefined]
    const build = () => {
      const app = newApp(new Lines())
      app.post('/value', on('value'), make)
      return { app }
    }
    const seen = await everywhere(build, async (surface) => (await surface.call('value')).value)
    expect(seen).toEqual(alike(expected))
  })
})

describe('FND-3: whichever way the value came', () => {
  const map = () => ({ stock: new Map([['a', 1]]) })
  type Add = Parameters<typeof refusals>[0]
  const ways: Readonly<Record<string, Add>> = {
    'in a reply': (app, make) =>
      app.post('/value', on('value'), () => reply(make(), { status: 201 })),
    'from an async handler': (app, make) => app.post('/value', on('value'), async () => make()),
    'from middleware': (app, make) => {
      app.use(async (_, next) => {
        await next()
        return make()
      })
      app.post('/value', on('value'), () => 1)
    },
    'from an error handler': (app, make) => {
      const errorHandlers = [handle(RangeError, () => make())]
      app.post('/value', { ...on('value'), errorHandlers }, () => {
        throw new RangeError('x')
      })
    },
    'past a schema that admits anything': (app, make) => {
      const returns = z.object({ stock: z.any() })
      app.post('/value', { ...on('value'), returns }, () => make() as { stock: unknown })
    },
    'past a schema that is not read by us': (app, make) => {
      const returns = z.looseObject({}).refine(() => true)
      // What no schema of ours has read.
      app.post('/value', { ...on('value'), returns }, () => make() as Record<string, unknown>)
    },
  }
  test.each(Object.keys(ways))('%s', async (name) => {
    const add = ways[name] ?? (() => {})
    expect(await refusals(add, map)).toEqual(alike(CLEAN))
  })
})

test('FND-3: the line says which action, which request and what to return instead', async () => {
  const build = () => {
    const lines = new Lines()
    const app = newApp(lines)
    app.post('/value', on('value'), () => ({ stock: new Map([['a', 1]]) }))
    return { app, lines }
  }
  const seen = await everywhere(build, async (surface, { lines }) => {
    const { problem } = await surface.call('value')
    const [line] = lines.at('error')
    const { error, err, action, request_id: id } = line?.fields ?? {}
    const text = String(error ?? err)
    return { action, id: id === problem?.['request_id'], names: text.includes('Map') }
  })
  expect(seen).toEqual(alike({ action: 'value', id: true, names: true }))
  expect(Object.keys(seen)).toHaveLength(SURFACE_IDS.length)
})
