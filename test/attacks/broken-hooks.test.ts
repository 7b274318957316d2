// Who breaks it: nobody from outside, at first. A hook of the developer that throws now and then
// (a log that is full, an address that is missing) must not become a way to end the process.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { serve, toNodeHandler } from '../../packages/trefoil/src/node.ts'
import './eventually.ts'
import { ask, request } from './raw-connection.ts'

const silent = () => {}
const quiet = { debug: silent, info: silent, warn: silent, error: silent }
const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

function fail(): never {
  throw new Error('no space left on device')
}

it.each([
  ['throws', fail],
  ['rejects', async () => fail()],
])('OBS-4 an access log that %s is ignored', async (_, accessLog) => {
  const app = createApp({
    log: { access: accessLog, logger: quiet },
    publicSurfaces: ['api', 'mcp', 'cli'],
  })
  app.get('/', () => 'answer')
  const server = await serve(app, { port: 0, signals: false })
  closers.push(() => server.close())
  for (let turn = 0; turn < 2; turn++) {
    expect((await ask(server.port, request('GET /')))?.body).toBe('answer')
  }
})

it.each([
  ['throws', fail],
  ['rejects', async () => fail()],
])('OBS-4 a logger that %s is ignored', async (_, error) => {
  const logger = { ...quiet, warn: error, error }
  const app = createApp({ log: { logger }, publicSurfaces: ['api', 'mcp', 'cli'] })
  app.get('/', (_args, call) => {
    call.background(fail)
    return fail()
  })
  const server = await serve(app, { port: 0, signals: false })
  closers.push(() => server.close())
  for (let turn = 0; turn < 2; turn++) {
    expect((await ask(server.port, request('GET /')))?.status).toBe(500)
  }
})

it('ADAPT-1 an address that cannot be told is a 500, logged once', async () => {
  const logged: unknown[] = []
  const app = createApp({
    log: { logger: { ...quiet, error: (fields: object) => void logged.push(fields) } },
    publicSurfaces: ['api', 'mcp', 'cli'],
  })
  app.get('/', () => 'answer')
  const host: Server = createServer(toNodeHandler(app, { clientAddress: fail }))
  await new Promise<void>((resolve) => host.listen(0, resolve))
  closers.push(() => host.close())
  const answer = await ask((host.address() as AddressInfo).port, request('GET /'))
  expect(answer?.status).toBe(500)
  expect(JSON.parse(answer?.body ?? '')).toMatchObject({ code: 'INTERNAL_ERROR' })
  expect(answer?.body).not.toContain('no space left')
  expect(answer?.head.toLowerCase()).toContain('x-request-id: ')
  // The cause, and the record of the call.
  expect(logged.filter((fields) => Object.hasOwn(Object(fields), 'err'))).toHaveLength(1)
})

it('a source of ids that throws costs one connection', async () => {
  let broken = false
  const random = (target: Uint8Array) => {
    if (broken) fail()
    crypto.getRandomValues(target)
  }
  const app = createApp({ random, log: { logger: quiet }, publicSurfaces: ['api', 'mcp', 'cli'] })
  app.get('/', () => 'answer')
  const server = await serve(app, { port: 0, signals: false })
  closers.push(() => server.close())
  broken = true
  // Ids are made in blocks.
  const answers = await Promise.all(
    Array.from({ length: 600 }, () => ask(server.port, request('GET /'))),
  )
  expect(answers).toContain(null)
  broken = false
  expect((await ask(server.port, request('GET /')))?.status).toBe(200)
})
