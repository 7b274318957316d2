// HS256 is verified by ourselves. Beside a library that many have looked at we may be stricter, for
// the listed reasons, and never laxer.
import { createHmac, createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { jwtVerify } from 'jose'
import { expect, test } from 'vitest'
import { parseStrictJson } from '../../base/json/strict-json.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import { identityFromClaims } from '../claims.ts'
import { jwtAuth } from '../jwt-auth.ts'

const NOW = 1_700_000_000
const TOLERANCE = 10
const SECRET = 'a2f0c7d15e9b48366b1e0d94c8a7f253'
const key = createSecretKey(Buffer.from(SECRET))
const FOR_US = { issuer: ['https://issuer.example', 'b'], audience: ['store', 'shop'] }

/** A token's two JSON texts, as any reader would decode them. */
interface Texts {
  readonly header: string
  readonly payload: string
}

/** As a lenient reader takes it: the mark of byte order is skipped, the last of equal keys counts. */
const loosely = (json: string) => JSON.parse(json.replace(/^\ufeff/, '')) as Record<string, unknown>

/** What is refused here though the library accepts it. */
const STRICTER: Readonly<Record<string, (token: string, texts: Texts, now: number) => boolean>> = {
  'a part has one spelling: no padding, no white space, no unused bits (PW-18)': (token) =>
    token.split('.').some((part) => Buffer.from(part, 'base64url').toString('base64url') !== part),
  'equal keys, rounded integers, halves of characters, marks of byte order (HTTP-7)': (
    _,
    { header, payload },
  ) => !parseStrictJson(header).ok || !parseStrictJson(payload).ok,
  'crit and b64 in a header, whatever they say (JWT-6)': (_, { header }) =>
    ['crit', 'b64'].some((name) => Object.hasOwn(loosely(header), name)),
  'kid and typ that are no text, and types of other tokens (RFC 8725 §3.11)': (_, { header }) => {
    const { kid, typ } = loosely(header)
    const isUsual = typ === undefined || /^(application\/)?(jwt|at\+jwt)$/i.test(String(typ))
    return !['string', 'undefined'].includes(typeof kid) || typeof typ === 'number' || !isUsual
  },
  'a token that died within this very second (X-08)': (_, { payload }, now) =>
    Number(loosely(payload)['exp']) <= now - TOLERANCE,
  'claims that do not say who is calling (PW-12, PW-13, PW-19)': (_, { payload }) => {
    try {
      identityFromClaims(loosely(payload))
      return false
    } catch {
      return true
    }
  },
}

const text = (bytes: Uint8Array) => new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

function textsOf(token: string): Texts {
  const [header = '', payload = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url'))
  return { header: text(Buffer.from(header)), payload: text(Buffer.from(payload)) }
}

type Verdict = { readonly claims: unknown } | null

async function verdictOfJose(token: string, checked: boolean, now: number): Promise<Verdict> {
  try {
    const { payload } = await jwtVerify(token, key, {
      algorithms: ['HS256'],
      requiredClaims: ['exp'],
      clockTolerance: TOLERANCE,
      currentDate: new Date(now * 1000),
      ...(checked ? FOR_US : {}),
    })
    return { claims: payload }
  } catch {
    return null
  }
}

async function verdictOfOurs(token: string, checked: boolean, now: number): Promise<Verdict> {
  const { authenticate } = jwtAuth({
    keys: SECRET,
    clockTolerance: '10s',
    clock: { now: () => now * 1000, elapsed: () => 0 },
    ...(checked ? FOR_US : {}),
  })
  // The only member this authenticator reads.
  const auth = await authenticate({ bearer: token } as AuthRequest)
  return AuthContext.is(auth) ? { claims: auth.claims } : null
}

const MANY = 60
/** Mostly the first. */
const mostly = <Value>(usual: Value, ...others: readonly Value[]) =>
  fc.constantFrom(...Array<Value>(MANY).fill(usual), ...others)
/** Members as they are spelled, so that they can be spelled twice. */
const members = (spellings: readonly fc.Arbitrary<string>[]) =>
  fc.tuple(...spellings).map((list) => `{${list.filter((member) => member !== '').join()}}`)

const header = members([
  mostly('"alg":"HS256"', '', '"alg":"none"', '"alg":"HS512"', '"alg":"hs256"', '"alg":["HS256"]'),
  mostly('"typ":"JWT"', '', '"typ":7', '"kid":"1"', '"jwk":{"kty":"oct","k":"AA"}', '"jku":"x"'),
  mostly('', '"crit":[]', '"crit":["b64"],"b64":true', '"crit":["b64"],"b64":false'),
  mostly('', '"crit":["x"],"x":1', '"b64":false', '"b64":true', '"crit":null', '"crit":"exp"'),
  mostly('', '"alg":"HS256"', '"alg":"none"', '"\\u0061lg":"HS256"', '"n":9007199254740993'),
])

const times = [0, 1, TOLERANCE - 1, TOLERANCE, TOLERANCE + 1].flatMap((by) => [NOW - by, NOW + by])
const odd = ['null', '"x"', 'true', '[1]', '{}', '1e400', '-1e400', '1e15', '1e16', '-1', '0.5']
const time = (name: string) =>
  fc.constantFrom(...times, ...times.map((at) => at + 0.5), ...odd).map((at) => `"${name}":${at}`)
const payload = members([
  mostly('"sub":"u1"', '', '"sub":7', '"client_id":"c"', '"sub":""'),
  fc.oneof(
    { weight: 9, arbitrary: mostly(`"exp":${NOW + 60}`, '') },
    { weight: 5, arbitrary: time('exp') },
  ),
  fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 3, arbitrary: time('nbf') }),
  fc.oneof({ weight: 9, arbitrary: fc.constant('') }, { weight: 3, arbitrary: time('iat') }),
  mostly(
    '"iss":"b"',
    '',
    '"iss":"c"',
    '"iss":["b"]',
    '"iss":null',
    '"iss":"https://issuer.example"',
  ),
  mostly('"aud":"store"', '', '"aud":["x","shop"]', '"aud":[]', '"aud":[["store"]]', '"aud":7'),
  mostly('', '"roles":["r"]', '"roles":7', '"scope":"a b"', '"act":1', '"constructor":{}'),
  mostly('', '"sub":"u2"', '"exp":9999999999', '"__proto__":{"exp":9}', '"x":"\\ud800"', '"x":"é"'),
])

