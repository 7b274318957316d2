// What the source page says of errors and of its test client, by number.
import { createApp, HttpError, Problem } from 'trefoil'
import { AuthContext, type Authenticator, hasRole } from 'trefoil/auth'
import { testClient } from 'trefoil/testing'
import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  ALL,
  alike,
  ENV,
  everywhere,
  type Json,
  Lines,
  membersOf,
  on,
} from '../findings/surfaces.ts'

const quiet = () => ({ log: { logger: new Lines().logger }, env: ENV })
const OPEN = { publicSurfaces: ALL } as const

const byToken: Authenticator<unknown> = {
  name: 'own',
  scheme: { type: 'http', scheme: 'bearer' },
  authenticate: ({ bearer }) => {
    // As a provider that cannot be reached.
    if (bearer === 'down') throw new Error('the provider is down')
    return bearer === null ? null : new AuthContext({ subject: bearer })
  },
}

/** What each problem must say, and whether it says that the same call may be repeated. */
const ERRORS: readonly (readonly [
  action: string,
  args: Json,
  token: string | undefined,
  code: string,
  retryable: boolean | undefined,
])[] = [
  ['closed', {}, undefined, 'AUTHENTICATION_ERROR', undefined],
  ['closed', {}, 'ann', 'ACCESS_DENIED', undefined],
  ['typed', { count: 'many' }, 'ann', 'VALIDATION_ERROR', undefined],
  ['missing', {}, 'ann', 'http_error', undefined],
  ['conflict', {}, 'ann', 'already_shipped', undefined],
  ['crash', {}, 'ann', 'INTERNAL_ERROR', undefined],
  ['slow', {}, 'ann', 'TIMEOUT', false],
  ['slow_read', {}, 'ann', 'TIMEOUT', true],
  ['typed', { count: 1 }, 'down', 'authenticator_unavailable', true],
]

function failing() {
  const app = createApp({ ...quiet(), auth: [{ authenticate: byToken, surfaces: ALL }] })
  const forever = () => new Promise(() => {})
  app.post('/closed', { ...on('closed'), guards: [hasRole('admin')] }, () => 'in')
  app.post('/typed', { ...on('typed'), params: { count: z.int() } }, () => 'in')
  app.post('/missing', on('missing'), () => {
    throw new HttpError(404, 'Order not found')
  })
  app.post('/conflict', on('conflict'), () => {
    const details = { order_id: 'o1' }
    throw new HttpError(409, 'Already shipped', { code: 'already_shipped', details })
  })
  app.post('/crash', on('crash'), () => {
    throw new Error('secret of the database')
  })
  app.post('/slow', { ...on('slow'), timeout: '250ms' }, forever)
  const read = { readOnlyHint: true }
  // Long enough that a busy machine has begun them; what is late before that may be repeated.
  app.post('/slow_read', { ...on('slow_read'), timeout: '250ms', hints: read }, forever)
  return { app }
}

test('P-ERR-1 PW-21: every error has its code, text, advice and request id; repeating is spoken of where it is known', async () => {
  const seen = await everywhere(failing, async ({ call, id }) => {
    const found: unknown[] = []
    for (const [action, args, token] of ERRORS) {
      const options = token === undefined ? {} : { token }
      const { ok, problem, document } = await call(action, args, options)
      const { code, message, detail, fix, request_id, retryable, error_description } = problem ?? {}
      const text = message ?? detail ?? error_description
      const whole = [text, fix, request_id].every((one) => typeof one === 'string' && one !== '')
      // A result for the model is flagged as an error; the others are no result at all.
      const result = membersOf(membersOf(document)['result'] ?? document)
      const flagged = !id.startsWith('mcp') || !('content' in result) || result['isError'] === true
      found.push([code ?? problem?.['problem'], retryable, ok, whole, flagged])
    }
    return found
  })
  const expected = ERRORS.map(([, , , code, retryable]) => [code, retryable, false, true, true])
  expect(seen).toEqual(alike(expected))
})

test('P-ERR-1: details stand beside the code, and what is not known is left out', async () => {
  const seen = await everywhere(failing, async ({ call }) => {
    const { problem } = await call('conflict', {}, { token: 'ann' })
    const plain = (await call('missing', {}, { token: 'ann' })).problem
    return [problem?.['order_id'], 'details' in (problem ?? {}), 'issues' in (plain ?? {})]
  })
  expect(seen).toEqual(alike(['o1', false, false]))
})

test('P-ERR-2: what nobody expected is logged in full and answered with nothing of it', async () => {
  const seen = await everywhere(
    () => {
      const lines = new Lines()
      const app = createApp({ ...OPEN, env: ENV, log: { logger: lines.logger } })
      class LostRow extends Error {
        override readonly name = 'LostRow'
        readonly table = 'salaries'
      }
      app.post('/x', on('x'), () => {
        throw new LostRow('row 7 of salaries is gone', { cause: new Error('disk /dev/sda1') })
      })
      return { app, lines }
    },
    async ({ call }, { lines }) => {
      const { problem, raw } = await call('x')
      const told = ['LostRow', 'row 7', 'salaries', 'sda1', 'errors.test'].filter((word) =>
        raw.includes(word),
      )
      const [line, ...others] = lines.at('error')
      const error = line?.fields['err']
      return [
        problem?.['code'],
        problem?.['message'] ?? problem?.['detail'],
        told,
        // The error itself: class, text, stack and cause, and the id that the caller was told.
        error instanceof Error && [
          error.name,
          error.message,
          error.stack?.includes('errors.test.ts'),
          String(error.cause),
        ],
        line?.fields['request_id'] === problem?.['request_id'],
        others.length,
      ]
    },
  )
  expect(seen).toEqual(
    alike([
      'INTERNAL_ERROR',
      'Internal Server Error',
      [],
      ['LostRow', 'row 7 of salaries is gone', true, 'Error: disk /dev/sda1'],
      true,
      0,
    ]),
  )
})

