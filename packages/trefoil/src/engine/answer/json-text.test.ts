import { runInNewContext } from 'node:vm'
import { describe, expect, test } from 'vitest'
import { createApp } from '../../index.ts'
import { toJson } from './json-text.ts'

class Shown {
  readonly id = 1
}

class Hidden {
  readonly #id = 1
  get id() {
    return this.#id
  }
}

class Spoken extends Hidden {
  toJSON() {
    return {}
  }
}

function* numbers() {
  yield 1
}

describe('RESP-1: what would become {} without a word', () => {
  test.each<[string, object]>([
    ['Response', new Response('x')],
    ['Blob', new Blob(['x'])],
    ['Generator', numbers()],
    ['Iterator', [1][Symbol.iterator]()],
    ['WeakMap', new WeakMap()],
    ['RegExp', /x/],
    ['Set', new Set([1])],
    ['Map', new Map([[1, 2]])],
    ['Map', Object.assign(new Map(), { extra: 1 })],
    ['Headers', new Headers({ a: 'b' })],
    ['Hidden', new Hidden()],
    ['TypeError', new TypeError('internals')],
    ['Error', Object.assign(new Error('internals'), { code: 'E' })],
    ['DataView', new DataView(new ArrayBuffer(2))],
    ['Uint16Array', new Uint16Array([1])],
    ['Float64Array', new Float64Array()],
    ['SharedArrayBuffer', new SharedArrayBuffer(1)],
  ])('%s is refused', (type, value) => {
    expect(() => toJson(value)).toThrow(`Cannot convert '${type}' into a response: `)
  })

  test.each<[string, unknown]>([
    ['Set', { s: new Set([1]) }],
    ['Map', [{ a: { b: [new Map()] } }]],
    ['Promise', { user: Promise.resolve(1) }],
    ['RegExp', { deep: { re: /x/ } }],
  ])('%s inside is refused', (type, value) => {
    expect(() => toJson(value)).toThrow(`Cannot convert '${type}' into a response: `)
  })

  test.each<[unknown, string]>([
    [{}, '{}'],
    [[{}], '[{}]'],
    [{ a: {}, b: '{}' }, '{"a":{},"b":"{}"}'],
    [Object.create(null), '{}'],
    [runInNewContext('({})'), '{}'],
    [runInNewContext('[{}]'), '[{}]'],
    [new Shown(), '{"id":1}'],
    [{ a: new Shown(), b: {} }, '{"a":{"id":1},"b":{}}'],
    [{ a: new Hidden() }, '{"a":{}}'],
    [new Spoken(), '{}'],
    [{ a: new Spoken() }, '{"a":{}}'],
    [{ a: undefined }, '{}'],
    [new Date(0), '"1970-01-01T00:00:00.000Z"'],
    [new URL('http://x/'), '"http://x/"'],
    [5, '5'],
    [true, 'true'],
  ])('%j stays JSON', (value, text) => {
    expect(toJson(value)).toBe(text)
  })

  test('a web Response is a 500, and the log says by whom and what to do', async () => {
    const logged: unknown[] = []
    const logger = {
      debug() {},
      info() {},
      warn() {},
      error: (facts: object) => logged.push(facts),
    }
    const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], log: { logger } })
    app.get('/', { name: 'get_page' }, () => new Response('x'))
    expect((await app.fetch(new Request('http://localhost/'))).status).toBe(500)
    const err = new TypeError(
      "Cannot convert 'Response' into a response: return reply(value, { status, headers }), or stream(response.body)",
    )
    expect(logged).toMatchObject([{ action: 'get_page', err }])
  })
})
