// Who attacks: what is at the other end of `trefoil mcp`, with lines as fast as a pipe takes them. What they would win: as many
// calls of the authenticator, and of whatever it asks, as they have lines.
import { afterEach, expect, it } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { internalsOf } from '../../packages/trefoil/src/contract/call/app-internals.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'

const MOST = 64
const log = { logger: { debug() {}, info() {}, warn() {}, error() {} } }
const over: AbortController[] = []
afterEach(() => {
  for (const one of over.splice(0)) one.abort()
})

/** A connection whose caller is known only when the test says so. */
async function slow() {
  const waiting: (() => void)[] = []
  let most = 0
  const app = createApp({
    publicSurfaces: ['api', 'cli'],
    log,
    auth: [
      {
        surfaces: ['mcp'],
        authenticate: async (_request) => {
          await new Promise<void>((resolve) => {
            waiting.push(resolve)
            most = Math.max(most, waiting.length)
          })
          return new AuthContext({ subject: 'ada' })
        },
      },
    ],
  })
  app.tool('x', { description: 'x' }, () => 'ran')
  await app.startup()
  const sent: string[] = []
  const end = new AbortController()
  over.push(end)
  const lines = internalsOf(app, 'trefoil').connect({
    headers: [],
    signal: end.signal,
    send: (text: string) => void sent.push(text),
  })
  const write = (text: string) => lines.receive(new TextEncoder().encode(text))
  const open = () => {
    for (const go of waiting.splice(0)) go()
  }
  return { lines, write, sent, open, most: () => most }
}

const FLOODS: Readonly<Record<string, (at: number) => string>> = {
  notifications: () => '{"jsonrpc":"2.0","method":"notifications/x"}',
  'what is called off': (at) =>
    `{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":${at}}}`,
  calls: (at) => `{"jsonrpc":"2.0","id":${at},"method":"tools/call","params":{"name":"x"}}`,
  lists: (at) => `{"jsonrpc":"2.0","id":"${at}","method":"tools/list"}`,
  'no messages': () => '{"jsonrpc":"2.0"}',
  'no JSON': () => '{',
}

it.each(Object.keys(FLOODS))(
  'MCP-1: a flood of %s asks the authenticator a bounded number of times at once',
  async (name) => {
    const { write, open, most, sent } = await slow()
    const all = Array.from({ length: 1000 }, (_, at) => write(FLOODS[name]?.(at) ?? ''))
    expect(most()).toBeGreaterThan(0)
    expect(most()).toBeLessThanOrEqual(2 * MOST)
    open()
    await Promise.all(all)
    // Nothing is answered to a notification; everything else is, once.
    const answers = name === 'notifications' || name === 'what is called off' ? 0 : 1000
    expect(sent).toHaveLength(answers)
    // And the connection is as good as before.
    const after = write(
      '{"jsonrpc":"2.0","id":"after","method":"tools/call","params":{"name":"x"}}',
    )
    open()
    await after
    expect(sent.at(-1)).toContain('"ran"')
  },
)

it('a line that is too long is no way around it', async () => {
  const { lines, open, most, sent } = await slow()
  for (let at = 0; at < 1000; at++) lines.tooLong()
  expect(most()).toBeLessThanOrEqual(MOST)
  open()
  await Promise.resolve()
  expect(sent.length).toBeGreaterThanOrEqual(1000 - MOST)
})
