// FND-36: what stage identify refuses has one form on every surface and every method. A 401 always
// has a challenge; a problem that was thrown keeps its status; a crash is 503 and says nothing of the
// credential, so that no client throws a good token away while a database is down.

import { createApp, HttpError } from 'trefoil'
import { AuthContext, AuthenticationError, type AuthRequest, refusal } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import {
  ALL,
  type Answer,
  alike,
  ENV,
  everywhere,
  Lines,
  on,
  oneSurface,
  Records,
} from './surfaces.ts'

const SECRET = 'redis://user:hunter2@db'
const RETURNED: Readonly<Record<string, () => unknown>> = {
  expired: () => refusal('expired'),
  'in words': () => refusal('of_our_own', { text: 'Not this one' }),
  nothing: () => undefined,
  'an object': () => ({ subject: 'root', roles: ['admin'] }),
  'a promise of text': async () => 'yes',
}
const THROWN: Readonly<Record<string, () => unknown>> = {
  'an AuthenticationError': () => new AuthenticationError('Session over', { refusal: 'revoked' }),
  'a refusal': () => refusal('expired'),
  'a thrown 401': () => new HttpError(401, 'go away'),
  'a thrown 429': () => new HttpError(429, 'Locked out', { headers: { 'retry-after': '60' } }),
  'a thrown 403': () => new HttpError(403, 'Not from here'),
  'a crash': () => new TypeError(SECRET),
  'no error': () => SECRET,
}

function answered(how: string): unknown {
  const thrown = THROWN[how]
  if (thrown !== undefined) throw thrown()
  return RETURNED[how]?.()
}

/** The token says what becomes of it. */
function build(
  when: 'at once' | 'later',
  hook: 'authenticate' | 'onAuthenticated' = 'authenticate',
) {
  const lines = new Lines()
  const records = new Records()
  const act = ({ bearer }: AuthRequest): never => {
    const how = bearer?.replaceAll('_', ' ') ?? ''
    // JavaScript authenticators may answer anything.
    return (
      when === 'at once' ? answered(how) : Promise.resolve().then(() => answered(how))
    ) as never
  }
  const known = new AuthContext({ subject: 'ann' })
  const app = createApp({
    name: 'fnd-36',
    env: ENV,
    log: { logger: lines.logger, onCall: records.onCall as never },
    auth: [
      {
        name: 'gate',
        surfaces: ALL,
        authenticate: (request) => (hook === 'authenticate' ? act(request) : known),
        ...(hook === 'authenticate' ? {} : { onAuthenticated: (_, request) => act(request) }),
      },
    ],
  })
  app.post('/work', on('work'), () => 'done')
  return { app, lines, records }
}

interface Seen {
  readonly code: unknown
  readonly status: number | null
  readonly challenge: string | null
  readonly retryAfter: string | null
}

function seenOf({ problem, status, headers, raw }: Answer): Seen {
  expect(raw).not.toContain('hunter2')
  return {
    code: problem?.['code'],
    status,
    challenge: headers.get('www-authenticate'),
    retryAfter: headers.get('retry-after'),
  }
}

const invalid = (text: string) => `Bearer error="invalid_token", error_description="${text}"`
const UNSAID = invalid('The credential was refused')

const EXPECTED: Readonly<
  Record<
    string,
    readonly [
      code: string,
      status: number,
      challenge: string | null,
      retryAfter: string | null,
      refusal: string | null,
    ]
  >
> = {
  expired: ['AUTHENTICATION_ERROR', 401, invalid('The credential has expired'), null, 'expired'],
  'in words': ['AUTHENTICATION_ERROR', 401, invalid('Not this one'), null, 'of_our_own'],
  nothing: ['AUTHENTICATION_ERROR', 401, UNSAID, null, null],
  'an object': ['AUTHENTICATION_ERROR', 401, UNSAID, null, null],
  'a promise of text': ['AUTHENTICATION_ERROR', 401, UNSAID, null, null],
  'an AuthenticationError': ['AUTHENTICATION_ERROR', 401, invalid('Session over'), null, 'revoked'],
  'a refusal': [
    'AUTHENTICATION_ERROR',
    401,
    invalid('The credential has expired'),
    null,
    'expired',
  ],
  'a thrown 401': ['AUTHENTICATION_ERROR', 401, UNSAID, null, 'refused'],
  'a thrown 429': ['http_error', 429, null, '60', null],
  'a thrown 403': ['http_error', 403, null, null, null],
  'a crash': ['authenticator_unavailable', 503, null, '5', null],
  'no error': ['authenticator_unavailable', 503, null, '5', null],
}
const NO_ANSWER = new Set(['nothing', 'an object', 'a promise of text'])
const CRASHES = new Set(['a crash', 'no error'])

