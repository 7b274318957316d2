import { once } from 'node:events'
import { connect } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import {
  createApp,
  file,
  files,
  form,
  HttpError,
  reply,
  type UploadedFile,
} from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { UploadContent } from '../../packages/trefoil/src/surfaces/http/request/upload-content.ts'
import { UploadFolder } from './upload-folder.ts'

const SIZE = 300_000
let folder: UploadFolder
let server: RunningServer
let last: UploadedFile | undefined
let whileRunning: ReturnType<UploadFolder['files']> = []
let finish = () => {}
let reading: Promise<unknown> | undefined

function createUploadApp() {
  const app = createApp({
    limits: { body: '5mb', file: '1mb', formParts: 10, spool: '50kb' },
    log: { logger: { debug() {}, info() {}, warn() {}, error() {} } },
  })
  const keep = (image: UploadedFile) => {
    last = image
    whileRunning = folder.files()
  }
  const other = form(z.string().optional())
  app.post('/ok', { params: { image: file(), other } }, async ({ image }) => {
    keep(image)
    let streamed = 0
    for await (const piece of image.stream()) streamed += piece.byteLength
    return { name: image.name, size: image.size, bytes: (await image.bytes()).length, streamed }
  })
  app.post('/invalid', { params: { image: file(), n: form(z.int()) } }, () => 'never')
  const n = form(z.string().optional())
  app.post('/crash', { params: { image: file(), n } }, ({ image }) => {
    keep(image)
    throw new Error('crash')
  })
  app.post('/stream', { params: { image: file() } }, ({ image }) => {
    keep(image)
    return image.stream()
  })
  app.post('/bad-reply', { params: { image: file(), n } }, ({ image }) => {
    keep(image)
    return reply(image.stream(), { headers: { 'x-bad': 'a\nb' } })
  })
  app.post('/slow', { params: { image: file(), n }, timeout: '50ms' }, ({ image }) => {
    keep(image)
    return new Promise(() => {})
  })
  app.post('/wait', { params: { image: file() } }, async ({ image }, call) => {
    keep(image)
    call.background(async () => void (await image.bytes()))
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    return (await image.bytes()).length
  })
  app.post('/raw', async (_, call) => {
    const read = await call.request.form()
    const [image] = read.files('image')
    if (image !== undefined) keep(image)
    return { note: read.get('note'), size: image?.size ?? null }
  })
  app.post('/late', { timeout: '500ms' }, (_, call) => {
    reading = call.request.form()
    return reading.then(() => 'never')
  })
  app.post('/hasty', async (_, call) => {
    void call.request.form()
    await new Promise<void>((resolve) => {
      finish = resolve
    })
    throw new HttpError(400, 'Changed my mind')
  })
  app.post('/after', (_, call) => {
    call.background(() => {
      reading = call.request.form()
    })
    return null
  })
  app.post(
    '/many',
    {
      params: {
        pages: files({ optional: true }),
        one: file({ optional: true }),
        a: form(z.array(z.string()).optional()),
        b: form(z.string().optional()),
        other,
      },
    },
    (args) => ({
      pages: args.pages.map(({ name }) => name),
      frozen: Object.isFrozen(args.pages),
      one: args.one?.name ?? null,
    }),
  )
  app.post('/some', { params: { pages: files(), other } }, ({ pages }) => pages.length)
  return app
}

beforeAll(async () => {
  folder = new UploadFolder()
  server = await serve(createUploadApp(), { port: 0, signals: false, drainTimeout: '200ms' })
})

afterAll(async () => {
  await server.close()
  folder.remove()
})

beforeEach(() => {
  last = undefined
  whileRunning = []
})

function formOf(size = SIZE, more: Readonly<Record<string, string>> = {}): FormData {
  const data = new FormData()
  for (const [name, value] of Object.entries(more)) data.append(name, value)
  data.append('image', new Blob([new Uint8Array(size).fill(7)]), '../a.png')
  return data
}

function post(path: string, body: FormData): Promise<Response> {
  return fetch(server.url + path, { method: 'POST', body })
}

async function expectGone(): Promise<void> {
  await vi.waitFor(() => expect(folder.files()).toEqual([]))
  if (last !== undefined) await expect(last.bytes()).rejects.toThrow(/after its call had ended/)
}

