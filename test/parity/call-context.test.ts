import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { type Call, createApp } from '../../packages/trefoil/src/index.ts'
import { testClient } from '../../packages/trefoil/src/testing.ts'
import { callBy, linesOf, WAYS } from './ways.ts'

const TOKEN = 'tok-s3cret-canary-1234567890'

/** An app whose one authenticator knows one token; its handler keeps the call. */
function keeping() {
  const { lines, logger } = linesOf()
  const calls: Call[] = []
  const app = createApp({
    name: 'shop',
    env: {},
    edge: { hosts: ['testserver'] },
    log: { logger, calls: 'all', trace: 'continue' },
    auth: [
      {
        authenticate: ({ bearer }) =>
          bearer === TOKEN ? new AuthContext({ subject: 'ada' }) : null,
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
  })
  app.post(
    '/act',
    { name: 'act', description: 'Acts.', tool: true, cli: true },
    (_: unknown, call: Call) => {
      calls.push(call)
      call.log.info({ call, trace: call.trace }, 'within')
      return {
        app: call.app.name,
        action: call.action.name,
        requestId: call.requestId,
        subject: call.auth?.subject,
        hasState: typeof call.state,
        hasLog: typeof call.log.info,
        source: call.source,
      }
    },
  )
  return { client: testClient(app), calls, lines }
}

describe.each(WAYS)('the context of a call by %s', (way) => {
  test('P-CTX-2: app, action, request id, client, state, logger, way in', async () => {
    const { client } = keeping()
    const { value } = await callBy(way, client, 'act', {
      token: TOKEN,
      headers: { 'x-request-id': 'r-1' },
    })
    expect(value).toEqual({
      app: 'shop',
      action: 'act',
      requestId: 'r-1',
      subject: 'ada',
      hasState: 'object',
      hasLog: 'function',
      source: way === 'http' ? 'api' : way.slice(0, 3),
    })
  })

  test('P-CTX-4 PW-02: nothing that a handler reaches, prints or logs holds its token', async () => {
    const { client, calls, lines } = keeping()
    await callBy(way, client, 'act', { token: TOKEN })
    const [call] = calls
    expect(call).toBeDefined()
    expect(call?.request.headers.get('authorization')).toBeNull()
    const printed = [
      inspect(call, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(call),
      JSON.stringify(call?.trace),
      inspect(call?.trace, { depth: 20, showHidden: true, getters: true }),
      JSON.stringify(lines),
    ]
    for (const text of printed) expect(text).not.toContain(TOKEN)
  })
})
