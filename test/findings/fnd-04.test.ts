// FND-4: what is not text reaches an agent as what it is: an image, audio, a resource, base64 on
// the CLI's JSON. Nothing is decoded as UTF-8 that is none, and no model reads wire framing.
import { createApp, reply, type SseEvent, sse, stream } from 'trefoil'
import { describe, expect, test } from 'vitest'
import { ALL, alike, ENV, everywhere, Lines, membersOf, on, type SurfaceId } from './surfaces.ts'

// No UTF-8: decoding it would put U+FFFD in the place of what was there.
const BYTES = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe, 0x00, 0x80])
const BASE64 = Buffer.from(BYTES).toString('base64')

const MCP: readonly SurfaceId[] = ['mcp-legacy', 'mcp-modern']
const CLI: readonly SurfaceId[] = ['cli-local', 'cli-remote']

function newApp() {
  return createApp({
    name: 'fnd-4',
    env: ENV,
    publicSurfaces: ALL,
    log: { logger: new Lines().logger },
  })
}
type TestedApp = ReturnType<typeof newApp>

function building(add: (app: TestedApp) => void) {
  return () => {
    const app = newApp()
    add(app)
    return { app }
  }
}

async function* inTwo(): AsyncGenerator<Uint8Array> {
  yield BYTES.slice(0, 5)
  yield BYTES.slice(5)
}

interface Row {
  readonly type: string
  readonly block: 'image' | 'audio' | 'resource'
  readonly add: (app: TestedApp) => void
}

const typed = (type: string) => ({ headers: { 'content-type': type } })

const ROWS: Readonly<Record<string, Row>> = {
  'a picture': {
    type: 'image/png',
    block: 'image',
    add: (app) => app.post('/bytes', on('bytes'), () => reply(BYTES, typed('image/png'))),
  },
  'a sound': {
    type: 'audio/wav',
    block: 'audio',
    add: (app) => app.post('/bytes', on('bytes'), () => reply(BYTES, typed('audio/wav'))),
  },
  'a document': {
    type: 'application/pdf',
    block: 'resource',
    add: (app) => app.post('/bytes', on('bytes'), () => reply(BYTES, typed('application/pdf'))),
  },
  'bytes of no type': {
    type: 'application/octet-stream',
    block: 'resource',
    add: (app) => app.post('/bytes', on('bytes'), () => BYTES),
  },
  'a Buffer': {
    type: 'image/gif',
    block: 'image',
    add: (app) =>
      app.post('/bytes', on('bytes'), () => reply(Buffer.from(BYTES), typed('image/gif'))),
  },
  'an ArrayBuffer': {
    type: 'application/octet-stream',
    block: 'resource',
    add: (app) => app.post('/bytes', on('bytes'), () => BYTES.buffer.slice(0)),
  },
  'a stream of bytes': {
    type: 'image/png',
    block: 'image',
    add: (app) =>
      app.post('/bytes', on('bytes'), () => stream(inTwo(), { contentType: 'image/png' })),
  },
  'a generator of bytes': {
    type: 'application/octet-stream',
    block: 'resource',
    add: (app) => app.post('/bytes', on('bytes'), inTwo),
  },
  'the type of the route': {
    type: 'image/webp',
    block: 'image',
    add: (app) =>
      app.post(
        '/bytes',
        { ...on('bytes'), headers: { 'content-type': 'image/webp' } },
        () => BYTES,
      ),
  },
  'a type with parameters, in any case': {
    type: 'image/svg+xml',
    block: 'image',
    add: (app) =>
      app.post('/bytes', on('bytes'), () =>
        reply(BYTES, { headers: { 'Content-Type': 'Image/SVG+xml; charset=utf-8' } }),
      ),
  },
}

