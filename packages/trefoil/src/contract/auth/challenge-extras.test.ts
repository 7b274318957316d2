import { expect, test } from 'vitest'
import { refusal } from './refusal.ts'

test('what a refusal says beside its text is read once, lower-case and frozen', () => {
  const given = { challenge: { error: 'use_dpop_nonce' }, headers: { 'DPoP-Nonce': 'abc' } }
  const { extras, text } = refusal('expired', given)
  given.headers['DPoP-Nonce'] = 'other'
  expect(text).toBe('The credential has expired')
  expect(extras).toEqual({
    challenge: [['error', 'use_dpop_nonce']],
    headers: { 'dpop-nonce': 'abc' },
  })
  expect(Object.isFrozen(extras) && Object.isFrozen(extras?.headers)).toBe(true)
  expect(Object.isFrozen(extras?.challenge) && Object.isFrozen(extras?.challenge[0])).toBe(true)
  expect(refusal('expired').extras).toBeNull()
})

test.each([
  ['a line break', { 'x-nonce': 'a\r\nset-cookie: b=c' }],
  ['no text', { 'x-nonce': 7 }],
  ['nothing', { 'x-nonce': '' }],
  ['a letter beyond ASCII', { 'x-nonce': 'ä' }],
  ['too much', { 'x-nonce': 'x'.repeat(2000) }],
  ['a name that is none', { 'x nonce': 'a' }],
  ['an empty name', { '': 'a' }],
  ['a list', ['a']],
  ['text', 'x-nonce: a'],
  ['null', null],
  ['many', Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`x-${at}`, 'a']))],
  ['one twice', { 'X-Nonce': 'a', 'x-nonce': 'b' }],
  ...[
    'Set-Cookie',
    'WWW-Authenticate',
    'Content-Length',
    'Transfer-Encoding',
    'Access-Control-Allow-Origin',
    'Cache-Control',
    'Location',
    'Clear-Site-Data',
    'Vary',
    '__proto__',
  ].map((name) => [name, JSON.parse(`{"${name}":"a"}`)] as const),
])('headers of a refusal: %s', (_, headers) => {
  expect(() => refusal('expired', { headers: headers as never })).toThrow(TypeError)
})

test.each([
  ['a quote in a name', { 'a"b': 'c' }],
  ['our own', { error_description: 'text' }],
  ['the realm', { realm: 'x' }],
  ['a line break', { error: 'a\nb' }],
  ['capitals', { Error: 'a' }],
])('challenge of a refusal: %s', (_, challenge) => {
  expect(() => refusal('expired', { challenge: challenge as never })).toThrow(TypeError)
})

test('a message never says the value, which may be of a credential', () => {
  expect(() => refusal('expired', { headers: { 'x-a': 'secret-value\n' } })).not.toThrow(/secret/)
})
