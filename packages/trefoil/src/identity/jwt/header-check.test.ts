import { describe, expect, test } from 'vitest'
import { JwtHeaders } from './header-check.ts'

const spell = (json: string) => Buffer.from(json).toString('base64url')
const HS256 = spell('{"alg":"HS256","typ":"JWT"}')

/** Reads and keeps, as for a genuine token. */
function keep(headers: JwtHeaders, text: string) {
  const header = headers.read(text)
  if (header === null) throw new Error('malformed')
  headers.keep(text, header)
  return header
}

const read = {
  alg: 'HS256' as unknown,
  kid: undefined as string | undefined,
  typ: null as string | null,
  plain: true,
}

test.each([
  ['{"alg":"HS256"}', read],
  // Keys out of the token would be the attacker's own.
  ['{"alg":"HS256","jku":"https://evil","jwk":{},"x5u":"https://evil","x5c":["x"]}', read],
  ['{"alg":"HS256","kid":"../x"}', { ...read, kid: '../x' }],
  ['{"alg":"HS256","kid":7}', { ...read, plain: false }],
  ['{"alg":"HS256","kid":null}', { ...read, plain: false }],
  ['{"alg":"HS256","typ":"Application/AT+jwt"}', { ...read, typ: 'at+jwt' }],
  ['{"alg":"HS256","typ":["JWT"]}', { ...read, plain: false }],
  ['{"alg":"HS256","cty":"JWT"}', { ...read, plain: false }],
  ['{"alg":"HS256","cty":"application/jwt"}', { ...read, plain: false }],
  ['{"alg":"HS256","crit":[]}', { ...read, plain: false }],
  ['{"alg":"HS256","crit":null}', { ...read, plain: false }],
  ['{"alg":"HS256","b64":false}', { ...read, plain: false }],
  ['{"alg":["HS256"]}', { ...read, alg: ['HS256'] }],
  ['{}', { ...read, alg: undefined }],
  ['{"alg":"none","alg":"HS256"}', null],
  ['[{"alg":"HS256"}]', null],
  ['null', null],
  ['', null],
])('JWT-6: %s', (json, header) => {
  expect(new JwtHeaders().read(spell(json))).toEqual(header)
})

describe('what is remembered', () => {
  test('a header that was kept is not read again', () => {
    const headers = new JwtHeaders()
    const header = keep(headers, HS256)
    expect(headers.read(`${HS256}`)).toBe(header)
  })

  test('reading alone keeps nothing: strangers cannot push out the headers of honest tokens', () => {
    const headers = new JwtHeaders()
    const header = keep(headers, HS256)
    for (let index = 0; index < 100; index++) headers.read(spell(`{"alg":"HS256","n":${index}}`))
    expect(headers.read(HS256)).toBe(header)
    const other = spell('{"alg":"HS256"}')
    expect(headers.read(other)).not.toBe(headers.read(other))
  })

  test('never more than 16, and none that is long', () => {
    const headers = new JwtHeaders()
    const texts = Array.from({ length: 17 }, (_, index) => spell(`{"alg":"HS256","n":${index}}`))
    for (const text of texts) keep(headers, text)
    const remembered = texts.filter((text) => {
      const header = headers.read(text)
      return header === headers.read(text)
    })
    expect(remembered.length).toBeLessThan(17)
    const long = spell(`{"alg":"HS256","x":"${'y'.repeat(500)}"}`)
    expect(keep(headers, long)).not.toBe(headers.read(long))
  })
})
