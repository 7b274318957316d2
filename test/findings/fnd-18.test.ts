// FND-18: limits and ends are kept on sockets. Whoever stays, and however, is gone when the time is
// up; and a server that is told to end does, with its shutdown hooks run.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test } from 'vitest'
import { selfSigned } from '../http/self-signed.ts'
import { PREFACE, speak } from './http2-frames.ts'
import { holdingBack } from './late-handshake.ts'
import { within } from './surfaces.ts'

const { key, cert } = selfSigned()
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

type Counts = Readonly<Record<string, number>>

function start(file: string, told: unknown): ChildProcess {
  const child = fork(new URL(file, import.meta.url), [JSON.stringify(told)], { silent: true })
  children.push(child)
  child.stderr?.pipe(process.stderr)
  return child
}

async function answerOf(child: ChildProcess): Promise<Counts> {
  const [message] = await within(once(child, 'message'), 'an answer of the server', 20_000)
  return message
}

interface Server {
  readonly child: ChildProcess
  readonly ports: Counts
  count(): Promise<Counts>
  said(): string
}

async function serving(kinds: readonly string[], options: object, hangs = false): Promise<Server> {
  const told = { kinds, options, hangs, key: key.toString(), cert: cert.toString() }
  const child = start('./lingering-server.process.ts', told)
  let text = ''
  child.stdout?.on('data', (piece) => {
    text += piece
  })
  child.stderr?.on('data', (piece) => {
    text += piece
  })
  return {
    child,
    ports: await answerOf(child),
    said: () => text,
    count: () => {
      child.send('count')
      return answerOf(child)
    },
  }
}

async function eventually(server: Server, wanted: (count: number) => boolean): Promise<Counts> {
  for (let tries = 0; ; tries++) {
    const counts = await server.count()
    if (tries === 60 || Object.values(counts).every(wanted)) return counts
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

const alike = (kinds: readonly string[], count: number) =>
  Object.fromEntries(kinds.map((kind) => [kind, count]))

const SHORT = {
  headersTimeout: '1s',
  requestTimeout: '1s',
  keepAliveTimeout: '1s',
  sendTimeout: '1s',
  drainTimeout: '1s',
}
const HTTP2 = [
  ...['nohandshake', 'halfhandshake', 'noframe', 'halfpreface', 'silent', 'goaway', 'body401'],
  ...['asked', 'deaf', 'nowindow', 'nobody'],
]
const HTTP1 = ['http1', 'http1silent', 'http1lines', 'plain', 'plainsilent', 'plainlines']

test.each([
  ['HTTP/2', HTTP2],
  ['HTTP/1.1', HTTP1],
])('of 20 clients of each kind that stay, none is left: %s', async (_name, kinds) => {
  const server = await serving(kinds, { ...SHORT, signals: false })
  start('./lingering-peers.process.ts', server.ports)
  let seen = 0
  const counts = await eventually(server, (count) => {
    seen = Math.max(seen, count)
    return seen === 20 && count === 0
  })
  expect(counts).toEqual(alike(kinds, 0))
  expect(seen).toBe(20)
})

// Told of it as of a request it could not read, the server would write into the handshake, and the
// end of the handshake would end the process.
test('a handshake that is finished after its time has no second chance', async () => {
  const server = await serving(['nohandshake'], {
    ...SHORT,
    headersTimeout: '300ms',
    signals: false,
  })
  const way = await holdingBack(server.ports['nohandshake'] ?? 0)
  const clients = Array.from({ length: 5 }, () => speak(way.port, PREFACE))
  await eventually(server, (count) => count === 5)
  // Its time may be up a little sooner or later: whenever, the process has to live.
  await eventually(server, (count) => count === 0)
  way.release()
  await new Promise((resolve) => setTimeout(resolve, 200))
  expect(await server.count()).toEqual({ nohandshake: 0 })
  expect(server.child.exitCode).toBe(null)
  for (const client of clients) client.destroy()
  way.close()
})

describe('SIGTERM', () => {
  // So long that none of them ends by itself.
  const LONG = { headersTimeout: '50s', keepAliveTimeout: '60s', sendTimeout: '60s' }

  test('ends the process whatever its clients do, and runs the shutdown hooks', async () => {
    const kinds = [...HTTP2, ...HTTP1]
    const server = await serving(kinds, { ...LONG, drainTimeout: '1s' })
    start('./lingering-peers.process.ts', server.ports)
    await eventually(server, (count) => count === 20)
    const exit = once(server.child, 'exit')
    server.child.disconnect()
    const began = performance.now()
    server.child.kill('SIGTERM')
    expect(await within(exit, 'the end of the process', 20_000)).toEqual([0, null])
    // `drainTimeout` and a second; the rest is for a machine that has other things to do.
    expect(performance.now() - began).toBeLessThan(2_000 + 4_000)
    for (const kind of kinds) expect(server.said()).toContain(`first hook of ${kind}\n`)
  })
})
