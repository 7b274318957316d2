// A process that serves: FND-18. Started with options as JSON; tells its ports, counts when asked.
import { subscribe } from 'node:diagnostics_channel'
import type { Socket } from 'node:net'
import { createApp } from 'trefoil'
import { type ServeOptions, serve } from 'trefoil/node'

interface Told {
  readonly kinds: readonly string[]
  readonly options: ServeOptions
  readonly key: string
  readonly cert: string
  /** Leaves what never ends to the server. */
  readonly hangs: boolean
}

const told: Told = JSON.parse(process.argv[2] ?? '{}')
const say = (text: string) => process.stdout.write(`${text}\n`)
const silent = () => {}

/** Connections as the system has them, by the port they came to. */
const connections = new Map<number, { came: number; open: number }>()
subscribe('net.server.socket', (message) => {
  const { socket } = message as { socket: Socket }
  const counts = connections.get(socket.localPort ?? 0) ?? { came: 0, open: 0 }
  connections.set(socket.localPort ?? 0, counts)
  counts.came++
  counts.open++
  socket.once('close', () => counts.open--)
})

function newApp(kind: string) {
  const app = createApp({
    name: 'lingering',
    env: {},
    auth: [{ surfaces: ['api'], authenticate: (_request) => null }],
    publicSurfaces: ['mcp', 'cli'],
    log: {
      logger: { debug: silent, info: silent, warn: silent, error: (_fields, text) => say(text) },
    },
  })
  app.get('/ok', { public: true }, () => 'ok')
  app.get('/big', { public: true }, () => 'x'.repeat(1_000_000))
  app.post('/closed', () => 'nobody is let in')
  app.get('/work', { public: true }, (_args, call) => {
    call.background(function endless() {
      return told.hangs ? new Promise(() => {}) : undefined
    })
    return 'started'
  })
  app.onShutdown(function first() {
    say(`first hook of ${kind}`)
  })
  app.onShutdown(function hanging() {
    say(`second hook of ${kind}`)
    return told.hangs ? new Promise(() => {}) : undefined
  })
  return app
}

const ports: Record<string, number> = {}
for (const kind of told.kinds) {
  const tls = kind.startsWith('plain') ? {} : { tls: { key: told.key, cert: told.cert } }
  const server = await serve(newApp(kind), { port: 0, ...told.options, ...tls })
  ports[kind] = server.port
}
process.on('message', () => {
  const count = ([kind, port]: [string, number]) => [
    kind,
    connections.get(port) ?? { came: 0, open: 0 },
  ]
  process.send?.(Object.fromEntries(Object.entries(ports).map(count)))
})
process.send?.(ports)
