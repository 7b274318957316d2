import { expect, test } from 'vitest'
import type { SecurityScheme } from '../contract/auth/security-scheme.ts'
import { type ChallengeFacts, challengeOf } from './challenge.ts'

const nothing: ChallengeFacts = {
  realm: 'shop',
  authorizationSent: false,
  reason: null,
  missing: null,
}
const bad: ChallengeFacts = {
  realm: 'shop',
  authorizationSent: true,
  reason: 'Key is "old"',
  missing: null,
}
const bearer: SecurityScheme = { type: 'http', scheme: 'bearer' }
const basic: SecurityScheme = { type: 'http', scheme: 'basic' }
const header: SecurityScheme = { type: 'apiKey', in: 'header', name: 'X-Api-Key' }
const query: SecurityScheme = { type: 'apiKey', in: 'query', name: 'key' }
const cookie: SecurityScheme = { type: 'apiKey', in: 'cookie', name: 'sid' }
const oidc: SecurityScheme = { type: 'openIdConnect', openIdConnectUrl: 'https://id.example/x' }

const ERROR = 'error="invalid_token", error_description="Key is \\"old\\""'

test.each<[string, SecurityScheme, string, string]>([
  ['bearer', bearer, 'Bearer', `Bearer ${ERROR}`],
  ['OpenID', oidc, 'Bearer', `Bearer ${ERROR}`],
  ['basic', basic, 'Basic realm="shop", charset="UTF-8"', 'Basic realm="shop", charset="UTF-8"'],
  [
    'a header',
    header,
    'ApiKey in="header", name="X-Api-Key"',
    `ApiKey in="header", name="X-Api-Key", ${ERROR}`,
  ],
  ['a query', query, 'ApiKey in="query", name="key"', `ApiKey in="query", name="key", ${ERROR}`],
  ['a cookie', cookie, 'Cookie cookie-name="sid"', `Cookie cookie-name="sid", ${ERROR}`],
])('PW-22: the challenge for %s, without and with a bad credential', (_, scheme, none, sent) => {
  expect(challengeOf([scheme], nothing)).toBe(none)
  expect(challengeOf([scheme], bad)).toBe(sent)
})

test('PW-22: one challenge for each way in, each once', () => {
  expect(challengeOf([cookie, bearer, oidc], nothing)).toBe('Cookie cookie-name="sid", Bearer')
})

test('attack: a name or a reason cannot add a challenge or a header', () => {
  const name = 'k", Basic realm="x\r\nset-cookie: a=b'
  const forged = challengeOf([{ type: 'apiKey', in: 'query', name }], { ...bad, reason: name })
  expect(forged).not.toMatch(/[\r\n]/)
  expect(forged.replace(/"(?:[^"\\]|\\.)*"/g, '""')).toBe(
    'ApiKey in="", name="", error="", error_description=""',
  )
})
