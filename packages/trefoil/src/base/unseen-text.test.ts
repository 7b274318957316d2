import { expect, test } from 'vitest'
import { escapeUnseen } from './unseen-text.ts'

const unit = (text: string) =>
  [...Array(text.length).keys()]
    .map((at) => `\\u${text.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('')

test.each([
  ['a bell, an escape, C1 and DEL', '\u0007\u001b\u009b\u007f'],
  ['line ends of Unicode', '\u2028\u2029\u0085'],
  ['zero-width characters and a byte order mark', '\u200b\u200c\u200d\u2060\ufeff'],
  ['marks that turn the direction', '\u061c\u200e\u200f\u202a\u202e\u2066\u2069'],
  ['a soft hyphen and a grapheme joiner', '\u00ad\u034f'],
  ['fillers of Hangul and vowels of Khmer', '\u115f\u1160\u3164\uffa0\u17b4\u17b5'],
  ['separators of Mongolian', '\u180b\u180e\u180f'],
  ['variation selectors', '\ufe00\ufe0f\u{e0100}\u{e01ef}'],
  ['tags', '\u{e0001}\u{e0041}\u{e007f}'],
  ['formats of musical notes and of shorthand', '\u{1d173}\u{1bca0}'],
  ['marks of annotations', '\ufff9\ufffb'],
  ['halves of characters', '\ud800\udc00'.charAt(0)],
])('FND-48: %s', (_name, text) => {
  expect(escapeUnseen(`a${text}b`)).toBe(`a${unit(text)}b`)
  // In a JSON text it is the same text as before.
  expect(JSON.parse(escapeUnseen(JSON.stringify(text)))).toBe(text)
})

test('FND-48: every character Unicode lets a reader ignore is escaped, and no other is', () => {
  for (let code = 0x20; code <= 0x10ffff; code++) {
    const char = String.fromCodePoint(code)
    const isHidden = /\p{Default_Ignorable_Code_Point}|\p{Cc}|\p{Cs}|[\u2028\u2029\ufff9-\ufffb]/u
    if ((escapeUnseen(char) === char) === isHidden.test(char)) {
      throw new Error(`U+${code.toString(16)} is treated wrongly`)
    }
  }
})

test('what everybody sees stays, and what is asked for', () => {
  const text = 'Grüße, 你好, مرحبا, 🙂 — “x” \u00a0!'
  expect(escapeUnseen(text)).toBe(text)
  expect(escapeUnseen('a\n\tb\r', '\n\t')).toBe('a\n\tb\\u000d')
})