describe('a spooled file', () => {
  test('W-40, BIND-18: is private while the call runs, readable whole and in pieces', async () => {
    const answer = await post('/ok', formOf())
    expect(await answer.json()).toEqual({
      name: 'a.png',
      size: SIZE,
      bytes: SIZE,
      streamed: SIZE,
    })
    expect(whileRunning).toEqual([
      { name: expect.stringMatching(/^[0-9a-f]{32}$/), mode: 0o600, folder: 0o700 },
    ])
    await expectGone()
  })

  test('W-40: a small one never touches the disk', async () => {
    expect(await (await post('/ok', formOf(40_000))).json()).toMatchObject({ bytes: 40_000 })
    expect(whileRunning).toEqual([])
    await expectGone()
  })

  test.each([
    ['/invalid', 400],
    ['/crash', 500],
    ['/bad-reply', 500],
    ['/slow', 504],
  ])('BIND-18, ADAPT-2: is removed after %s', async (path, status) => {
    const answer = await post(path, formOf(SIZE, { n: 'x' }))
    expect(answer.status).toBe(status)
    await answer.text()
    await expectGone()
  })

  test('BIND-17: is removed when a limit is crossed after it', async () => {
    const data = new FormData()
    for (const size of [SIZE, 1_100_000]) data.append('pages', new Blob([new Uint8Array(size)]))
    const answer = await post('/some', data)
    expect(answer.status).toBe(413)
    expect(await answer.json()).toMatchObject({ code: 'form_file_too_large' })
    await expectGone()
  })

  test('ADAPT-2: lives until the last piece of a stream', async () => {
    const answer = await post('/stream', formOf())
    const bytes = new Uint8Array(await answer.arrayBuffer())
    expect(bytes.byteLength).toBe(SIZE)
    expect(bytes.every((byte) => byte === 7)).toBe(true)
    expect(whileRunning).toHaveLength(1)
    await expectGone()
  })

  test('ADAPT-2: is removed when the reader of a stream leaves', async () => {
    const abort = new AbortController()
    const body = formOf(900_000)
    const answer = await fetch(`${server.url}/stream`, {
      method: 'POST',
      body,
      signal: abort.signal,
    })
    await answer.body?.getReader().read()
    abort.abort()
    await expectGone()
  })

  test('BIND-18: is removed when the sender leaves in the middle', async () => {
    const socket = connect(server.port, '127.0.0.1')
    socket.on('error', () => {})
    await once(socket, 'connect')
    socket.write(
      [
        'POST /ok HTTP/1.1',
        'Host: localhost',
        'Content-Type: multipart/form-data; boundary=b',
        'Content-Length: 1000000',
        '',
        '--b',
        'Content-Disposition: form-data; name="image"; filename="f"',
        '',
        'x'.repeat(200_000),
      ].join('\r\n'),
    )
    await vi.waitFor(() => expect(folder.files()).toHaveLength(1))
    socket.destroy()
    await expectGone()
  })

  test('BIND-18: stays for a handler whose caller has left, and goes with it', async () => {
    const abort = new AbortController()
    const sent = fetch(`${server.url}/wait`, {
      method: 'POST',
      body: formOf(),
      signal: abort.signal,
    }).catch(() => {})
    await vi.waitFor(() => expect(whileRunning).toHaveLength(1))
    abort.abort()
    await sent
    expect(folder.files()).toHaveLength(1)
    expect((await last?.bytes())?.byteLength).toBe(SIZE)
    finish()
    await expectGone()
  })

  test('REQ-1: is removed after a form that the handler read itself', async () => {
    const answer = await post('/raw', formOf(SIZE, { note: 'n' }))
    expect(await answer.json()).toEqual({ note: 'n', size: SIZE })
    expect(whileRunning).toHaveLength(1)
    await expectGone()
  })

  test('BIND-18: whatever is left goes when the last server of the process stops', async () => {
    const other = await serve(createUploadApp(), { port: 0, signals: false, drainTimeout: '1ms' })
    const body = formOf()
    const sent = fetch(`${server.url}/wait`, { method: 'POST', body }).catch(() => {})
    await vi.waitFor(() => expect(folder.files()).toHaveLength(1))
    await other.close()
    // Another server of this process still runs: its uploads must not be swept with ours.
    expect(folder.files()).toHaveLength(1)
    await server.close()
    await sent
    expect(folder.entries()).toEqual([])
    finish()
    server = await serve(createUploadApp(), { port: 0, signals: false, drainTimeout: '200ms' })
    expect((await post('/ok', formOf())).status).toBe(200)
    await expectGone()
  })
})

