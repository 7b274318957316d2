// Who attacks: a client that asks with HEAD, or leaves, where a route answers with a stream of
// node. What they would win: the end of the process (an 'error' event nobody listens for), or one
// open file a request until there are none left.
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createApp, dependency, reply } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { eventually } from './eventually.ts'
import { ask, RawConnection, request } from './raw-connection.ts'

const silent = () => {}
const folder = mkdtempSync(join(tmpdir(), 'trefoil-unread-'))
const there = join(folder, 'there.txt')
const gone = join(folder, 'gone.txt')
const opened: Readable[] = []
const told: string[] = []
const app = createApp({
  name: 'files',
  publicSurfaces: ['api', 'mcp', 'cli'],
  log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
})
let server: RunningServer
let gate = Promise.withResolvers<void>()
let waiting = 0

function file(path: string): Readable {
  const stream = createReadStream(path)
  opened.push(stream)
  return stream
}

const db = dependency(async function* () {
  try {
    yield {}
    told.push('commit')
  } catch (error) {
    told.push(error instanceof Error ? error.message : String(error))
    throw error
  }
})

beforeAll(async () => {
  writeFileSync(there, 'text')
  app.get('/there', () => file(there))
  app.get('/gone', () => file(gone))
  app.get('/tagged', () => reply(file(there), { etag: 'v1' }))
  app.get('/late', async () => {
    waiting++
    await gate.promise
    return file(gone)
  })
  app.get(
    '/wrapped',
    {
      middleware: [
        async (_call, next) => {
          const value = await next()
          await new Promise((resolve) => setTimeout(resolve, 20))
          return value
        },
      ],
    },
    () => file(gone),
  )
  app.get('/bad', { params: { db } }, () => reply(file(there), { headers: { 'x-a': 'a\nb' } }))
  app.get('/odd', { params: { db } }, () => {
    const answer = reply(file(there), { status: 200 })
    Object.assign(answer.options, { status: 99 })
    return answer
  })
  app.get('/plain', { params: { db } }, () => file(there))
  server = await serve(app, { port: 0, signals: false })
})
afterAll(async () => {
  await server.close()
  rmSync(folder, { recursive: true })
})

async function allClosed(from: number): Promise<void> {
  expect(opened.length).toBeGreaterThan(from)
  await eventually(() => expect(opened.filter(({ closed }) => !closed)).toEqual([]))
}

it.each([
  ['HEAD /there', [], 200],
  ['HEAD /gone', [], 200],
  ['HEAD /tagged', [], 200],
  ['GET /tagged', ['If-None-Match: "v1"'], 304],
  ['GET /tagged', ['If-Match: "v0"'], 412],
  ['GET /bad', [], 500],
  ['GET /odd', [], 500],
])('W-28 %s %j: answered with %d, and no file stays open', async (line, headers, status) => {
  const before = opened.length
  const connection = new RawConnection(server.port)
  connection.send(request(line, [...headers, 'Connection: close']))
  expect(await connection.end()).toMatch(new RegExp(`^HTTP/1.1 ${status} `))
  await allClosed(before)
})

it('W-15 a client that leaves before the stream is there', async () => {
  gate = Promise.withResolvers<void>()
  const [before, calls] = [opened.length, waiting]
  const connection = new RawConnection(server.port)
  connection.send(request('GET /late'))
  await eventually(() => expect(waiting).toBe(calls + 1))
  connection.vanish()
  await new Promise((resolve) => setTimeout(resolve, 50))
  gate.resolve()
  await eventually(() => expect(opened.length).toBe(before + 1))
  await allClosed(before)
})

it('RES-9 a middleware that waits after next() does not leave the stream unwatched', async () => {
  const before = opened.length
  expect(await ask(server.port, request('GET /wrapped'))).toBeNull()
  await allClosed(before)
})

it('W-28 HEAD through app.fetch', async () => {
  const before = opened.length
  for (const path of ['/gone', '/there']) {
    const answer = await app.fetch(new Request(`http://localhost${path}`, { method: 'HEAD' }))
    expect(answer.status).toBe(200)
  }
  await allClosed(before)
})

it('W-28 HEAD commits, through the test client as over the wire', async () => {
  told.length = 0
  await ask(server.port, request('HEAD /plain'))
  await eventually(() => expect(told).toEqual(['commit']))
  await testClient(app).http.request('HEAD', '/plain')
  await eventually(() => expect(told).toEqual(['commit', 'commit']))
})

it.each(['/bad', '/odd'])(
  'W-15 the answer of %s cannot be made: dependencies learn why',
  async (path) => {
    told.length = 0
    await ask(server.port, request(`GET ${path}`))
    await eventually(() => expect(told).toHaveLength(1))
    expect(told[0]).toContain('reply()')
  },
)
