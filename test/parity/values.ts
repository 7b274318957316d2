import { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import {
  html,
  redirect,
  reply,
  type SseEvent,
  sse,
  stream,
} from '../../packages/trefoil/src/index.ts'
import { sendFile } from '../../packages/trefoil/src/node.ts'

/** What is found in what the values of this table hold; in no answer. */
export const HIDDEN = 'h1dden-in-a-value'

/** What a caller makes of an answer, in words that all surfaces share. */
export type Seen =
  | { readonly value: unknown }
  | { readonly base64: string; readonly type: string }
  /** INTERNAL_ERROR: the value has no form to be sent in. */
  | 'refused'
  /** HTTP alone: the head was out, so the connection ends. */
  | 'cut'

/** One kind of returned value. */
export interface ValueRow {
  /** Made anew for every call. */
  readonly make: () => unknown
  /** What arrives, on people's surface and on agents' where they differ. */
  readonly seen: Seen | { readonly api: Seen; readonly agents: Seen }
  /**
   * What arrives when it stands inside an object: a value, `absent` for a member that JSON leaves
   * out. `null` for rows that are only returned as they are.
   */
  readonly inside: { readonly value: unknown } | 'refused' | 'absent' | null
}

class Empty {
  readonly #hidden = HIDDEN
  /** So that the field is used. */
  read(): string {
    return this.#hidden
  }
}
class Fields {
  readonly a = 1
  readonly #hidden = HIDDEN
  get computed(): string {
    return this.#hidden
  }
}
class Money {
  readonly #cents = 1050
  toJSON(): string {
    return (this.#cents / 100).toFixed(2)
  }
}
class Rows extends Array<number> {}

/** As node's own file system throws them: what it holds is told to nobody. */
function systemError(): Error {
  return Object.assign(new Error(HIDDEN), { code: 'ENOENT', path: HIDDEN })
}

/** As HTTP clients throw them: the request with its credentials is in it. */
function errorWithJson(): Error {
  return Object.assign(new Error('x'), { toJSON: () => ({ headers: { authorization: HIDDEN } }) })
}

function circular(): object {
  const loop: Record<string, unknown> = { a: 1 }
  loop['self'] = loop
  return loop
}

function deep(levels: number): unknown {
  let value: unknown = 1
  for (let level = 0; level < levels; level++) value = { a: value }
  return value
}

async function* pieces<Piece>(...all: readonly Piece[]): AsyncGenerator<Piece> {
  yield* all
}

/** Reads the next piece into the memory of the last one, as sources that spare memory do. */
async function* reused(): AsyncGenerator<Uint8Array> {
  const memory = new Uint8Array(1)
  for (const byte of [97, 98, 99]) {
    memory[0] = byte
    yield memory
  }
}

const bytes = (...all: readonly number[]): Uint8Array<ArrayBuffer> => new Uint8Array(all)
const OCTETS = 'application/octet-stream'
const base64 = (text: string, type: string = OCTETS): Seen => ({ base64: btoa(text), type })
const AB = bytes(97, 98)

const value = (seen: unknown): Pick<ValueRow, 'seen' | 'inside'> => ({
  seen: { value: seen },
  inside: { value: seen },
})
const REFUSED = { seen: 'refused', inside: 'refused' } as const
/** Bytes and streams are answers; as members of one they have no form. */
const BYTES = { seen: base64('ab'), inside: 'refused' } as const
const pieced = (api: string, agents: Seen, inside: ValueRow['inside'] = 'refused') => ({
  seen: { api: base64(api), agents },
  inside,
})
/** A stream that goes wrong on its way: HTTP has sent its head by then. */
const BROKEN = { seen: { api: 'cut', agents: 'refused' }, inside: null } as const

const FILE = fileURLToPath(new URL('sent-file.txt', import.meta.url))

/** Every kind of value that JavaScript has, and what an answer makes of it. */
export const VALUES: Readonly<Record<string, ValueRow>> = {
  text: { make: () => 'a "text" ☃', ...value('a "text" ☃') },
  'empty text': { make: () => '', ...value('') },
  'text that is not well-formed': {
    make: () => 'a\ud800',
    // JSON can say it, UTF-8 cannot.
    seen: { api: { value: 'a\ufffd' }, agents: { value: 'a\ud800' } },
    inside: { value: 'a\ud800' },
  },
  'a number': { make: () => 1.5, ...value(1.5) },
  zero: { make: () => 0, ...value(0) },
  true: { make: () => true, ...value(true) },
  false: { make: () => false, ...value(false) },
  null: { make: () => null, ...value(null) },
  undefined: { make: () => undefined, seen: { value: null }, inside: 'absent' },
  'a plain object': { make: () => ({ a: 1, b: undefined }), ...value({ a: 1 }) },
  'an empty object': { make: () => ({}), ...value({}) },
  'an array': { make: () => [1, 'a', null, undefined], ...value([1, 'a', null, null]) },
  'an array with holes': { make: () => new Array(2), ...value([null, null]) },
  'a subclass of Array': { make: () => Rows.of(1, 2), ...value([1, 2]) },
  nested: { make: () => ({ a: [{ b: { c: [] } }] }), ...value({ a: [{ b: { c: [] } }] }) },
  'an object in many places': {
    make: () => {
      const one = { a: {} }
      return { x: one, y: [one, one] }
    },
    ...value({ x: { a: {} }, y: [{ a: {} }, { a: {} }] }),
  },
  'a Date': { make: () => new Date(0), ...value('1970-01-01T00:00:00.000Z') },
  'a Date that is none': { make: () => new Date(Number.NaN), ...value(null) },
  'a URL': { make: () => new URL('http://a.b/c'), ...value('http://a.b/c') },
  'a bigint': { make: () => 10n, ...REFUSED },
  NaN: { make: () => Number.NaN, ...value(null) },
  Infinity: { make: () => Number.POSITIVE_INFINITY, ...value(null) },
  'a symbol': { make: () => Symbol(HIDDEN), seen: 'refused', inside: 'absent' },
  'a function': { make: () => () => HIDDEN, seen: 'refused', inside: 'absent' },
  'a class': { make: () => Empty, seen: 'refused', inside: 'absent' },
  'a boxed number': { make: () => Object(5), ...value(5) },
  'a boxed text': { make: () => Object('boxed'), ...value('boxed') },
  'a boxed bigint': { make: () => Object(5n), ...REFUSED },
  'a boxed symbol': { make: () => Object(Symbol('x')), ...REFUSED },
  'a Map': { make: () => new Map([['a', HIDDEN]]), ...REFUSED },
  'an empty Map': { make: () => new Map(), ...REFUSED },
  'a Map with members of its own': {
    make: () => Object.assign(new Map([['a', HIDDEN]]), { size_in_bytes: 1 }),
    ...REFUSED,
  },
  'a Set': { make: () => new Set([HIDDEN]), ...REFUSED },
  'a Set with members of its own': {
    make: () => Object.assign(new Set([HIDDEN]), { sorted: true }),
    ...REFUSED,
  },
  'a WeakMap': { make: () => new WeakMap(), ...REFUSED },
  'a WeakSet': { make: () => new WeakSet(), ...REFUSED },
  'a WeakRef': { make: () => new WeakRef({}), ...REFUSED },
  'a Promise': {
    make: () => Promise.resolve({ a: 1 }),
    seen: { value: { a: 1 } },
    inside: 'refused',
  },
  'a regular expression': { make: () => /a/, ...REFUSED },
  'an Error': { make: () => new Error(HIDDEN), ...REFUSED },
  'an Error with members': { make: systemError, ...REFUSED },
  'an Error with a toJSON': { make: errorWithJson, ...REFUSED },
  'an instance without fields': { make: () => new Empty(), seen: 'refused', inside: { value: {} } },
  'an instance with fields': { make: () => new Fields(), ...value({ a: 1 }) },
  'an instance with a toJSON': { make: () => new Money(), ...value('10.50') },
  'a toJSON that throws': {
    make: () => ({
      toJSON() {
        throw new Error(HIDDEN)
      },
    }),
    ...REFUSED,
  },
  'a toJSON that gives undefined': {
    make: () => ({ toJSON: () => undefined }),
    seen: 'refused',
    inside: 'absent',
  },
  'a toJSON that gives a bigint': { make: () => ({ toJSON: () => 1n }), ...REFUSED },
  'a toJSON that gives a Map': { make: () => ({ toJSON: () => new Map() }), ...REFUSED },
  'a toJSON that holds a Map': {
    make: () => ({ toJSON: () => ({ stock: new Map([['a', 1]]) }) }),
    ...REFUSED,
  },
  'a getter': {
    make: () => ({
      get a() {
        return 1
      },
    }),
    ...value({ a: 1 }),
  },
  'a getter that throws': {
    make: () => ({
      get a(): number {
        throw new Error(HIDDEN)
      },
    }),
    ...REFUSED,
  },
  'a member that is not enumerable': {
    make: () => Object.defineProperty({ a: 1 }, 'b', { value: HIDDEN }),
    ...value({ a: 1 }),
  },
  'inherited members': {
    make: () => Object.assign(Object.create({ b: HIDDEN }), { a: 1 }),
    ...value({ a: 1 }),
  },
  'no prototype': { make: () => Object.assign(Object.create(null), { a: 1 }), ...value({ a: 1 }) },
  'a member called __proto__': {
    make: () => JSON.parse('{"__proto__":{"a":1}}'),
    seen: { value: JSON.parse('{"__proto__":{"a":1}}') },
    inside: { value: JSON.parse('{"__proto__":{"a":1}}') },
  },
  'a Proxy': { make: () => new Proxy({ a: 1 }, {}), ...value({ a: 1 }) },
  'a Proxy that claims every member': {
    make: () => new Proxy({ a: 1 }, { has: () => true }),
    ...value({ a: 1 }),
  },
  'a Proxy that throws': {
    make: () =>
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error(HIDDEN)
          },
        },
      ),
    ...REFUSED,
  },
  'a Proxy of a Map': { make: () => new Proxy(new Map(), {}), ...REFUSED },
  'a revoked Proxy': {
    make: () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
    ...REFUSED,
  },
  'a circle': { make: circular, ...REFUSED },
  'a deep value': { make: () => deep(500), ...value(deep(500)) },
  'a value too deep to be written': { make: () => deep(200_000), ...REFUSED },
  'a web Response': { make: () => new Response(HIDDEN), ...REFUSED },
  'a web Request': { make: () => new Request('http://localhost/'), ...REFUSED },
  'web Headers': { make: () => new Headers({ a: HIDDEN }), ...REFUSED },
  URLSearchParams: { make: () => new URLSearchParams({ a: HIDDEN }), ...REFUSED },
  FormData: { make: () => new FormData(), ...REFUSED },
  'an AbortSignal': { make: () => new AbortController().signal, ...REFUSED },
  'a Blob': { make: () => new Blob([HIDDEN]), ...REFUSED },
  'a File': { make: () => new File([HIDDEN], 'a.txt'), ...REFUSED },
  'a generator object': {
    make: () =>
      (function* () {
        yield HIDDEN
      })(),
    ...REFUSED,
  },
  'an iterator': { make: () => [1].values(), ...REFUSED },

  'a Uint8Array': { make: () => bytes(97, 98), ...BYTES },
  'no bytes': { make: () => bytes(), seen: base64(''), inside: 'refused' },
  'part of a larger memory': { make: () => bytes(1, 97, 98, 1).subarray(1, 3), ...BYTES },
  'a Buffer': { make: () => Buffer.from('ab'), ...BYTES },
  'an ArrayBuffer': { make: () => AB.buffer.slice(0), ...BYTES },
  'shared memory, as bytes': {
    make: () => {
      const shared = new Uint8Array(new SharedArrayBuffer(2))
      shared.set(AB)
      return shared
    },
    ...BYTES,
  },
  'a SharedArrayBuffer': { make: () => new SharedArrayBuffer(2), ...REFUSED },
  'a DataView': { make: () => new DataView(AB.buffer), ...REFUSED },
  'a Float64Array': { make: () => new Float64Array([1, 2]), ...REFUSED },
  'a Uint16Array': { make: () => new Uint16Array([97]), ...REFUSED },
  'a BigInt64Array': { make: () => new BigInt64Array(1), ...REFUSED },

  'a stream of text': { make: () => pieces('a', 'b'), ...pieced('ab', { value: 'ab' }) },
  'a stream of bytes': { make: () => pieces(AB, AB), ...pieced('abab', base64('abab')) },
  'a stream of text and bytes': {
    make: () => pieces<string | Uint8Array>('a', AB),
    ...pieced('aab', base64('aab')),
  },
  'a stream of nothing': { make: () => pieces(), ...pieced('', { value: '' }) },
  'a stream of empty text': { make: () => pieces('', ''), ...pieced('', { value: '' }) },
  'a stream of no bytes': { make: () => pieces(bytes(), bytes()), ...pieced('', base64('')) },
  'a stream with empty pieces': {
    make: () => pieces('', 'a', '', 'b', ''),
    ...pieced('ab', { value: 'ab' }),
  },
  'a stream that reuses its memory': { make: reused, ...pieced('abc', base64('abc')) },
  'a stream of numbers': { make: () => pieces(1, 2), ...BROKEN },
  'a stream of objects': { make: () => pieces({ a: 1 }), ...BROKEN },
  'a stream that turns to numbers': { make: () => pieces<unknown>('a', 2), ...BROKEN },
  'a stream of null': { make: () => pieces(null), ...BROKEN },
  'an async iterable without a generator': {
    make: () => ({ [Symbol.asyncIterator]: () => pieces('a', 'b') }),
    ...pieced('ab', { value: 'ab' }, null),
  },
  'a stream by name only': {
    make: () => ({ [Symbol.asyncIterator]: true, a: 1 }),
    ...value({ a: 1 }),
  },
  'a stream that cannot be begun': {
    make: () => ({
      [Symbol.asyncIterator]: () => {
        throw new Error(HIDDEN)
      },
    }),
    ...BROKEN,
  },
  'a node Readable of text': {
    make: () => Readable.from(['a', 'b']),
    ...pieced('ab', { value: 'ab' }),
  },
  'a node Readable of bytes': {
    make: () => Readable.from([Buffer.from('a'), Buffer.from('b')], { objectMode: false }),
    ...pieced('ab', base64('ab'), null),
  },
  'a node Readable that fails': {
    make: () =>
      new Readable({
        read() {
          this.destroy(new Error(HIDDEN))
        },
      }),
    ...BROKEN,
  },
  'a web stream of text': {
    make: () => ReadableStream.from(['a', 'b']),
    ...pieced('ab', { value: 'ab' }),
  },
  'a web stream of bytes': {
    make: () => ReadableStream.from([bytes(97), bytes(98)]),
    ...pieced('ab', base64('ab')),
  },
  'a web stream of numbers': { make: () => ReadableStream.from([1]), ...BROKEN },
  'a locked web stream': {
    make: () => {
      const locked = ReadableStream.from(['a'])
      locked.getReader()
      return locked
    },
    ...BROKEN,
  },
  'stream() of a list': {
    make: () => stream(['a', 'b'], { contentType: 'text/plain' }),
    seen: { value: 'ab' },
    inside: null,
  },
  'stream() of text as bytes': {
    make: () => stream([bytes(97, 98)], { contentType: 'text/plain' }),
    seen: { value: 'ab' },
    inside: null,
  },
  'stream() of a picture': {
    make: () => stream([bytes(97, 98)], { contentType: 'image/png' }),
    seen: base64('ab', 'image/png'),
    inside: null,
  },
  events: {
    make: () => sse(pieces<SseEvent>({ data: 'a' }, { data: { b: 1 } })),
    seen: {
      api: { value: ':\n\ndata: a\n\ndata: {"b":1}\n\n' },
      agents: { value: ['a', { b: 1 }] },
    },
    inside: null,
  },
  'no events': {
    make: () => sse(pieces<SseEvent>()),
    seen: { api: { value: ':\n\n' }, agents: { value: [] } },
    inside: null,
  },
  'an event without a form': {
    make: () => sse(pieces<SseEvent>({ data: 10n })),
    ...BROKEN,
  },
  'html()': { make: () => html('<p>☃</p>'), seen: { value: '<p>☃</p>' }, inside: null },
  'redirect()': { make: () => redirect('/there'), seen: { value: null }, inside: null },
  'sendFile()': { make: () => sendFile(FILE), seen: { value: 'a file\n' }, inside: null },
  'reply() of nothing': { make: () => reply(undefined), seen: { value: null }, inside: null },
  'reply() of bytes with a type': {
    make: () => reply(bytes(97, 98), { headers: { 'content-type': 'image/png' } }),
    seen: base64('ab', 'image/png'),
    inside: null,
  },
  'reply()': {
    make: () => reply({ a: 1 }, { meta: { note: HIDDEN }, cookies: { sid: 'x' } }),
    seen: { value: { a: 1 } },
    inside: 'refused',
  },
  'reply() of a reply()': {
    make: () => reply(reply({ a: 1 }, { meta: { note: HIDDEN } })),
    seen: { value: { a: 1 } },
    inside: 'refused',
  },
}
