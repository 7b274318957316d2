// Who attacks: a client that opens streams and leaves. What they would win: one database
// connection a stream, for ever; or a transaction that commits though its reader is gone.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { type AccessEvent, createApp, dependency, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { actionCall, toolCall } from './attacked-app.ts'
import { eventually } from './eventually.ts'
import { ask, RawConnection, request } from './raw-connection.ts'

let server: RunningServer
let opens = 0
let closes = 0
const failures: string[] = []
const events: AccessEvent[] = []
/** Lets the slow handler return its stream. */
let gate = Promise.withResolvers<void>()

const db = dependency(async function* () {
  opens++
  try {
    yield {}
  } catch (error) {
    failures.push(error instanceof Error ? error.message : String(error))
    throw error
  } finally {
    closes++
  }
})

async function* endless(): AsyncGenerator<string> {
  for (;;) yield 'x'.repeat(65_536)
}

/** Waits for an event that never comes, and does not look at its signal. */
async function* stuck(): AsyncGenerator<string> {
  yield 'first'
  await new Promise(() => {})
}

async function* failing(): AsyncGenerator<string> {
  yield 'first'
  throw new Error('row 2 is broken')
}

beforeAll(async () => {
  const silent = () => {}
  const app = createApp({
    name: 'streaming',
    publicSurfaces: ['api', 'mcp', 'cli'],
    log: {
      access: (event) => void events.push(event),
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    },
  })
  const with_db = { params: { db } } as const
  app.get('/endless', with_db, () => endless())
  app.get('/stuck', with_db, () => stuck())
  app.get('/late', with_db, async () => {
    await gate.promise
    return endless()
  })
  app.get('/web', with_db, () => ReadableStream.from(endless()))
  app.get('/bad-header', with_db, () => reply(endless(), { headers: { 'x-a': 'a\nb' } }))
  app.get(
    '/failing',
    { ...with_db, name: 'failing', description: 'Fails.', tool: true, cli: true },
    () => failing(),
  )
  app.post(
    '/huge',
    { ...with_db, name: 'huge', description: 'Never ends.', tool: true, cli: true },
    () => endless(),
  )
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

async function settled(from: number): Promise<void> {
  await eventually(() => expect(opens).toBeGreaterThan(from))
  await eventually(() => expect(closes, 'dependencies closed').toBe(opens))
}

it.each(['/endless', '/stuck', '/web'])(
  'W-15 the client leaves in the middle of %s: closed, with the error, and in the log',
  async (path) => {
    const [before, failed, logged] = [opens, failures.length, events.length]
    const connection = new RawConnection(server.port)
    connection.send(request(`GET ${path}`))
    await eventually(() => expect(connection.rest).toContain('\r\n\r\n'))
    connection.vanish()
    await settled(before)
    expect(failures.slice(failed)).toEqual(['Client disconnected before the answer was complete'])
    await eventually(() => expect(events.length).toBe(logged + 1))
    expect(events.at(-1)?.outcome).toBe('aborted')
  },
)

it('W-15 the client leaves before the stream has begun', async () => {
  gate = Promise.withResolvers<void>()
  const [before, failed] = [opens, failures.length]
  const connection = new RawConnection(server.port)
  connection.send(request('GET /late'))
  await eventually(() => expect(opens).toBe(before + 1))
  connection.vanish()
  await new Promise((resolve) => setTimeout(resolve, 50))
  gate.resolve()
  await settled(before)
  expect(failures.length).toBe(failed + 1)
})

it.each(['/endless', '/stuck', '/web'])(
  'W-28 HEAD of %s reads nothing and closes',
  async (path) => {
    const before = opens
    expect((await ask(server.port, request(`HEAD ${path}`)))?.status).toBe(200)
    await settled(before)
  },
)

it('RESP-3 a stream whose head cannot be written is closed', async () => {
  const before = opens
  expect((await ask(server.port, request('GET /bad-header')))?.status).toBe(500)
  await settled(before)
})

it('W-15 a stream that fails half-way is no complete answer, and rolls back', async () => {
  const [before, failed] = [opens, failures.length]
  const connection = new RawConnection(server.port)
  connection.send(request('GET /failing'))
  const said = await connection.end()
  connection.vanish()
  // Without the last chunk no client takes it for whole.
  expect(said).not.toContain('\r\n0\r\n\r\n')
  expect(said).not.toContain('row 2')
  await settled(before)
  expect(failures.slice(failed)).toEqual(['row 2 is broken'])
})

it.each([
  ['mcp', '/mcp', toolCall('huge', '{}')],
  ['cli', CALL_PATH, actionCall('huge', '{}')],
])('MCP-14 RPC-9 an endless stream is cut off at the limit of %s', async (_, path, body) => {
  const before = opens
  const answer = await ask(
    server.port,
    request(`POST ${path}`, ['Content-Type: application/json'], body),
  )
  expect(answer?.body).toContain('response_too_large')
  await settled(before)
})

it('many at once leave nothing behind', async () => {
  const before = opens
  const connections = Array.from({ length: 30 }, () => new RawConnection(server.port))
  for (const connection of connections) connection.send(request('GET /stuck'))
  await eventually(() => expect(opens).toBe(before + 30))
  for (const connection of connections) connection.vanish()
  await settled(before)
})
