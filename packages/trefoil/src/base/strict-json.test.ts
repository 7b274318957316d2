import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseStrictJson } from './strict-json.ts'

function reason(text: string, maxDepth?: number): string | null {
  const result = parseStrictJson(text, maxDepth === undefined ? {} : { maxDepth })
  return result.ok ? null : result.reason
}

const nested = (depth: number) => '['.repeat(depth) + ']'.repeat(depth)

describe('duplicates', () => {
  test.each([
    ['at the top', '{"a":1,"a":2}'],
    ['with the same value', '{"a":1,"a":1}'],
    ['inside', '{"x":[{"y":{"a":1,"b":2,"a":3}}]}'],
    ['escaped', '{"a":1,"\\u0061":2}'],
    ['empty names', '{"":1,"":2}'],
    ['of integer names', '{"7":1,"7":2}'],
    ['with larger values', '{"a":{"x":1,"y":2},"a":{}}'],
    ['after text that looks like members', '{"a":"\\":1,\\"b","a":2}'],
  ])('HTTP-7: duplicate keys %s are refused', (_, text) => {
    expect(reason(text)).toBe('duplicate object key')
  })

  test('HTTP-7: equal keys of different objects, and colons in text, are no duplicates', () => {
    const text = '[{"a":1},{"a":":\\":"},{"a:b":{"a":"\\\\"}}]'
    expect(parseStrictJson(text)).toEqual({ ok: true, value: JSON.parse(text) })
  })
})

describe('prototype keys', () => {
  test.each([
    '{"__proto__":{}}',
    '{"a":[{"__proto__":null}]}',
    '{"\\u005f_proto_\\u005f":{"admin":true}}',
    '{"constructor":{}}',
  ])('HTTP-7: %s is refused', (text) => {
    expect(reason(text)).toMatch(/^the key "(__proto__|constructor)" is not accepted$/)
  })
})

describe('numbers', () => {
  test.each(['9007199254740992', '-9007199254740992', '9007199254740993', '1e16', '[1e300]'])(
    'HTTP-7: %s is an integer a double cannot tell from its neighbour',
    (text) => {
      expect(reason(text)).toBe('an integer beyond 2^53-1; send it as text')
    },
  )

  test.each(['1e400', '{"a":-1e999}'])('HTTP-7: %s is too large', (text) => {
    expect(reason(text)).toBe('a number too large to hold')
  })

  test.each([
    ['9007199254740991', 9007199254740991],
    ['-9007199254740991', -9007199254740991],
    ['0.1', 0.1],
    ['-0', -0],
    ['5e-324', 5e-324],
  ])('HTTP-7: %s passes', (text, value) => {
    expect(parseStrictJson(text)).toEqual({ ok: true, value })
  })
})

describe('depth', () => {
  test('HTTP-6: 32 levels pass, 33 do not', () => {
    expect(reason(nested(32))).toBeNull()
    expect(reason(nested(33))).toBe('nested deeper than 32 levels')
    expect(reason(`${'{"a":'.repeat(32)}1${'}'.repeat(32)}`)).toBeNull()
    expect(reason(`${'{"a":'.repeat(33)}1${'}'.repeat(33)}`)).toBe('nested deeper than 32 levels')
  })

  test('HTTP-6: the limit can be set', () => {
    expect(reason('[[1]]', 2)).toBeNull()
    expect(reason('[[[]]]', 2)).toBe('nested deeper than 2 levels')
  })

  test('W-32: a hundred thousand levels are refused, not a crash', () => {
    expect(reason(nested(100_000))).toBe('nested deeper than 32 levels')
  })

  test('W-32: two million opening brackets are refused before a parser finds that they never close', () => {
    expect(reason('['.repeat(2_000_000))).toBe('nested deeper than 32 levels')
    expect(reason('['.repeat(33))).toBe('nested deeper than 32 levels')
    expect(reason('['.repeat(32))).toBe('not valid JSON')
  })
})

describe('text', () => {
  test.each(['"\\ud800"', '["a\\udc00b"]', '{"\\ud83d":1}'])(
    'HTTP-7: a lone surrogate is refused: %s',
    (text) => {
      expect(reason(text)).toBe('text with a lone surrogate')
    },
  )

  test('HTTP-7: a surrogate pair passes', () => {
    expect(parseStrictJson('"\\ud83d\\ude00"')).toEqual({ ok: true, value: '😀' })
  })

  test.each(['', ' ', '{', '{"a":1}x', 'NaN', "{'a':1}", '\ufeff1', '[1,]', 'undefined', '01'])(
    'BIND-12: %o is not valid JSON',
    (text) => {
      expect(reason(text)).toBe('not valid JSON')
    },
  )
})

test.each([
  ['{"n":{"kids":[1,{"a":1,"a":2}]}}', '/n/kids/1/a'],
  ['{"n":[1,9007199254740993]}', '/n/1'],
  ['9007199254740993', ''],
  ['[{},[],{"a":[1,1,1e999]}]', '/2/a/2'],
  ['{"n":[{"__proto__":1}]}', '/n/0/__proto__'],
  ['{"a":{"constructor":{}}}', '/a/constructor'],
  ['["x",{"~/":"\\ud800"}]', '/1/~0~1'],
  // A pointer to this key could not be written: it says in which object.
  ['{"a":{"\\ud800":1}}', '/a'],
  ['[[[]]]', '/0/0'],
  ['{', ''],
])('HTTP-7: %s is refused for what is at %o', (text, at) => {
  expect(parseStrictJson(text, { maxDepth: text === '[[[]]]' ? 2 : 32 })).toMatchObject({
    ok: false,
    at,
  })
})

describe('properties', () => {
  const wellFormed = fc
    .jsonValue({ maxDepth: 6 })
    .filter((value) => !/"(__proto__|constructor)":/.test(JSON.stringify(value)))

  test('HTTP-7: a document without traps reads exactly as JSON.parse reads it', () => {
    fc.assert(
      fc.property(wellFormed, fc.constantFrom(undefined, 2, '\t'), (value, space) => {
        const text = JSON.stringify(value, null, space)
        const parsed: unknown = JSON.parse(text)
        const result = parseStrictJson(text)
        if (!result.ok) expect(result.reason).toMatch(/2\^53|too large/)
        else expect(result.value).toEqual(parsed)
      }),
    )
  })

  test('W-32: no text makes it throw', () => {
    const piece = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"',
      '\\',
      ':',
      ',',
      '1',
      'e',
      'a',
      ' ',
      '\\u',
    )
    const text = fc.array(piece, { maxLength: 30 }).map((parts) => parts.join(''))
    fc.assert(
      fc.property(fc.oneof(text, fc.string()), (source) => {
        expect(typeof parseStrictJson(source).ok).toBe('boolean')
      }),
    )
  })
})

test('HTTP-6: an object has at most 1000 members, a document as many as it likes', () => {
  const wide = (members: number) =>
    `{${Array.from({ length: members }, (_, index) => `"k${index}":0`).join()}}`
  expect(reason(wide(1000))).toBeNull()
  expect(reason(`[${wide(1000)},${wide(1000)}]`)).toBeNull()
  expect(reason(`[${wide(1001)}]`)).toBe('an object with more than 1000 members')
})
