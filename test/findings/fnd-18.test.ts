// FND-18: limits and ends are kept on sockets. Whoever stays, and however, is gone when the time is
// up; and a server that is told to end does, with its shutdown hooks run.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { selfSigned } from '../http/self-signed.ts'
import { PREFACE, speak } from './http2-frames.ts'
import { holdingBack } from './late-handshake.ts'
import { within } from './surfaces.ts'

const { key, cert } = selfSigned()
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
})

/** By kind: connections that came, and those that are open. */
type Counts = Readonly<Record<string, { readonly came: number; readonly open: number }>>

function start(file: string, told: unknown, count = 0): ChildProcess {
  const args = [JSON.stringify(told), String(count)]
  const child = fork(new URL(file, import.meta.url), args, { silent: true })
  children.push(child)
  return child
}

async function answerOf<Answer>(child: ChildProcess): Promise<Answer> {
  const [message] = await within(once(child, 'message'), 'an answer of the server', 20_000)
  return message
}

interface Server {
  readonly child: ChildProcess
  readonly ports: Readonly<Record<string, number>>
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

/** Counts until it is so for each kind; at most for a while. */
async function until(server: Server, isSo: (counts: Counts[string]) => boolean): Promise<Counts> {
  for (let tries = 0; ; tries++) {
    const counts = await server.count()
    if (tries === 60 || Object.values(counts).every(isSo)) return counts
    await new Promise((resolve) => setTimeout(resolve, 250))
  }
}

const alike = (kinds: readonly string[], counts: Counts[string]) =>
  Object.fromEntries(kinds.map((kind) => [kind, counts]))

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
  start('./lingering-peers.process.ts', server.ports, 20)
  const counts = await until(server, ({ came, open }) => came === 20 && open === 0)
  expect(counts).toEqual(alike(kinds, { came: 20, open: 0 }))
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
  await until(server, ({ came }) => came === 5)
  // Whenever it comes, the process has to live; it did not when it came within half a second.
  await new Promise((resolve) => setTimeout(resolve, 500))
  way.release()
  const counts = await until(server, ({ open }) => open === 0)
  expect(counts).toEqual({ nohandshake: { came: 5, open: 0 } })
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
    start('./lingering-peers.process.ts', server.ports, 3)
    await until(server, ({ came }) => came === 3)
    const exit = once(server.child, 'exit')
    server.child.disconnect()
    const began = performance.now()
    server.child.kill('SIGTERM')
    expect(await within(exit, 'the end of the process', 20_000)).toEqual([0, null])
    // `drainTimeout` and a second; the rest is for a machine that has other things to do.
    expect(performance.now() - began).toBeLessThan(2_000 + 4_000)
    for (const kind of kinds) expect(server.said()).toContain(`first hook of ${kind}\n`)
  })

  test('waits for no hook and no background work without a bound, and says what did not end', async () => {
    const times = { drainTimeout: '200ms', shutdownTimeout: '200ms' }
    const server = await serving(['plain'], times, true)
    const answer = await fetch(`http://127.0.0.1:${server.ports['plain']}/work`)
    expect(await answer.text()).toContain('started')
    const exit = once(server.child, 'exit')
    server.child.disconnect()
    server.child.kill('SIGTERM')
    expect(await within(exit, 'the end of the process', 20_000)).toEqual([1, null])
    await vi.waitFor(() => expect(server.said()).toContain("'hanging' did not end"), 5_000)
    expect(server.said()).toContain('Background task did not end before shutdown\n')
    expect(server.said()).toMatch(/1 background task\(s\) did not end within \d+ ms/)
    expect(server.said()).toContain("shutdown hook 'hanging' did not end within 200 ms")
    // Registered before the one that hangs, so it comes after it.
    expect(server.said()).toContain('first hook of plain\n')
  })
})
