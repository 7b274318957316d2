import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import type { ActionAnswer, ActionTarget, Manifest } from '../contract/protocol/action-protocol.ts'
import { CALL_PATH, MANIFEST_PATH } from '../contract/protocol/paths.ts'
import { createRemoteTarget, type RemoteTargetOptions } from './remote-client.ts'

type Answer = (request: IncomingMessage, response: ServerResponse, body: string) => void

const closers: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

/** A real server; what it was sent is kept in `seen`. */
async function listen(
  answer: Answer,
): Promise<{ url: string; seen: { head: IncomingMessage; body: string }[] }> {
  const seen: { head: IncomingMessage; body: string }[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ head: request, body })
      answer(request, response, body)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  })
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, seen }
}

function json(value: unknown, status = 200, type = 'application/json'): Answer {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value))
  }
}

async function target(
  answer: Answer,
  more: Partial<RemoteTargetOptions> = {},
): Promise<ActionTarget> {
  const { url } = await listen(answer)
  return createRemoteTarget({ url, ...more })
}

function codeOf(answer: ActionAnswer | Manifest): string | null {
  return 'ok' in answer && !answer.ok ? (answer.error?.code ?? null) : null
}

const ACTION = {
  name: 'ping',
  description: '',
  needs_approval: false,
  changes: false,
  external: true,
  sensitive: ['pin'],
  input_schema: {},
}
const MANIFEST = {
  protocol: 'trefoil-actions.v1',
  service: { name: 'store', version: '1.2.3' },
  rpc: { method: 'POST', path: CALL_PATH },
  auth: { required: true, schemes: [{ type: 'bearer' }] },
  actions: [{ ...ACTION, title: null, method: 'GET', path: '/ping', output_schema: null }],
}

describe('what is sent', () => {
  test('CLI-19: manifest and call, with headers and body of the protocol', async () => {
    const { url, seen } = await listen((request, response, body) => {
      const value =
        request.method === 'GET' ? MANIFEST : { ok: true, status_code: 200, body: 'pong' }
      json(value)(request, response, body)
    })
    const headers = { 'x-tenant': 'acme' }
    const remote = createRemoteTarget({ url: `${url}/base/`, token: 'secret', headers })
    expect(await remote.manifest()).toEqual(MANIFEST)
    const request = { action: 'ping', arguments: { a: 1 }, dry_run: false, approval_token: 't' }
    expect(await remote.call(request)).toEqual({ ok: true, status_code: 200, body: 'pong' })
    expect(seen.map(({ head }) => `${head.method} ${head.url}`)).toEqual([
      `GET /base${MANIFEST_PATH}`,
      `POST /base${CALL_PATH}`,
    ])
    for (const { head } of seen) {
      expect(head.headers).toMatchObject({
        accept: 'application/json',
        authorization: 'Bearer secret',
        'x-tenant': 'acme',
      })
    }
    expect(JSON.parse(seen[1]?.body ?? '')).toEqual(request)
  })

  test('CLI-17: a bad address, token or header is refused before anything is sent', () => {
    expect(() => createRemoteTarget({ url: 'http://api.example.com' })).toThrow(
      ImproperlyConfigured,
    )
    const url = 'https://api.example.com'
    expect(() => createRemoteTarget({ url, token: 'a\r\nx: y' })).toThrow(ImproperlyConfigured)
    expect(() => createRemoteTarget({ url, headers: { 'x y': 'z' } })).toThrow(ImproperlyConfigured)
  })

  test('RPC-2: a manifest cannot move the call to another address', async () => {
    const { url, seen } = await listen((request, response, body) => {
      const rpc = { method: 'POST', path: '//evil.test/steal' }
      json(
        request.method === 'GET' ? { ...MANIFEST, rpc } : { ok: true, status_code: 200, body: 1 },
      )(request, response, body)
    })
    const remote = createRemoteTarget({ url, token: 'secret' })
    expect(await remote.manifest()).toEqual(MANIFEST)
    await remote.call({ action: 'ping' })
    expect(seen[1]?.head.url).toBe(CALL_PATH)
  })
})

describe('W-1: redirects', () => {
  test.each([301, 302, 303, 307, 308])(
    '%i is a problem and the token goes nowhere',
    async (status) => {
      const thief = await listen(json(MANIFEST))
      const { url, seen } = await listen((_request, response) => {
        response.writeHead(status, { location: `${thief.url}/x` }).end()
      })
      const remote = createRemoteTarget({ url, token: 'secret' })
      expect(codeOf(await remote.manifest())).toBe('remote_redirect')
      expect(codeOf(await remote.call({ action: 'ping' }))).toBe('remote_redirect')
      expect(thief.seen).toEqual([])
      expect(seen).toHaveLength(2)
    },
  )
})

