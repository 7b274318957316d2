import { z } from 'zod'
import { type App, createApp, file, form } from '../../packages/trefoil/src/index.ts'

/** What the logger was told, for tests that look at warnings. */
export interface LogLine {
  readonly level: string
  readonly message: string
}

/** An app to be mounted, and what happened to it. */
export interface MountedApp {
  // Its own types do not matter to who mounts it.
  readonly app: App<never>
  readonly log: LogLine[]
  readonly events: string[]
  /** Settles when a call of `/wait` has begun. */
  readonly waiting: Promise<void>
  /** Settles when a call of `/wait` has been told that its caller is gone. */
  readonly gone: Promise<void>
}

export function createMountedApp({ hooks = false } = {}): MountedApp {
  const log: LogLine[] = []
  const events: string[] = []
  const waiting = Promise.withResolvers<void>()
  const gone = Promise.withResolvers<void>()
  const write = (level: string) => (_: object, message: string) => void log.push({ level, message })
  const logger = { debug() {}, info: write('info'), warn: write('warn'), error: write('error') }
  const app = createApp({
    name: 'mounted',
    publicSurfaces: ['api', 'mcp', 'cli'],
    limits: { body: '1000b' },
    log: { logger },
  })
  if (hooks) {
    app.onStartup(() => void events.push('up'))
    app.onShutdown(() => void events.push('down'))
  }
  app.get('/', {}, () => 'root')
  app.get('/who', {}, (_, { request, client }) => ({
    address: client.address,
    path: request.path,
    search: request.search,
  }))
  app.get('/items/{name}', { params: { name: z.string() } }, ({ name }) => ({ name }))
  app.post('/echo', { params: { text: z.string() } }, ({ text }) => ({ text }))
  app.post(
    '/upload',
    { params: { title: form(z.string()), doc: file() } },
    async ({ title, doc }) => `${title} ${doc.name} ${await doc.text()}`,
  )
  app.get('/stream', {}, async function* () {
    yield 'one '
    yield 'two'
  })
  app.get('/wait', {}, (_, call) => {
    waiting.resolve()
    return new Promise((_resolve, reject) => {
      call.signal.addEventListener('abort', () => {
        gone.resolve()
        reject(new Error('gone'))
      })
    })
  })
  app.action('tool', { description: 'A tool.', tool: true, cli: true, params: {} }, () => 'used')
  return {
    app: app as unknown as App<never>,
    log,
    events,
    waiting: waiting.promise,
    gone: gone.promise,
  }
}
