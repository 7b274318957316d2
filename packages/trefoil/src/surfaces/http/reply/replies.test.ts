import { describe, expect, test } from 'vitest'
import {
  createApp,
  html,
  Problem,
  redirect,
  reply,
  type SseEvent,
  sse,
  stream,
} from '../../../index.ts'
import type { RedirectOptions } from './redirect.ts'
import { sseWith } from './sse.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }

async function answer(handler: () => unknown, init: RequestInit = {}): Promise<Response> {
  const app = createApp({ publicSurfaces: ['api', 'mcp', 'cli'], log: { logger: silent } })
  app.get('/', handler)
  return app.fetch(new Request('http://localhost/', init))
}

test('RESP-2: html() has its type, and an explicit one wins whatever its case', async () => {
  const page = await answer(() => html('<p>ü</p>', { status: 201 }))
  expect(page.status).toBe(201)
  expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8')
  expect(await page.text()).toBe('<p>ü</p>')
  const own = await answer(() => html('', { headers: { 'Content-Type': 'text/x-own' } }))
  expect(own.headers.get('content-type')).toBe('text/x-own')
})

describe('redirect()', () => {
  test('RESP-2: 307 with a location and no body', async () => {
    const sent = await answer(() => redirect('/orders?page=2#top'))
    expect(sent.status).toBe(307)
    expect(sent.headers.get('location')).toBe('/orders?page=2#top')
    expect(await sent.text()).toBe('')
  })

  test.each(['/a', 'b?c=//d', '?next=http://e', '#f', '../up', '/a?x=\\b', '/a//b'])(
    'HTTP-3: %s stays on the site',
    (location) => {
      expect(redirect(location).options.headers).toEqual({ location })
    },
  )

  test.each([
    '//evil.test',
    '///evil.test',
    '/\\evil.test',
    '\\\\evil.test',
    'a\\b',
    'https://evil.test',
    'https:evil.test',
    'http:/evil.test',
    'javascript:alert(1)',
    'data:text/html,x',
    ' //evil.test',
    'HTTPS://evil.test',
  ])('HTTP-3: %s is refused: it leaves the site, or may', (location) => {
    expect(() => redirect(location)).toThrow(Problem)
  })

  test.each(['', '/a\r\nset-cookie: x=1', '/\t/evil.test', '/a\0', '/\x7f'])(
    'RESP-3: %j is refused, allowed to leave or not',
    (location) => {
      expect(() => redirect(location)).toThrow(Problem)
      expect(() => redirect(location, { allowExternal: true })).toThrow(Problem)
    },
  )

  test('HTTP-3: allowExternal takes absolute web addresses and nothing else', () => {
    const external = (location: string) => redirect(location, { allowExternal: true })
    expect(external('https://other.test/ü').options.headers).toEqual({
      location: 'https://other.test/%C3%BC',
    })
    expect(external('/home').options.headers).toEqual({ location: '/home' })
    for (const bad of ['javascript:alert(1)', '//evil.test', 'https:\\\\evil.test', 'ftp://a/']) {
      expect(() => external(bad)).toThrow(Problem)
    }
  })

  test('RESP-3: what a header cannot carry is escaped', () => {
    expect(redirect('/ü 😀').options.headers).toEqual({ location: '/%C3%BC%20%F0%9F%98%80' })
  })

  test('RESP-2: only redirect statuses', () => {
    expect(redirect('/a', { status: 303 }).options.status).toBe(303)
    const bad = { status: 200 } as unknown as RedirectOptions
    expect(() => redirect('/a', bad)).toThrow('status must be 301, 302, 303, 307 or 308, got 200')
  })
})

describe('stream()', () => {
  test('RESP-2: is not read before it is sent, and takes every kind of source', async () => {
    let started = false
    function* pieces() {
      started = true
      yield 'a'
      yield new Uint8Array([98])
    }
    const made = stream(pieces(), { contentType: 'text/csv' })
    expect(started).toBe(false)
    const sent = await answer(() => made)
    expect(sent.headers.get('content-type')).toBe('text/csv')
    expect(await sent.text()).toBe('ab')
    const web = await answer(() => stream(new Blob(['web']).stream() as ReadableStream<Uint8Array>))
    expect(web.headers.get('content-type')).toBe('application/octet-stream')
    expect(await web.text()).toBe('web')
  })

  test('RESP-1: text is no source: it would go out letter by letter', () => {
    expect(() => stream('abc' as unknown as Iterable<string>)).toThrow('stream() takes')
    expect(() => stream(7 as unknown as Iterable<string>)).toThrow('stream() takes')
  })

  test('ADAPT-2: a piece that is neither text nor bytes fails the stream', async () => {
    const sent = await answer(() => stream([7] as unknown as string[]))
    await expect(sent.text()).rejects.toThrow('A stream yields text or bytes, not number')
  })
})

/** Timers that go off when the test says so. */
class HeldTimers {
  readonly waiting = new Set<() => void>()
  readonly asked: number[] = []