describe('FND-4: bytes of a tool are content of their type', () => {
  test.each(Object.keys(ROWS))('%s', async (name) => {
    const { type, block, add } = ROWS[name] ?? { type: '', block: 'image', add: () => {} }
    const seen = await everywhere(
      building(add),
      async (surface) => {
        const result = membersOf((await surface.call('bytes')).document)
        const [content, ...more] = Array.isArray(result['content']) ? result['content'] : []
        return { isError: result['isError'], content: withoutUri(content), more: more.length }
      },
      MCP,
    )
    const content =
      block === 'resource'
        ? { type: block, resource: { uri: 'string', mimeType: type, blob: BASE64 } }
        : { type: block, mimeType: type, data: BASE64 }
    expect(seen).toEqual(alike({ isError: false, content, more: 0 }, MCP))
  })
})

describe('FND-4: bytes of an action are base64 on the CLI', () => {
  test.each(Object.keys(ROWS))('%s', async (name) => {
    const { type, add } = ROWS[name] ?? { type: '', add: () => {} }
    const seen = await everywhere(
      building(add),
      async (surface) => lowerType(membersOf((await surface.call('bytes')).document)),
      CLI,
    )
    const envelope = {
      ok: true,
      status_code: 200,
      body: BASE64,
      encoding: 'base64',
      media_type: type,
    }
    expect(seen).toEqual(alike(envelope, CLI))
  })
})

test('FND-4: bytes that call themselves text and are none are not made into text', async () => {
  const seen = await everywhere(
    building((app) => app.post('/bytes', on('bytes'), () => reply(BYTES, typed('text/csv')))),
    async (surface) => {
      const { document, raw } = await surface.call('bytes')
      return { lossy: raw.includes('\ufffd'), whole: JSON.stringify(document).includes(BASE64) }
    },
    [...MCP, ...CLI],
  )
  expect(seen).toEqual(alike({ lossy: false, whole: true }, [...MCP, ...CLI]))
})

test('FND-4: text stays text, streamed or not', async () => {
  async function* text(): AsyncGenerator<string> {
    yield 'a,'
    yield 'b'
  }
  const seen = await everywhere(
    building((app) => {
      app.post('/csv', on('csv'), () => stream(text(), { contentType: 'text/csv' }))
      app.post('/plain', on('plain'), () => 'a,b')
    }),
    async (surface) => [(await surface.call('csv')).value, (await surface.call('plain')).value],
  )
  expect(seen).toEqual(alike(['a,b', 'a,b']))
})

describe('FND-4: events are a list, not their framing', () => {
  async function events(made: readonly SseEvent[]): Promise<unknown> {
    async function* source(): AsyncGenerator<SseEvent> {
      yield* made
    }
    return everywhere(
      building((app) => app.post('/events', on('events'), () => sse(source()))),
      async (surface) => {
        const { ok, value } = await surface.call('events')
        return { ok, value }
      },
      [...MCP, ...CLI],
    )
  }
  const list = (value: unknown) => alike({ ok: true, value }, [...MCP, ...CLI])

  test('of their data, when they have nothing else', async () => {
    const seen = await events([{ data: 'hello' }, { data: { n: 1 } }, { data: 'two\nlines' }])
    expect(seen).toEqual(list(['hello', { n: 1 }, 'two\nlines']))
  })

  test('of objects, when they have names and ids', async () => {
    const made = [
      { event: 'sum', data: { n: 1 }, id: '7' },
      { event: 'end', data: null },
    ]
    expect(await events(made)).toEqual(list(made))
  })

  test('an empty one, when there are none', async () => {
    expect(await events([])).toEqual(list([]))
  })

  test('and an event with no JSON form is a failure, not half a list', async () => {
    expect(await events([{ data: 1 }, { data: 10n }])).toEqual(
      alike(expect.objectContaining({ ok: false }), [...MCP, ...CLI]),
    )
  })
})

function withoutUri(content: unknown): unknown {
  const resource = membersOf(membersOf(content)['resource'])
  if (resource['uri'] === undefined) return lowerType(membersOf(content))
  const shown = { ...lowerType(resource), uri: typeof resource['uri'] }
  return { ...membersOf(content), resource: shown }
}

/** Media types are compared without parameters, which may be sent or not. */
function lowerType(document: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const shown: Record<string, unknown> = { ...document }
  for (const name of ['mimeType', 'media_type']) {
    const type = shown[name]
    if (typeof type === 'string') shown[name] = type.split(';')[0]?.trim().toLowerCase()
  }
  return shown
}