/** Whole parts that are no object, no JSON, or no text. */
const noObject = fc.constantFrom(
  '[]',
  'null',
  '7',
  '"x"',
  '',
  '{',
  '{}x',
  '\ufeff{}',
  '\ufeff{"alg":"HS256"}',
)
const part = (object: fc.Arbitrary<string>) =>
  fc
    .oneof({ weight: 30, arbitrary: object }, { weight: 1, arbitrary: noObject })
    .chain((json) =>
      mostly(
        Buffer.from(json),
        Buffer.concat([Buffer.from(json), Buffer.from([0xff])]),
        Buffer.from(`\ufeff${json}`),
      ),
    )

/** Spellings of a part that lenient decoders take for the same bytes, and some they do not. */
const respell = mostly<(spelling: string) => string>(
  (spelling) => spelling,
  (spelling) => spelling.padEnd(Math.ceil(spelling.length / 4) * 4, '='),
  (spelling) => `${spelling}=`,
  (spelling) => ` ${spelling}\n`,
  (spelling) => `${spelling.slice(0, 3)}!${spelling.slice(3)}`,
  (spelling) => spelling.replaceAll('-', '+').replaceAll('_', '/'),
  (spelling) => spelling.slice(0, -1) + nextLetter(spelling.slice(-1)),
  (spelling) => spelling.slice(0, -2),
)

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
const nextLetter = (letter: string) => LETTERS[(LETTERS.indexOf(letter) + 1) % 64] ?? 'A'