  after(ms: number, callback: () => void): () => void {
    this.asked.push(ms)
    this.waiting.add(callback)
    return () => this.waiting.delete(callback)
  }

  fire(): void {
    for (const callback of [...this.waiting]) callback()
  }
}

describe('sse()', () => {
  test('RESP-2: headers, a comment at once, then events', async () => {
    async function* events(): AsyncGenerator<SseEvent> {
      yield { data: 'hello' }
      yield { event: 'sum', data: { n: 1 } }
    }
    const sent = await answer(() => sse(events()))
    expect(sent.headers.get('content-type')).toBe('text/event-stream')
    expect(sent.headers.get('cache-control')).toBe('no-cache')
    expect(sent.headers.get('x-accel-buffering')).toBe('no')
    expect(await sent.text()).toBe(':\n\ndata: hello\n\nevent: sum\ndata: {"n":1}\n\n')
  })

  test('RESP-2: silence is filled with comments, and no event is lost to one', async () => {
    const timers = new HeldTimers()
    const { promise, resolve } = Promise.withResolvers<void>()
    async function* events(): AsyncGenerator<SseEvent> {
      await promise
      yield { data: 'late' }
    }
    const iterator = sseWith(timers, events(), { heartbeat: '5s' }).value[Symbol.asyncIterator]()
    await iterator.next()
    for (const _ of [1, 2]) {
      const beat = iterator.next()
      await Promise.resolve()
      timers.fire()
      expect(await beat).toEqual({ done: false, value: ':\n\n' })
    }
    resolve()
    expect((await iterator.next()).value).toBe('data: late\n\n')
    expect((await iterator.next()).done).toBe(true)
    expect(timers.asked[0]).toBe(5000)
    expect(timers.waiting.size).toBe(0)
  })

  test('ADAPT-2: a client that leaves during silence is let go at once', async () => {
    const timers = new HeldTimers()
    let returned = 0
    const events = {
      [Symbol.asyncIterator]: () => ({
        next: () => new Promise<IteratorResult<SseEvent>>(() => {}),
        return: () => {
          returned++
          return new Promise<IteratorResult<SseEvent>>(() => {})
        },
      }),
    }
    const iterator = sseWith(timers, events).value[Symbol.asyncIterator]()
    await iterator.next()
    const waiting = iterator.next()
    expect((await iterator.return?.())?.done).toBe(true)
    expect((await waiting).done).toBe(true)
    expect(returned).toBe(1)
    expect(timers.waiting.size).toBe(0)
  })

  test('RESP-3: a forged event name ends the stream as failed and closes the source', async () => {
    let closed = false
    async function* events(): AsyncGenerator<SseEvent> {
      try {
        yield { event: 'a\n\ndata: forged', data: 1 }
      } finally {
        closed = true
      }
    }
    const sent = await answer(() => sse(events(), { heartbeat: false }))
    await expect(sent.text()).rejects.toThrow('event of an event must be text')
    expect(closed).toBe(true)
  })

  test('RESP-2: a heartbeat that is no duration is refused', () => {
    expect(() => sse({} as AsyncIterable<SseEvent>, { heartbeat: 'often' })).toThrow('heartbeat')
  })
})

describe('RESP-4', () => {
  test('options changed after reply() become a safe 500 with security headers', async () => {
    const changes: readonly object[] = [
      { status: 99 },
      { status: 200.5 },
      { headers: { 'bad name': 'x' } },
      { headers: { 'x-evil': 'a\r\nb: c' } },
      { headers: { 'content-length': '5' } },
      { cookies: { 'a b': 'x' } },
    ]
    for (const change of changes) {
      const options = { headers: { 'x-own': '1' } }
      const made = reply({ ok: true }, options)
      Object.assign(options, change)
      const sent = await answer(() => made)
      expect(sent.status, JSON.stringify(change)).toBe(500)
      expect(sent.headers.get('x-content-type-options')).toBe('nosniff')
      expect(sent.headers.has('x-evil')).toBe(false)
      expect(sent.headers.has('x-own')).toBe(false)
    }
  })

  test('RESP-1: a status without body has none, and its stream is closed', async () => {
    let closed = false
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => ({ done: false as const, value: 'x' }),
        return: async () => {
          closed = true
          return { done: true as const, value: undefined }
        },
      }),
    }
    const sent = await answer(() => reply(source, { status: 304 }))
    expect(sent.status).toBe(304)
    expect(sent.body).toBeNull()
    expect(closed).toBe(true)
  })

  test('SW-17: several Set-Cookie survive', async () => {
    const cookies = { a: '1', b: { value: '2', partitioned: true }, c: null }
    const sent = await answer(() => reply(null, { cookies, headers: { 'set-cookie': ['d=4'] } }))
    expect(sent.headers.getSetCookie().map((text) => text.slice(0, 2))).toEqual([
      'd=',
      'a=',
      'b=',
      'c=',
    ])
  })
})
