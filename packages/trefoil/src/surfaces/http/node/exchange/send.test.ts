import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import {
  type AccessEvent,
  createApp,
  dependency,
  html,
  redirect,
  reply,
  sse,
  stream,
} from '../../../../index.ts'
import { type RunningServer, serve } from '../../../../node.ts'

const silent = { debug() {}, info() {}, warn() {}, error() {} }
let server: RunningServer | null = null
afterEach(async () => {
  await server?.close()
  server = null
})

interface Site {
  readonly events: AccessEvent[]
  readonly logged: unknown[]
  readonly closedWith: unknown[]
  /** Resolves when the next access event is written. */
  event(): Promise<AccessEvent>
}

type Handler = (
  args: { readonly db: string },
  call: { readonly signal: AbortSignal; readonly request: { readonly method: string } },
) => unknown

/** An app with one route, served on a real port, whose dependency tells how it was closed. */
async function serveOne(handler: Handler): Promise<Site> {
  const events: AccessEvent[] = []
  const logged: unknown[] = []
  const closedWith: unknown[] = []
  let wake = () => {}
  const app = createApp({
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: {
      logger: { ...silent, error: (fields: object) => void logged.push(fields) },
      access: (event) => {
        events.push(event)
        wake()
      },
    },
  })
  const db = dependency(
    async function* () {
      try {
        yield 'db'
        closedWith.push(null)
      } catch (error) {
        closedWith.push(error)
        throw error
      }
    },
    { name: 'db', scope: 'request' },
  )
  app.get('/', { params: { db } }, handler)
  server = await serve(app, { port: 0, signals: false })
  const event = () =>
    new Promise<AccessEvent>((resolve) => {
      const tell = () => {
        const [first] = events
        if (first !== undefined) resolve(first)
      }
      wake = tell
      tell()
    })
  return { events, logged, closedWith, event }
}

