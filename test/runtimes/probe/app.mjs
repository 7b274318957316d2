// The app that every runtime serves: one action for each thing a runtime could do differently.
import { createHash } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { cookie, createApp, file, form, path, query, reply, sse, stream } from 'trefoil'
import { hasScope, jwtAuth } from 'trefoil/auth'
import { sendFile } from 'trefoil/node'
import { z } from 'zod'
import { open, opened } from './gates.mjs'
import { AUDIENCE, ISSUER, SECRET } from './tokens.mjs'

/** A file of some size to send: this one. */
export const SENT_FILE = fileURLToPath(import.meta.url)

export const BIG_TEXT = 'trefoil '.repeat(60_000)

/** Bytes of an answer that no connection takes at once. */
export const HUGE = 20_000_000

/** @param options more options of `createApp` */
export function createProbeApp(options = {}) {
  const events = []
  const log = []
  const write = (level) => (fields, message) => void log.push({ level, message: message ?? fields })
  const app = createApp({
    name: 'probe',
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: jwtAuth({ keys: SECRET, issuer: ISSUER, audience: AUDIENCE }),
      },
    ],
    limits: { body: '2mb', file: '2mb', spool: '64kb' },
    edge: { compression: { threshold: '1kb', encodings: ['zstd', 'br', 'gzip'] } },
    log: {
      access: (event) => open(`logged ${event.request_id}`, event),
      logger: { debug() {}, info: write('info'), warn: write('warn'), error: write('error') },
    },
    ...options,
  })
  app.onStartup(() => void events.push('startup'))
  app.onShutdown(() => void events.push('shutdown'))
  addActions(app)
  addBodies(app)
  addStreams(app, events)
  return { app, events, log }
}

const key = path(z.string())

function addActions(app) {
  app.get(
    '/items/{id:int}',
    {
      name: 'get_item',
      description: 'One item.',
      public: true,
      tool: true,
      cli: true,
      params: { verbose: query(z.boolean().default(false)) },
      returns: z.object({ id: z.int(), verbose: z.boolean() }),
    },
    ({ id, verbose }) => ({ id, verbose }),
  )
  app.get(
    '/me',
    {
      name: 'get_me',
      description: 'Who is calling.',
      tool: true,
      cli: true,
      guards: [hasScope('me:read')],
    },
    (_, call) => ({ subject: call.auth.subject, source: call.source }),
  )
  app.get('/admin', { guards: [hasScope('admin')] }, () => 'admin')
  app.get('/address', { public: true }, (_, call) => ({ address: call.client.address }))
  app.get('/boom', { public: true }, () => {
    throw new Error('password of the database')
  })
  app.get('/none', { public: true }, () => null)
  app.get('/bytes', { public: true }, () => new Uint8Array([0, 127, 128, 255]))
  app.get('/huge', { public: true }, () => new Uint8Array(HUGE))
  app.get('/big', { public: true }, () => BIG_TEXT)
  app.get('/tagged', { public: true }, () => reply('tagged', { etag: true }))
  app.get('/file', { public: true }, () => sendFile(SENT_FILE))
  app.get(
    '/cookies',
    { public: true, params: { flavour: cookie(z.string()) } },
    ({ flavour }) => flavour,
  )
}

function addBodies(app) {
  app.post(
    '/orders',
    { public: true, params: { sku: z.string().min(1), count: z.int().min(1) } },
    ({ sku, count }) =>
      reply(
        { sku, count },
        { status: 201, headers: { location: `/orders/${sku}` }, cookies: { a: '1', b: '2' } },
      ),
  )
  app.post(
    '/upload',
    { public: true, params: { title: form(z.string()), doc: file() } },
    async ({ title, doc }) => {
      const hash = createHash('sha256')
      for await (const piece of doc.stream()) hash.update(piece)
      return { title, name: doc.name, size: doc.size, sha256: hash.digest('hex') }
    },
  )
  app.post('/count', { public: true }, async (_, call) => {
    let bytes = 0
    for await (const piece of call.request.stream()) bytes += piece.byteLength
    return { bytes }
  })
  app.post(
    '/reflect',
    { public: true, params: { name: z.string(), value: z.string() } },
    ({ name, value }) => reply('body', { headers: { [name]: value } }),
  )
}

function addStreams(app, events) {
  app.get('/stream/{key}', { public: true, params: { key } }, ({ key }) =>
    stream(
      (async function* () {
        yield 'one '
        await opened(`more ${key}`)
        yield new TextEncoder().encode('two')
      })(),
      { contentType: 'text/plain; charset=utf-8' },
    ),
  )
  app.get('/ticks', { public: true }, () =>
    sse(
      (async function* () {
        yield { event: 'tick', id: '1', data: { n: 1 } }
        yield { event: 'tick', id: '2', data: 'two\nlines' }
      })(),
      { heartbeat: false },
    ),
  )
  app.get('/endless/{key}', { public: true, params: { key } }, ({ key }) =>
    stream(
      (async function* () {
        try {
          for (;;) yield new Uint8Array(65_536)
        } finally {
          open(`closed ${key}`)
        }
      })(),
    ),
  )
  app.get('/torn', { public: true }, () =>
    stream(
      (async function* () {
        yield 'half of '
        throw new Error('the source failed')
      })(),
    ),
  )
  app.get('/wait/{key}', { public: true, params: { key } }, ({ key }, call) => {
    open(`waiting ${key}`)
    return new Promise((_, reject) => {
      call.signal.addEventListener('abort', () => {
        open(`aborted ${key}`)
        reject(new Error('given up'))
      })
    })
  })
  app.get('/after/{key}', { public: true, params: { key } }, ({ key }, call) => {
    const { signal } = call
    call.background(async () => {
      await opened(`after ${key}`)
      open(`seen ${key}`, signal.aborted)
    })
    return 'answered'
  })
  app.get('/held/{key}', { public: true, params: { key } }, async ({ key }) => {
    open(`holding ${key}`)
    await opened(`release ${key}`)
    events.push('answered')
    return 'held'
  })
}