test('P-ERR-3: the most specific class answers, and a handler for everything swallows no refusal', async () => {
  class Lost extends Error {}
  class LostOrder extends Lost {}
  const seen = await everywhere(
    () => {
      const asked: string[] = []
      const app = createApp({ ...quiet(), auth: [{ authenticate: byToken, surfaces: ALL }] })
      // Registered in the order that would be wrong if the first one won.
      app.onError(Error, () => {
        asked.push('Error')
        return 'of Error'
      })
      app.onError(Lost, () => new Problem('http_error', { status: 410, detail: 'It is lost' }))
      app.onError(LostOrder, () => {
        throw new HttpError(404, 'No such order', { code: 'no_such_order' })
      })
      const fails = (name: string, error: () => unknown) =>
        app.post(`/${name}`, on(name), () => {
          throw error()
        })
      fails('any', () => new RangeError('x'))
      fails('lost', () => new Lost('x'))
      fails('order', () => new LostOrder('x'))
      app.post('/closed', { ...on('closed'), guards: [hasRole('admin')] }, () => 'in')
      app.post('/typed', { ...on('typed'), params: { count: z.int() } }, () => 'in')
      app.post('/slow', { ...on('slow'), timeout: '20ms' }, () => new Promise(() => {}))
      return { app, asked }
    },
    async ({ call }, { asked }) => {
      const codes: unknown[] = []
      for (const name of ['any', 'lost', 'order', 'closed', 'typed', 'slow']) {
        const { value, problem } = await call(name, {}, { token: 'ann' })
        codes.push(problem?.['code'] ?? value)
      }
      codes.push((await call('closed')).problem?.['code'])
      return [codes, asked]
    },
  )
  const refusals = ['ACCESS_DENIED', 'VALIDATION_ERROR', 'TIMEOUT', 'AUTHENTICATION_ERROR']
  expect(seen).toEqual(alike([['of Error', 'http_error', 'no_such_order', ...refusals], ['Error']]))
})

test('P-TST-1: in process, the way of the live server: headers, errors as values, background work done', async () => {
  const done: string[] = []
  const build = () => {
    const app = createApp({ ...quiet(), auth: [{ authenticate: byToken, surfaces: ALL }] })
    app.post('/who', on('who'), (_, call) => {
      call.background(async () => {
        await new Promise(setImmediate)
        done.push(call.auth.subject)
      })
      return call.auth.subject
    })
    app.post('/closed', { ...on('closed'), guards: [hasRole('admin')] }, () => 'in')
    app.post('/crash', on('crash'), () => {
      throw new Error('x')
    })
    return app
  }
  await using client = testClient(build(), { headers: { Authorization: 'Bearer ann' } })
  const { http, mcp, cli } = client
  // Headers of the client, and those of one call, which win, in whatever case they are written.
  const headers = { authorization: 'Bearer bob' }
  expect((await http.post('/who')).text).toBe('ann')
  expect((await http.post('/who', { headers })).text).toBe('bob')
  expect((await mcp.callTool('who')).text).toBe('ann')
  expect((await mcp.callTool('who', {}, { headers })).text).toBe('bob')
  expect(await cli.call('who')).toMatchObject({ body: 'ann' })
  expect(await cli.call('who', {}, { headers })).toMatchObject({ body: 'bob' })
  expect(await cli.call('who', {}, { local: true })).toMatchObject({ body: 'ann' })
  // Nothing is thrown, whatever goes wrong.
  expect((await http.post('/crash')).status).toBe(500)
  expect((await mcp.callTool('crash')).problem?.['code']).toBe('INTERNAL_ERROR')
  expect((await cli.call('crash')).ok).toBe(false)
  expect((await mcp.callTool('closed')).problem?.['code']).toBe('ACCESS_DENIED')
  expect((await mcp.callTool('nothing')).isSuccess).toBe(false)
  expect(JSON.stringify(await mcp.listTools())).toContain('who')
  await client.idle()
  expect(done).toEqual(['ann', 'bob', 'ann', 'bob', 'ann', 'bob', 'ann'])
})

test('P-TST-1: the answers are those of a server on a socket', async () => {
  const live = await everywhere(failing, async ({ call, id }) => {
    const answer = await call(id === 'http' ? 'missing' : 'nothing_like_it', {}, { token: 'ann' })
    return [answer.status, scrubbed(answer.document)]
  })
  await using client = testClient(failing().app, { headers: { authorization: 'Bearer ann' } })
  const call = { name: 'nothing_like_it', arguments: {} }
  const message = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: call }
  const mcp = await client.mcp.request(message, { 'mcp-protocol-version': '2025-11-25' })
  const http = await client.http.post('/missing')
  const local = await client.cli.call('nothing_like_it', {}, { local: true })
  expect([http.status, scrubbed(http.json())]).toEqual(live.http)
  expect(scrubbed(mcp.message)).toEqual(live['mcp-legacy']?.[1])
  expect(scrubbed(await client.cli.call('nothing_like_it'))).toEqual(live['cli-remote']?.[1])
  expect(scrubbed(local)).toEqual(live['cli-local']?.[1])
})

/** Without the id that is different each time. */
function scrubbed(document: unknown): unknown {
  return JSON.parse(JSON.stringify(document), (key, value) => (key === 'request_id' ? '…' : value))
}