describe('BIND-18: a call that ends while its form still arrives', () => {
  const piece = new TextEncoder().encode(
    [
      '--b',
      'Content-Disposition: form-data; name="image"; filename="f"',
      '',
      'x'.repeat(60_000),
      '',
    ].join('\r\n'),
  )

  /** A form that arrives as slowly as the test wants. */
  function drip(path: string) {
    const { promise: ended, resolve: cancel } = Promise.withResolvers<void>()
    let source: ReadableStreamDefaultController<Uint8Array> | undefined
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        source = controller
      },
      cancel: () => cancel(),
    })
    const init = {
      method: 'POST',
      duplex: 'half',
      headers: { 'content-type': 'multipart/form-data; boundary=b' },
      body,
    } as const
    const answer = createUploadApp().fetch(new Request(`http://localhost${path}`, init))
    return { answer, ended, send: () => source?.enqueue(piece) }
  }

  test('a timed out one leaves no file, and its form is read no further', async () => {
    const { answer, ended, send } = drip('/late')
    send()
    await vi.waitFor(() => expect(folder.files()).toHaveLength(1), { interval: 5 })
    expect((await answer).status).toBe(504)
    expect(folder.files()).toEqual([])
    send()
    await expect(reading).rejects.toThrow('The call ended while its form was still being read')
    await ended
    expect(folder.files()).toEqual([])
  })

  test('one that failed leaves no file, and no rejection that ends the process', async () => {
    const { answer, ended, send } = drip('/hasty')
    send()
    await vi.waitFor(() => expect(folder.files()).toHaveLength(1), { interval: 5 })
    finish()
    expect((await answer).status).toBe(400)
    send()
    await ended
    expect(folder.files()).toEqual([])
  })

  test('a form that is asked for only afterwards leaves none either', async () => {
    reading = undefined
    const { answer, ended, send } = drip('/after')
    send()
    expect((await answer).status).toBe(204)
    await vi.waitFor(() => expect(reading).toBeDefined())
    send()
    await expect(reading).rejects.toThrow('The call ended')
    await ended
    expect(folder.files()).toEqual([])
  })

  test('a file that is being opened at that moment is removed', async () => {
    const content = new UploadContent()
    content.push(piece)
    const spilling = content.spill()
    await content.drop()
    await spilling
    await content.spill()
    expect(folder.files()).toEqual([])
  })
})

describe('file parameters', () => {
  const blob = new Blob(['x'])

  test('BIND-15: one file means one', async () => {
    const data = formOf(1)
    data.append('image', blob, 'b')
    const answer = await post('/ok', data)
    expect(answer.status).toBe(400)
    expect(await answer.json()).toMatchObject({
      detail: 'Multiple files received for parameter: image',
      issues: [{ source: 'file', name: 'image', pointer: '', message: 'Expected one file' }],
    })
  })

  test('BIND-8, BIND-15: a file may be missing only when it is optional', async () => {
    const data = new FormData()
    data.append('other', 'x')
    expect(await (await post('/ok', data)).json()).toMatchObject({
      detail: 'Missing required file: image',
    })
    expect(await (await post('/some', data)).json()).toMatchObject({
      detail: 'Missing required file: pages',
    })
    const nothing = { pages: [], frozen: true, one: null }
    expect(await (await post('/many', data)).json()).toEqual(nothing)
    const empty = await fetch(`${server.url}/many`, { method: 'POST' })
    expect(await empty.json()).toEqual(nothing)
  })

  test('BIND-15: several files, in order', async () => {
    const data = new FormData()
    for (const name of ['b', 'a', 'CON']) data.append('pages', blob, name)
    data.append('one', blob, 'one')
    expect(await (await post('/many', data)).json()).toEqual({
      pages: ['b', 'a', '_CON'],
      frozen: true,
      one: 'one',
    })
  })

  test('BIND-16: the type is judged before the body is read', async () => {
    for (const [type, detail] of [
      ['application/json', 'Unsupported form content type'],
      ['multipart/form-data; boundary=b; charset=utf-16', 'Unsupported form charset'],
      ['application/x-www-form-urlencoded; charset=latin1', 'Unsupported form charset'],
    ] as const) {
      const headers = { 'content-type': type }
      const answer = await fetch(`${server.url}/ok`, { method: 'POST', headers, body: 'x' })
      expect(answer.status).toBe(415)
      expect(await answer.json()).toMatchObject({ detail })
    }
  })

  test('W-41, BIND-17: urlencoded fields have the same limits, and the same status', async () => {
    const send = (body: string) =>
      fetch(`${server.url}/many`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body,
      })
    expect((await send('a=1&'.repeat(9).concat('b=2'))).status).toBe(200)
    const many = await send('a=1&'.repeat(10).concat('b=2'))
    expect(many.status).toBe(413)
    expect(await many.json()).toMatchObject({ code: 'form_too_many_parts' })
    const large = await send(`a=${'x'.repeat(1024 * 1024)}`)
    expect(large.status).toBe(413)
    expect(await large.json()).toMatchObject({ code: 'form_field_too_large' })
    for (const body of ['=x', 'a%00=x', 'a=%zz', 'a=%ff']) {
      const malformed = await send(body)
      expect(malformed.status).toBe(400)
      expect(await malformed.json()).toMatchObject({ detail: 'Malformed form body' })
    }
  })
})
