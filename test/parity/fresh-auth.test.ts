// RFC 9470: a login that is too old, or was by something else, is refused alike on every surface, with what is to be shown.
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { requireFreshAuth } from '../../packages/trefoil/src/accounts.ts'
import { AuthContext, anyOf, hasRole, type LoginSession } from '../../packages/trefoil/src/auth.ts'
import { createApp } from '../../packages/trefoil/src/index.ts'
import { serve } from '../../packages/trefoil/src/node.ts'
import type { Driver } from './driver.ts'
import { DRIVERS } from './fixture.ts'
import type { FixtureApp } from './fixture-app.ts'

const NOW = 1_800_000_000
const clock = { now: () => NOW * 1000, elapsed: () => 0 }
const ago = (seconds: number) => NOW - seconds

/** Who calls, by the token that says so. */
const SESSIONS: Readonly<Record<string, Partial<LoginSession> | null>> = {
  fresh: { authTime: ago(10), methods: ['pwd', 'totp'] },
  edge: { authTime: ago(300), methods: ['pwd', 'passkey'] },
  old: { authTime: ago(301), methods: ['pwd', 'totp'] },
  password: { authTime: ago(10), methods: ['pwd'] },
  // Stepped up by the password alone: the factor is of long ago.
  mixed: {
    authTime: ago(10),
    methods: ['pwd', 'totp'],
    methodTimes: { pwd: ago(10), totp: ago(900) },
  },
  stepped: {
    authTime: ago(10),
    methods: ['pwd', 'totp'],
    methodTimes: { pwd: ago(900), totp: ago(10) },
  },
  // What nobody says is not fresh.
  silent: {},
  methodless: { authTime: ago(10) },
  future: { authTime: ago(-3600), methods: ['totp'] },
  key: null,
}

let drivers: readonly Driver[] = []
let close: () => Promise<void> = async () => {}

beforeAll(async () => {
  const silent = () => {}
  const app = createApp({
    name: 'fresh',
    auth: [
      {
        authenticate: {
          name: 'names',
          scheme: { type: 'http', scheme: 'bearer' },
          authenticate: (request) => {
            const name = request.headers.get('authorization')?.replace('Bearer ', '') ?? ''
            const said = Object.hasOwn(SESSIONS, name) ? SESSIONS[name] : undefined
            if (said === undefined) return null
            const session = said === null ? undefined : { id: 's', createdAt: ago(900), ...said }
            return new AuthContext({ subject: name, kind: 'person', session })
          },
        },
        surfaces: ['api', 'mcp', 'cli'],
      },
    ],
    log: { logger: { debug: silent, info: silent, warn: silent, error: silent } },
  })
  const about = (name: string) => ({ name, description: name, tool: true, cli: true }) as const
  const factor = requireFreshAuth('5m', ['totp', 'passkey'], clock)
  app.post('/any', { ...about('any'), guards: [requireFreshAuth('5m', [], clock)] }, () => 'done')
  app.post('/factor', { ...about('factor'), guards: [factor] }, () => 'done')
  app.post(
    '/either',
    { ...about('either'), guards: [anyOf(hasRole('root'), factor)] },
    () => 'done',
  )
  app.post('/inside', about('inside'), async (_, call) => {
    await call.authorize(factor)
    return 'done'
  })
  const server = await serve(app, { port: 0, signals: false })
  drivers = DRIVERS.map((make) => make({ app: app as unknown as FixtureApp, url: server.url }))
  close = async () => {
    for (const driver of drivers) await driver.close?.()
    await server.close()
  }
})

afterAll(() => close())

const FACTOR = ['fresh', 'edge', 'stepped']
const PASS: Readonly<Record<string, readonly string[]>> = {
  any: [...FACTOR, 'password', 'mixed', 'methodless'],
  factor: FACTOR,
  either: FACTOR,
  inside: FACTOR,
}

describe.each(Object.keys(PASS))('MFA-6, RFC 9470: requireFreshAuth() of %s', (action) => {
  test.each(Object.keys(SESSIONS))('%s', async (token) => {
    for (const driver of drivers) {
      const answer = await driver.call({ action, args: {}, token })
      expect(answer.ok, driver.name).toBe(PASS[action]?.includes(token) === true)
      if (answer.ok) continue
      expect(answer.problem?.code, driver.name).toBe('AUTHENTICATION_ERROR')
      const raw = answer.raw.replaceAll('\\', '')
      expect(raw, driver.name).toContain('insufficient_user_authentication')
      expect(raw, driver.name).toMatch(/"?max_age"?[:=] ?"?300/)
      if (action !== 'any') expect(raw, driver.name).toMatch(/"?acr_values"?[:=] ?"totp passkey"/)
      if (driver.source === 'cli') continue
      expect(answer.status, driver.name).toBe(401)
      expect(answer.challenge, driver.name).toMatch(
        /^Bearer error="insufficient_user_authentication", error_description="[^"]+", max_age="300"/,
      )
    }
  })
})

test.each([
  [() => requireFreshAuth(300 as never), /a duration such as/],
  [() => requireFreshAuth('500ms'), /a second or more/],
  [() => requireFreshAuth(undefined as never), /duration/],
  [() => requireFreshAuth('5m', 'totp' as never), /methods must be a list/],
  [() => requireFreshAuth('5m', ['to tp']), /methods must be a list/],
  [() => requireFreshAuth('5m', [null] as never), /methods must be a list/],
  [() => requireFreshAuth('5m', [], {} as never), /clock with now\(\) and elapsed\(\)/],
])('what is none is refused at the start: %#', (make, words) => {
  expect(make).toThrow(words)
})
