import { jwtVerify } from 'jose'
import { describe, expect, test } from 'vitest'
import type { Duration } from '../base/duration.ts'
import { jwtAuth } from '../identity/jwt-auth.ts'
import { keyRing } from '../identity/key-ring.ts'
import { createApp } from '../index.ts'
import { createToken, type TokenOptions } from './create-token.ts'
import { testClient } from './test-client.ts'

const KEYS = 'a secret for tests, of 32 bytes or more'
const SILENT = { debug() {}, info() {}, warn() {}, error() {} }

class Watch {
  ms = 1_750_000_000_500
  now(): number {
    return this.ms
  }
  elapsed(): number {
    return this.ms
  }
}

/** Answers with who calls; time is the test's. */
function appWith(clock: Watch) {
  const authenticate = jwtAuth({ keys: KEYS, issuer: 'i', audience: 'a', clock })
  const app = createApp({
    log: { logger: SILENT },
    clock,
    auth: [{ surfaces: ['api'], authenticate }],
  })
  app.get('/me', (_, { auth }) => ({
    subject: auth.subject,
    roles: [...auth.roles],
    scopes: [...auth.scopes],
    issuer: auth.issuer,
    tenant: auth.claims['tenant'],
  }))
  return testClient(app)
}

describe('createToken() (FND-51)', () => {
  test('jwtAuth accepts it, and takes from it what it says', async () => {
    const clock = new Watch()
    const token = createToken({
      subject: 'ada',
      keys: KEYS,
      roles: ['clerk'],
      scopes: ['orders:read', 'orders:write'],
      issuer: 'i',
      audience: ['x', 'a'],
      claims: { tenant: 't1' },
      clock,
    })
    const answer = await appWith(clock).http.get('/me', { token })
    expect(answer.json()).toEqual({
      subject: 'ada',
      roles: ['clerk'],
      scopes: ['orders:read', 'orders:write'],
      issuer: 'i',
      tenant: 't1',
    })
  })

  test.each<[Duration | undefined, number]>([
    [undefined, 3600],
    ['1s', 1],
    ['15m', 900],
    ['2d', 172_800],
  ])('lives for %s: to the last second, and no longer', async (expiresIn, seconds) => {
    const clock = new Watch()
    const own = expiresIn === undefined ? {} : { expiresIn }
    const token = createToken({
      subject: 'ada',
      keys: KEYS,
      issuer: 'i',
      audience: 'a',
      clock,
      ...own,
    })
    const { http } = appWith(clock)
    const issued = Math.floor(clock.ms / 1000) * 1000
    clock.ms = issued + seconds * 1000 - 1
    expect((await http.get('/me', { token })).status).toBe(200)
    clock.ms = issued + seconds * 1000
    expect((await http.get('/me', { token })).status).toBe(401)
  })

  test('another library reads the same', async () => {
    const token = createToken({ subject: 'ada', keys: KEYS, scopes: ['a'], expiresIn: '10s' })
    const { payload, protectedHeader } = await jwtVerify(token, new TextEncoder().encode(KEYS))
    expect(protectedHeader).toEqual({ alg: 'HS256', typ: 'JWT' })
    const { iat = 0, exp = 0, ...rest } = payload
    expect(rest).toEqual({ sub: 'ada', scope: 'a' })
    expect(exp - iat).toBe(10)
  })

  test('a ring signs with its current key', async () => {
    const other = 'another secret for tests, 32 bytes or more'
    const ring = keyRing(KEYS, [other])
    const token = createToken({ subject: 'ada', keys: ring })
    const verify = (secret: string) => jwtVerify(token, new TextEncoder().encode(secret))
    await expect(verify(KEYS)).resolves.toBeDefined()
    await expect(verify(other)).rejects.toThrow('signature')
  })

  test('claims win, so that a test can write what is wrong', async () => {
    const clock = new Watch()
    const { http } = appWith(clock)
    const base = { subject: 'ada', keys: KEYS, issuer: 'i', audience: 'a', clock }
    const status = async (claims: TokenOptions['claims'] = {}) =>
      (await http.get('/me', { token: createToken({ ...base, claims }) })).status
    expect(await status()).toBe(200)
    expect(await status({ aud: undefined })).toBe(401)
    expect(await status({ exp: 1 })).toBe(401)
    expect(await status({ roles: 7 })).toBe(401)
  })

  test.each<[string, object, string]>([
    ['a misspelt option', { expires_in: '1h' }, "unknown option 'expires_in'"],
    ['a short secret', { keys: 'short' }, 'at least 32 bytes'],
    ['nobody', { subject: '' }, 'subject must be non-empty text'],
    ['text for a list', { roles: 'admin' }, 'roles must be a list of text'],
    ['two scopes in one', { scopes: ['a b'] }, 'a scope has no spaces'],
    ['no duration', { expiresIn: 'soon' }, 'expiresIn must be'],
    ['half a second', { expiresIn: '500ms' }, 'expiresIn must be'],
    ['no time at all', { expiresIn: '0s' }, 'expiresIn must be'],
  ])('refuses %s, without the secret in the message (FND-38)', (_, wrong, message) => {
    const options = { subject: 'ada', keys: KEYS, ...wrong }
    expect(() => createToken(options)).toThrow(message)
    expect(() => createToken(options)).not.toThrow(/a secret for tests|short$/)
  })

  test('refuses nothing at all', () => {
    // @ts-expect-error what JavaScript callers may hand over
    expect(() => createToken()).toThrow('createToken() takes options')
  })
})
