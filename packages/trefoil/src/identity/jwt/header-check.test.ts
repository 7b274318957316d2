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

test.each([
  ['{"alg":"HS256"}', { alg: 'HS256', plain: true }],
  // Key hints are for others: a key out of the token would be the attacker's own.
  ['{"alg":"HS256","kid":"../x","jku":"https://evil","jwk":{}}', { alg: 'HS256', plain: true }],
  ['{"alg":"HS256","crit":[]}', { alg: 'HS256', plain: false }],
  ['{"alg":"HS256","crit":null}', { alg: 'HS256', plain: false }],
  ['{"alg":"HS256","b64":false}', { alg: 'HS256', plain: false }],
  ['{"alg":["HS256"]}', { alg: ['HS256'], plain: true }],
  ['{}', { alg: undefined, plain: true }],
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
