// Who attacks: a client that goes away in the middle. What they would win: calls that never end
// (memory, database connections), half a body taken for a whole one, or no trace in the log.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { type AccessEvent, body, createApp, dependency } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { eventually } from './eventually.ts'
import { RawConnection, request } from './raw-connection.ts'

let server: RunningServer
const events: AccessEvent[] = []
let opens = 0
let closes = 0
let handled = 0
let aborted = 0
let background = 0
let entered = 0
let left = 0
/** Lets calls pass their authenticator, or their handler. */
let gate = Promise.withResolvers<void>()

beforeAll(async () => {
  const db = dependency(async function* () {
    opens++
    try {
      yield {}
    } finally {
      closes++
    }
  })
  const silent = () => {}
  const app = createApp({
    name: 'aborted',
    publicSurfaces: ['mcp', 'cli'],
    log: {
      access: (event) => void events.push(event),
      logger: { debug: silent, info: silent, warn: silent, error: silent },
    },
    auth: [
      {
        surfaces: ['api'],
        authenticate: async (call) => {
          await call.resolve(db)
          entered++
          call.signal.addEventListener('abort', () => left++)
          await gate.promise
          return new AuthContext({ subject: 'user_1' })
        },
      },
    ],
  })
  app.post('/body', { params: { document: body(z.unknown()) } }, () => {
    handled++
    return 'ok'
  })
  app.get('/work', { params: { db } }, async (_args, call) => {
    call.background(() => void background++)
    await new Promise<void>((resolve) => {
      call.signal.addEventListener('abort', () => {
        aborted++
        resolve()
      })
    })
    return 'done'
  })
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

const CHUNKED =
  'POST /body HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\n"a'
const HALF = 'POST /body HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n"half'

it.each([
  ['a body of known length', HALF],
  ['a chunk', CHUNKED],
])('SEC-3 W-38 the client leaves in the middle of %s', async (_, text) => {
  gate = Promise.withResolvers<void>()
  gate.resolve()
  const [before, seen, was] = [handled, events.length, entered]
  const connection = new RawConnection(server.port)
  connection.send(text)
  await eventually(() => expect(entered).toBe(was + 1))
  connection.vanish()
  await eventually(() => expect(events.length).toBe(seen + 1))
  expect(events.at(-1)?.outcome).toBe('aborted')
  expect(handled).toBe(before)
  await eventually(() => expect(closes).toBe(opens))
})

it.each([
  ['a body of known length', HALF],
  ['a chunk', CHUNKED],
])('SEC-3 W-38 the client leaves in the middle of %s while it is identified', async (_, text) => {
  gate = Promise.withResolvers<void>()
  const [before, seen, was] = [handled, events.length, entered]
  const connection = new RawConnection(server.port)
  connection.send(text)
  await eventually(() => expect(entered).toBe(was + 1))
  connection.vanish()
  await new Promise((resolve) => setTimeout(resolve, 50))
  gate.resolve()
  await eventually(() => expect(closes, 'dependencies closed').toBe(opens))
  await eventually(() => expect(events.length, 'access log').toBe(seen + 1))
  expect(events.at(-1)?.outcome).toBe('aborted')
  expect(handled).toBe(before)
})

it('FND-21 a client that leaves while it is identified has sent all of it: it runs', async () => {
  gate = Promise.withResolvers<void>()
  const [before, seen, was, gone] = [handled, events.length, entered, left]
  const connection = new RawConnection(server.port)
  connection.send(request('POST /body', [], '"whole"'))
  await eventually(() => expect(entered).toBe(was + 1))
  connection.vanish()
  await eventually(() => expect(left).toBe(gone + 1))
  gate.resolve()
  await eventually(() => expect(events.length, 'access log').toBe(seen + 1))
  expect(events.at(-1)?.outcome).toBe('aborted')
  expect(handled).toBe(before + 1)
  expect(closes, 'dependencies closed').toBe(opens)
})

it('W-16d the client leaves while the handler works: its signal aborts', async () => {
  gate = Promise.withResolvers<void>()
  gate.resolve()
  const [seen, was] = [events.length, entered]
  const connection = new RawConnection(server.port)
  connection.send(request('GET /work'))
  await eventually(() => expect(entered).toBe(was + 1))
  connection.vanish()
  await eventually(() => expect(aborted).toBe(1))
  await eventually(() => expect(closes).toBe(opens))
  await eventually(() => expect(events.length, 'access log').toBe(seen + 1))
  expect(events.at(-1)).toMatchObject({ outcome: 'aborted', path: '/work' })
  await eventually(() => expect(background, 'background work').toBe(1))
})