const token = fc
  .record({
    header: part(header),
    payload: part(payload),
    respellings: fc.tuple(respell, respell, respell),
    secret: mostly(SECRET, `${SECRET}x`, ''),
    hash: mostly('sha256', 'sha512', 'sha1'),
    tail: mostly('', '.', '.x', '..'),
  })
  .map(({ header, payload, respellings: [first, second, third], secret, hash, tail }) => {
    const signed = `${first(header.toString('base64url'))}.${second(payload.toString('base64url'))}`
    return `${signed}.${third(createHmac(hash, secret).update(signed).digest('base64url'))}${tail}`
  })

test('JWT-6: never laxer than jose, stricter only where it is listed (property)', async () => {
  let both = 0
  const now = fc.constantFrom(NOW, NOW + 0.5)
  await fc.assert(
    fc.asyncProperty(token, fc.boolean(), now, async (bearer, checked, at) => {
      const theirs = await verdictOfJose(bearer, checked, at)
      const ours = await verdictOfOurs(bearer, checked, at)
      if (theirs === null) expect(ours, 'laxer than jose').toBeNull()
      else if (ours !== null) {
        expect(ours.claims).toEqual(theirs.claims)
        both++
      } else {
        const listed = Object.values(STRICTER).some((applies) =>
          applies(bearer, textsOf(bearer), at),
        )
        expect(listed, 'stricter than listed').toBe(true)
      }
    }),
    { numRuns: 3000 },
  )
  // Or the comparison would show nothing.
  expect(both).toBeGreaterThan(200)
})

const HEADER = '{"alg":"HS256"}'
const claims = (more = '') => `{"sub":"u1","exp":${NOW + 60}${more}}`
const padded = (json: string) => Buffer.from(json).toString('base64').replaceAll('+', '-')

function sign(header: string, payload: string): string {
  const parts = [header, payload].map((part) =>
    part.endsWith('=') ? part : Buffer.from(part).toString('base64url'),
  )
  const signed = parts.join('.')
  return `${signed}.${createHmac('sha256', SECRET).update(signed).digest('base64url')}`
}

test.each([
  ['padding', sign(HEADER, padded(claims(',"x":1')))],
  ['one alg for a gateway and one for us', sign('{"alg":"none","alg":"HS256"}', claims())],
  ['one sub for a gateway and one for us', sign(HEADER, claims(',"sub":"admin"'))],
  ['equal keys deep inside', sign(HEADER, claims(',"x":[{"a":1,"\\u0061":2}]'))],
  [
    'an id that would be rounded to that of somebody else',
    sign(HEADER, claims(',"t":9007199254740993')),
  ],
  ['a key that reaches prototypes', sign(HEADER, claims(',"__proto__":{"roles":["admin"]}'))],
  ['half a character', sign(HEADER, claims(',"x":"\\ud800"'))],
  ['a mark of byte order', sign(`\ufeff${HEADER}`, claims())],
  ['nesting without end', sign(HEADER, claims(`,"x":${'['.repeat(50)}${']'.repeat(50)}`))],
  ['crit of what is known elsewhere', sign('{"alg":"HS256","crit":["b64"],"b64":true}', claims())],
  ['b64 without crit', sign('{"alg":"HS256","b64":false}', claims())],
  ['a fraction of a second ago', sign(HEADER, `{"sub":"u1","exp":${NOW - TOLERANCE + 0.2}}`)],
  ['nobody', sign(HEADER, `{"exp":${NOW + 60}}`)],
])('JWT-6: jose takes %s, we do not', async (_, bearer) => {
  expect(await verdictOfJose(bearer, false, NOW + 0.5)).not.toBeNull()
  expect(await verdictOfOurs(bearer, false, NOW + 0.5)).toBeNull()
})