describe.each(['at once', 'later'] as const)('FND-36, AUTH-4: answered %s', (when) => {
  test.each(Object.keys(EXPECTED))('%s', async (how) => {
    const seen = await everywhere(
      () => build(when),
      async (surface, { lines, records }) => {
        const answer = await surface.call('work', {}, { token: how.replaceAll(' ', '_') })
        const [record] = await records.atLeast(1)
        const said = lines.at('error').map(({ message }) => message)
        expect(said).toEqual(
          NO_ANSWER.has(how)
            ? ["Authenticator 'gate' gave no answer: return an AuthContext, refusal(code), or null"]
            : CRASHES.has(how)
              ? ["Authenticator 'gate' failed"]
              : [],
        )
        const { refusal: code } = record as unknown as { readonly refusal: string | null }
        return { ...seenOf(answer), refusal: code }
      },
    )
    const [code, status, challenge, retryAfter, refused] = EXPECTED[how] ?? []
    const alikeSeen = { code, status, challenge, retryAfter, refusal: refused }
    expect(seen).toEqual({
      ...alike(alikeSeen),
      // No HTTP, no head.
      'cli-local': { ...alikeSeen, status: null, challenge: null, retryAfter: null },
    })
  })
})

describe('FND-36: onAuthenticated goes by the same rules', () => {
  test.each(['a crash', 'a thrown 429', 'a thrown 401', 'an object'])('%s', async (how) => {
    const seen = await everywhere(
      () => build('later', 'onAuthenticated'),
      async (surface, { lines }) => {
        const answer = await surface.call('work', {}, { token: how.replaceAll(' ', '_') })
        if (how === 'a crash') {
          expect(lines.at('error').map(({ message }) => message)).toEqual([
            "Authenticator onAuthenticated of 'gate' failed",
          ])
        }
        return answer.problem?.['code']
      },
    )
    expect(seen).toEqual(alike(EXPECTED[how]?.[0]))
  })
})

/** Everything that is listed or shown, and is behind an authenticator. */
const LISTS: Readonly<Record<string, (url: string, headers: HeadersInit) => Promise<Response>>> = {
  '/openapi.json': (url, headers) => fetch(`${url}/openapi.json`, { headers }),
  '/docs': (url, headers) => fetch(`${url}/docs`, { headers }),
  '/mcp/docs': (url, headers) => fetch(`${url}/mcp/docs`, { headers }),
  'the manifest': (url, headers) => fetch(`${url}/.well-known/trefoil-actions.json`, { headers }),
  ...Object.fromEntries(
    ['initialize', 'tools/list', 'tools/call', 'ping', 'notifications/initialized'].flatMap(
      (method) =>
        ['2025-11-25', '2026-07-28'].map((version) => [
          `MCP ${version} ${method}`,
          (url: string, headers: HeadersInit) => message(url, headers, method, version),
        ]),
    ),
  ),
}

function message(url: string, headers: HeadersInit, method: string, version: string) {
  const isModern = version === '2026-07-28'
  const _meta = {
    'io.modelcontextprotocol/protocolVersion': version,
    'io.modelcontextprotocol/clientCapabilities': {},
  }
  return fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': version,
      ...(isModern ? { 'mcp-method': method, 'mcp-name': 'work' } : {}),
      ...headers,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      ...(method.startsWith('notifications/') ? {} : { id: 1 }),
      method,
      params: { name: 'work', arguments: {}, ...(isModern ? { _meta } : {}) },
    }),
  })
}

test('FND-36, AUTH-7: lists and documents refuse in the same form as calls', async () => {
  const { app, lines } = build('later')
  const seen = await oneSurface('http', { app }, async ({ url }) => {
    const answers: Record<string, unknown> = {}
    for (const [name, ask] of Object.entries(LISTS)) {
      for (const how of ['expired', 'a thrown 401', 'a thrown 429', 'a crash']) {
        const response = await ask(url, { authorization: `Bearer ${how.replaceAll(' ', '_')}` })
        const text = await response.text()
        expect(text, name).not.toContain('hunter2')
        const { headers, status } = response
        answers[`${how}: ${name}`] = [
          status,
          headers.get('www-authenticate'),
          headers.get('retry-after'),
        ]
      }
    }
    return answers
  })
  const rows = Object.keys(LISTS).flatMap((name) =>
    ['expired', 'a thrown 401', 'a thrown 429', 'a crash'].map((how) => {
      const [, status, challenge, retryAfter] = EXPECTED[how] ?? []
      return [`${how}: ${name}`, [status, challenge, retryAfter]]
    }),
  )
  expect(seen).toEqual(Object.fromEntries(rows))
  expect(lines.at('error').length).toBe(Object.keys(LISTS).length)
})

test('FND-36: an official client takes a crash for a failure of the server, not for a bad token', async () => {
  const { app } = build('at once')
  await oneSurface('http', { app }, async ({ url }) => {
    const answer = await message(
      url,
      { authorization: 'Bearer a_crash' },
      'tools/call',
      '2025-11-25',
    )
    expect(answer.status).toBe(503)
    expect(await answer.json()).toMatchObject({
      error: {
        code: -32603,
        message: 'Who is calling cannot be found out at the moment',
        data: { problem: 'authenticator_unavailable', retryable: true },
      },
    })
  })
})
