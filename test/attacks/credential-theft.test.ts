// Who attacks: whoever can read what handlers, hooks and logs write down (an error tracker, a
// support colleague, a tool that echoes its request). What they would win: live credentials.
import { inspect } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { CALL_PATH } from '../../packages/trefoil/src/contract/protocol/paths.ts'
import {
  type AccessEvent,
  type Call,
  createApp,
  HttpError,
} from '../../packages/trefoil/src/index.ts'
import { type RunningServer, serve } from '../../packages/trefoil/src/node.ts'
import { actionCall, post, toolCall } from './attacked-app.ts'

const SECRET = 'live-credential'
const HEADERS = {
  authorization: `Bearer ${SECRET}`,
  cookie: `session=${SECRET}`,
  'x-api-key': SECRET,
  'proxy-authorization': `Basic ${SECRET}`,
  'approval-token': SECRET,
  'x-plain': 'shown',
}
const NAMES = Object.keys(HEADERS)

let server: RunningServer
const events: AccessEvent[] = []
const logged: unknown[] = []
/** What the authenticator saw, which does need the credential. */
let authenticated = 0

function dump({ request }: Call): Record<string, string | null> {
  return Object.fromEntries(NAMES.map((name) => [name, request.headers.get(name.toUpperCase())]))
}

beforeAll(async () => {
  const log = (...entry: unknown[]) => void logged.push(entry)
  const app = createApp({
    name: 'echoing',
    log: {
      access: (event) => void events.push(event),
      logger: { debug: log, info: log, warn: log, error: log },
    },
    auth: [
      {
        surfaces: ['api', 'mcp', 'cli'],
        authenticate: ({ bearer, headers }) => {
          if (bearer !== SECRET || headers.get('cookie') === null) return null
          authenticated++
          return new AuthContext({ subject: 'user_1' })
        },
      },
    ],
  })
  app.post('/dump', { name: 'dump', description: 'x', tool: true, cli: true }, (_args, call) =>
    dump(call),
  )
  app.post('/fail', { name: 'fail', description: 'x', tool: true, cli: true }, (_args, call) => {
    throw new Error(JSON.stringify([dump(call), call]) + inspect(call, { depth: 9 }))
  })
  app.post('/deny', { name: 'deny', description: 'x', tool: true, cli: true }, (_args, call) => {
    throw new HttpError(400, JSON.stringify(call.request))
  })
  server = await serve(app, { port: 0, signals: false })
})
afterAll(() => server.close())

it('PW-02 a handler sees plain headers and no credential', async () => {
  const { status, json } = await post(`${server.url}/dump`, '', HEADERS)
  expect(status).toBe(200)
  expect(json).toEqual({
    ...Object.fromEntries(NAMES.map((name) => [name, null])),
    'x-plain': 'shown',
  })
  expect(authenticated).toBeGreaterThan(0)
})

it('ABIND-2 agents hand a handler no header at all', async () => {
  const mcp = await post(`${server.url}/mcp`, toolCall('dump', '{}'), HEADERS)
  const cli = await post(server.url + CALL_PATH, actionCall('dump', '{}'), HEADERS)
  for (const { status, text } of [mcp, cli]) {
    expect(status).toBe(200)
    expect(text).not.toContain('shown')
    expect(text).not.toContain(SECRET)
  }
})

it('OBS-4 no answer, log line or access event repeats a credential', async () => {
  const answers: string[] = []
  for (const name of ['dump', 'fail', 'deny', 'none']) {
    answers.push((await post(`${server.url}/${name}?token=${SECRET}`, '', HEADERS)).text)
    answers.push((await post(`${server.url}/mcp`, toolCall(name, '{}'), HEADERS)).text)
    answers.push((await post(server.url + CALL_PATH, actionCall(name, '{}'), HEADERS)).text)
  }
  const withoutQuery = answers.map((text) => text.replaceAll(`token=${SECRET}`, ''))
  expect(withoutQuery.join('\n')).not.toContain(SECRET)
  expect(events.length).toBeGreaterThan(0)
  expect(JSON.stringify(events)).not.toContain(SECRET)
  const lines = JSON.stringify(logged, (_, value) =>
    value instanceof Error ? `${value.message} ${value.stack}` : value,
  )
  expect(lines).toContain('Unhandled error')
  expect(lines.replaceAll(`token=${SECRET}`, '')).not.toContain(SECRET)
})
