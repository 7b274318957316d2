// Who attacks: a caller who calls at the same moment as somebody with more rights. What they
// would win: the other one's identity, arguments, dependency or answer.
import { afterAll, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { jwtAuth } from '../../packages/trefoil/src/auth.ts'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import { createApp, dependency } from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { members } from '../parity/driver.ts'
import { AUDIENCE, forge, ISSUER, KEY, NOW } from '../parity/tokens.ts'
import { actionCall, toolCall } from './attacked-app.ts'

let server: RunningServer
const clock = { now: () => NOW * 1000, elapsed: () => 0 }
const values = new Set<object>()

beforeAll(async () => {
  const own = dependency(async () => {
    await tick()
    const value = { id: Symbol('own') }
    values.add(value)
    return value
  })
  const app = createApp({
    name: 'busy',
    clock,
    auth: [
      {
        authenticate: jwtAuth({ keys: KEY, issuer: ISSUER, audience: AUDIENCE, clock }),
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
    callState: () => ({ seen: [] as string[] }),
  })
  app.post(
    '/work',
    {
      name: 'work',
      description: 'Works for a while.',
      tool: true,
      cli: true,
      params: { word: z.string(), own },
      middleware: [
        async (call, next) => {
          const state = call.state as { seen: string[] }
          state.seen.push(String(call.args['word']))
          await tick()
          return next()
        },
      ],
    },
    async ({ word }, call) => {
      await tick()
      call.state.seen.push(word)
      return { word, subject: call.auth.subject, source: call.source, seen: call.state.seen }
    },
  )
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

function tick(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.floor(values.size % 5)))
}

async function work(index: number): Promise<unknown> {
  const [word, sub] = [`word_${index}`, `user_${index % 7}`]
  const args = JSON.stringify({ word })
  const ways = [
    ['/work', args],
    ['/mcp', toolCall('work', args)],
    [CALL_PATH, actionCall('work', args)],
  ] as const
  const [path, body] = ways[index % ways.length] ?? ways[0]
  const headers = {
    'content-type': 'application/json',
    authorization: `Bearer ${forge({ claims: { sub } })}`,
  }
  const document = members(
    await (await fetch(server.url + path, { method: 'POST', headers, body })).json(),
  )
  const [content] = (members(document['result'])['content'] ?? []) as readonly [{ text: string }?]
  return content === undefined ? (document['body'] ?? document) : JSON.parse(content.text)
}

it('W-16a REQ-4 a hundred calls at once share nothing', async () => {
  const count = 99
  const answers = await Promise.all(Array.from({ length: count }, (_, index) => work(index)))
  answers.forEach((answer, index) => {
    const word = `word_${index}`
    const source = ['api', 'mcp', 'cli'][index % 3]
    expect(answer).toEqual({ word, subject: `user_${index % 7}`, source, seen: [word, word] })
  })
  expect(values.size).toBe(count)
})