describe('answers that are none', () => {
  test('CLI-19: too slow', async () => {
    const remote = await target(() => undefined, { timeout: '30ms' })
    expect(await remote.manifest()).toMatchObject({
      error: { code: 'remote_unreachable', message: 'Remote did not answer within 30 ms' },
    })
  })

  test('CLI-19: too slow in the middle of the body', async () => {
    const remote = await target(
      (_request, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('{"ok":')
      },
      { timeout: '30ms' },
    )
    expect(codeOf(await remote.call({ action: 'ping' }))).toBe('remote_unreachable')
  })

  test('CLI-19: too large, also without an announced length; exactly the limit passes', async () => {
    const text = JSON.stringify(MANIFEST)
    const chunked: Answer = (_request, response) => {
      response.writeHead(200)
      response.write(text.slice(0, 10))
      response.end(text.slice(10))
    }
    const small = await target(chunked, { maxResponseSize: `${text.length - 1}b` })
    expect(await small.manifest()).toMatchObject({
      error: { code: 'response_too_large', message: 'Remote response is too large' },
    })
    const enough = await target(chunked, { maxResponseSize: `${text.length}b` })
    expect(codeOf(await enough.manifest())).toBe(null)
  })

  test('CLI-19: an endless answer is cut off', async () => {
    let isClosed = false
    const remote = await target((_request, response) => {
      const chunk = 'x'.repeat(65_536)
      const more = (): void => {
        while (!isClosed && response.write(chunk));
      }
      response.on('drain', more).on('close', () => {
        isClosed = true
      })
      more()
    })
    expect(codeOf(await remote.manifest())).toBe('response_too_large')
  })

  test('CLI-19: nobody there', async () => {
    const { url } = await listen(() => undefined)
    await closers.pop()?.()
    const answer = await createRemoteTarget({ url }).call({ action: 'ping' })
    expect(answer).toMatchObject({
      error: { code: 'remote_unreachable', message: 'Remote request failed (ECONNREFUSED)' },
    })
  })

  test.each([200, 404, 502])('W-23: HTML with status %i', async (status) => {
    const remote = await target((_request, response) => {
      response.writeHead(status, { 'content-type': 'text/html' }).end('<h1>Hello</h1>')
    })
    expect(await remote.call({ action: 'ping' })).toMatchObject({
      error: { code: 'remote_invalid', message: `Remote returned non-JSON response (${status})` },
    })
  })

  test('bytes that are not UTF-8 are no answer', async () => {
    const remote = await target((_request, response) =>
      response.end(Buffer.from([0x22, 0xff, 0x22])),
    )
    expect(codeOf(await remote.manifest())).toBe('remote_invalid')
  })

  test.each([
    null,
    [],
    'ok',
    {},
    { ok: 'true', status_code: 200, body: 1 },
    { ok: 1, status_code: 200, body: 1 },
    { status_code: 200, body: 1 },
    { ok: true, body: 1 },
    { ok: true, status_code: 200 },
    { ok: true, dry_run: true, action: 'ping', arguments_hash: 'sha256:00' },
    { ok: false },
    { ok: false, error: 'text' },
    { ok: false, error: { code: 1, message: 'x' } },
    { ok: true, error: { code: 'x', message: 'x' } },
    { error: { code: 'x', message: 'x' } },
  ])('W-23: %j is no answer to a call', async (value) => {
    expect(codeOf(await (await target(json(value))).call({ action: 'ping' }))).toBe(
      'remote_invalid',
    )
  })

  test('W-23: success in a failed HTTP answer, and a result for a dry run, are no answers', async () => {
    const done = { ok: true, status_code: 200, body: 1 }
    expect(codeOf(await (await target(json(done, 500))).call({ action: 'ping' }))).toBe(
      'remote_invalid',
    )
    const dry = { action: 'ping', dry_run: true }
    expect(codeOf(await (await target(json(done))).call(dry))).toBe('remote_invalid')
  })

  test('FND-12: how lists are written comes through, as far as it is known', async () => {
    const text_lists = { ids: 'commas', tags: 'repeated', later: 'pipes', odd: 5 }
    const listed = { ...MANIFEST, actions: [{ ...ACTION, text_lists }] }
    expect(await (await target(json(listed))).manifest()).toMatchObject({
      actions: [{ text_lists: { ids: 'commas', tags: 'repeated' } }],
    })
    const unknown = { ...MANIFEST, actions: [{ ...ACTION, text_lists: 'all' }] }
    const read = await (await target(json(unknown))).manifest()
    expect('actions' in read && 'text_lists' in (read.actions[0] ?? {})).toBe(false)
  })

  test.each([
    { ...MANIFEST, protocol: 'other.v1' },
    { ...MANIFEST, actions: {} },
    { ...MANIFEST, actions: [{ ...ACTION, name: '' }] },
    { ...MANIFEST, actions: [{ ...ACTION, input_schema: null }] },
    { ...MANIFEST, actions: [ACTION, { ...ACTION, needs_approval: 'yes' }] },
    [],
    null,
  ])('CLI-19: not a manifest (%#)', async (value) => {
    expect(codeOf(await (await target(json(value))).manifest())).toBe('remote_invalid')
  })
})