/** What one connection receives until the server closes it or `enough` says so. */
function receive(
  method: string,
  enough: (text: string) => boolean = () => false,
): Promise<{ readonly text: string; readonly closedByServer: boolean }> {
  return new Promise((resolve) => {
    const socket = connect(server?.port ?? 0, '127.0.0.1')
    let text = ''
    socket.setEncoding('latin1')
    socket.write(`${method} / HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    socket.on('data', (piece: string) => {
      text += piece
      if (!enough(text)) return
      resolve({ text, closedByServer: false })
      socket.destroy()
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve({ text, closedByServer: true }))
  })
}

describe('streams over a socket', () => {
  test('ADAPT-2: pieces in order, empty ones skipped, the call closed after the last', async () => {
    const site = await serveOne(async function* () {
      yield 'a'
      yield ''
      yield new TextEncoder().encode('ü')
    })
    const { text } = await receive('GET', (all) => all.endsWith('0\r\n\r\n'))
    expect(text).toMatch(/^transfer-encoding: chunked$/im)
    // Node 26 makes one chunk of what is written in one tick.
    const pieces = text.split('\r\n\r\n')[1]?.replaceAll(/(?:^|\r\n)[1-9]\r\n/g, '')
    expect(pieces).toBe('aÃ¼\r\n0')
    expect(await site.event()).toMatchObject({ outcome: 'ok', bytes: 3, status_code: 200 })
    expect(site.closedWith).toEqual([null])
  })

  test.each([
    ['throws', 'boom'],
    ['yields what is no piece', 'A stream yields text or bytes'],
  ])('W-14, W-15: a stream that %s has no end on the wire', async (kind, message) => {
    const { promise: arrived, resolve } = Promise.withResolvers<void>()
    const site = await serveOne(async function* () {
      yield 'half'
      await arrived
      if (kind === 'throws') throw new Error('boom')
      yield 7
    })
    const { text, closedByServer } = await receive('GET', (all) => {
      if (all.includes('half')) resolve()
      return false
    })
    expect(closedByServer).toBe(true)
    expect(text).toContain('4\r\nhalf')
    expect(text).not.toContain('0\r\n\r\n')
    expect(await site.event()).toMatchObject({ outcome: 'failed', status_code: 200, bytes: 4 })
    expect(site.closedWith).toHaveLength(1)
    expect(String(site.closedWith[0])).toContain(message)
    expect(site.logged).toHaveLength(1)
  })

  test('W-15: a client that leaves ends a source that waits for ever', async () => {
    const { promise: aborted, resolve } = Promise.withResolvers<void>()
    const site = await serveOne((_, call) => {
      call.signal.addEventListener('abort', () => resolve())
      const never = new Promise<IteratorResult<never>>(() => {})
      return sse({ [Symbol.asyncIterator]: () => ({ next: () => never }) })
    })
    await receive('GET', (all) => all.includes(':\n\n'))
    await aborted
    expect(await site.event()).toMatchObject({ outcome: 'aborted' })
    expect(String(site.closedWith[0])).toContain('Client')
  })

  test('ADAPT-2: a client that does not read holds the source back', async () => {
    let made = 0
    const piece = new Uint8Array(65_536)
    const { promise: returned, resolve } = Promise.withResolvers<void>()
    await serveOne(() =>
      stream({
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            made++
            return { done: false as const, value: piece }
          },
          return: async () => {
            resolve()
            return { done: true as const, value: undefined }
          },
        }),
      }),
    )
    const socket = connect(server?.port ?? 0, '127.0.0.1')
    socket.on('error', () => {})
    socket.pause()
    socket.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n')
    // Done when a whole second of turns adds nothing: the buffers of both ends are full.
    let before = -1
    while (made !== before || made === 0) {
      before = made
      for (let turn = 0; turn < 500; turn++) await new Promise((next) => setImmediate(next))
    }
    expect(made).toBeLessThan(500)
    socket.destroy()
    await returned
  })

  test('RFC 9110 §9.3.2: HEAD of a stream reads nothing and gives back what it holds', async () => {
    let read = false
    const site = await serveOne(async function* () {
      read = true
      yield 'x'
    })
    const { text } = await receive('HEAD', (all) => all.endsWith('\r\n\r\n'))
    expect(text).toMatch(/^HTTP\/1\.1 200/)
    expect(await site.event()).toMatchObject({ outcome: 'ok', bytes: 0 })
    expect(read).toBe(false)
    expect(site.closedWith).toEqual([null])
  })
})

describe('HEAD (RFC 9110 §9.3.2)', () => {
  test.each<[string, () => unknown, string[]]>([
    ['JSON', () => ({ a: 'ü' }), ['content-type: application/json', 'content-length: 10']],
    ['text', () => 'ü', ['content-type: text/plain; charset=utf-8', 'content-length: 2']],
    ['a page', () => html('<p>'), ['content-type: text/html', 'content-length: 3']],
    ['bytes', () => new Uint8Array(7), ['content-length: 7']],
    ['a redirect', () => redirect('/a'), ['location: /a', 'content-length: 0']],
    ['nothing', () => null, ['HTTP/1.1 204']],
  ])('%s: the head of GET, and no body', async (_, handler, parts) => {
    await serveOne(handler)
    const head = await receive('HEAD', (all) => all.includes('\r\n\r\n'))
    for (const part of parts) expect(head.text).toContain(part)
    expect(head.text.endsWith('\r\n\r\n')).toBe(true)
  })
})

test('RFC 9112 §6.3: no body and no length with 204 and 304, whatever was returned', async () => {
  for (const status of [204, 304]) {
    await serveOne(() => reply('body', { status }))
    const { text } = await receive('GET', (all) => all.includes('\r\n\r\n'))
    expect(text).not.toContain('content-length')
    expect(text.endsWith('\r\n\r\n')).toBe(true)
    await server?.close()
  }
})

test('SW-17: several Set-Cookie on the wire', async () => {
  await serveOne(() => reply('x', { cookies: { a: '1', b: '2' } }))
  const { text } = await receive('GET', (all) => all.includes('\r\n\r\n'))
  expect(text.match(/^set-cookie: /gm)).toHaveLength(2)
})