describe('problems of the remote', () => {
  const envelope = {
    ok: false,
    status_code: 409,
    error: {
      code: 'approval_required',
      message: 'Approval required',
      fix: 'Get approval.',
      request_id: 'abc',
      arguments_hash: 'sha256:00',
    },
  }

  test('RPC-5: an envelope comes through whole', async () => {
    expect(await (await target(json(envelope, 409))).call({ action: 'ping' })).toEqual(envelope)
  })

  test('RPC-8: a problem document becomes an envelope', async () => {
    const issue = { source: 'argument', name: 'a', pointer: '', message: 'is missing' }
    const document = {
      type: 'urn:trefoil:problem:INVALID_HOST',
      title: 'Bad Request',
      status: 400,
      detail: 'Invalid Host header',
      code: 'INVALID_HOST',
      fix: 'Use another.',
      request_id: 'abc',
      issues: [issue, { half: true }],
    }
    const remote = await target(json(document, 400, 'application/problem+json'))
    const expected = {
      ok: false,
      status_code: 400,
      error: {
        code: 'INVALID_HOST',
        message: 'Invalid Host header',
        fix: 'Use another.',
        request_id: 'abc',
        issues: [issue],
      },
    }
    expect(await remote.call({ action: 'ping' })).toEqual(expected)
    expect(await remote.manifest()).toEqual(expected)
  })

  test('a manifest that fails without a problem says so', async () => {
    expect(await (await target(json({ no: 'problem' }, 500))).manifest()).toMatchObject({
      error: { code: 'remote_invalid', message: 'Remote manifest request failed (500)' },
    })
  })

  test.each<[string, Answer]>([
    ['text', (_request, response) => response.writeHead(401).end('Unauthorized')],
    ['foreign JSON', json({ message: 'no' }, 401)],
    [
      'a problem document',
      json({ title: 'Unauthorized', status: 401, code: 'AUTHENTICATION_ERROR', fix: 'x' }, 401),
    ],
    [
      'an envelope',
      json({ ok: false, error: { code: 'AUTHENTICATION_ERROR', message: 'x' } }, 401),
    ],
  ])('W-23: 401 as %s is an authentication error with a login hint', async (_form, answer) => {
    const remote = await target(answer)
    for (const refused of [await remote.manifest(), await remote.call({ action: 'ping' })]) {
      expect(refused).toMatchObject({
        ok: false,
        status_code: 401,
        error: { code: 'AUTHENTICATION_ERROR', fix: expect.stringContaining('trefoil login') },
      })
    }
  })

  test("a 401 that is the action's own answer stays as it is", async () => {
    const own = {
      ok: false,
      status_code: 401,
      error: { code: 'wrong_pin', message: 'Wrong PIN', fix: 'Try again.' },
    }
    expect(await (await target(json(own, 401))).call({ action: 'ping' })).toEqual(own)
  })
})

describe('RPC-6: an action that answered with a status of failure', () => {
  test.each([
    [404, 'none'],
    [401, { code: 'own' }],
    [503, null],
  ])('%i', async (status_code, body) => {
    const failure = { ok: false, status_code, body }
    const remote = await target(json(failure, status_code))
    expect(await remote.call({ action: 'ping' })).toEqual(failure)
  })

  test('bytes stay marked as such, of a success too', async () => {
    for (const [ok, status_code] of [
      [false, 422],
      [true, 200],
    ] as const) {
      const answer = { ok, status_code, body: 'AAE=', encoding: 'base64', media_type: 'image/png' }
      const remote = await target(json(answer, ok ? 200 : status_code))
      expect(await remote.call({ action: 'ping' })).toEqual(answer)
    }
  })

  test('whose envelope and HTTP status disagree is no answer', async () => {
    const remote = await target(json({ ok: false, status_code: 404, body: 1 }, 200))
    expect(codeOf(await remote.call({ action: 'ping' }))).toBe('remote_invalid')
    const good = await target(json({ ok: true, status_code: 500, body: 1 }))
    expect(codeOf(await good.call({ action: 'ping' }))).toBe('remote_invalid')
  })
})

test('FND-22: what is given up closes the connection', async () => {
  const stop = new AbortController()
  const closed = Promise.withResolvers<void>()
  const remote = await target(
    (request) => {
      request.socket.once('close', () => closed.resolve())
      stop.abort()
    },
    { signal: stop.signal },
  )
  expect(codeOf(await remote.call({ action: 'ping' }))).toBe('remote_unreachable')
  await closed.promise
})

test('RPC-7: a dry run comes through', async () => {
  const report = {
    ok: true,
    dry_run: true,
    action: 'ping',
    source: 'cli',
    entrypoint: 'server',
    method: 'GET',
    path: '/ping',
    arguments_hash: 'sha256:00',
    needs_approval: true,
    approval_required: true,
    approval_token_provided: false,
    subject: 'ada',
  }
  const remote = await target(json(report))
  expect(await remote.call({ action: 'ping', dry_run: true })).toEqual(report)
})
