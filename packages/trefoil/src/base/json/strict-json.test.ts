import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { syntaxFault } from './json-syntax.ts'
import { type JsonCause, parseStrictJson, readStrictJson } from './strict-json.ts'

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
    expect(reason('['.repeat(32))).toBe('not valid JSON: it ends too early')
  })
})

describe('depth of large documents', () => {
  const MANY = 100_000

  test.each([
    ['lists', '['.repeat(MANY)],
    ['lists behind a space', ` ${'['.repeat(MANY)}`],
    ['lists that close', nested(MANY).slice(1)],
    ['lists in an object', `{"a":${'['.repeat(MANY)}`],
    ['lists with a value first', '[1,'.repeat(MANY)],
    ['objects', '{"a":'.repeat(MANY)],
    ['objects with brackets in their keys', '{"]]]}}\\"]":'.repeat(MANY)],
    ['both', '[{"a":'.repeat(MANY)],
    ['lists behind a long flat one', `[${'[],'.repeat(MANY)}${'['.repeat(40)}`],
  ])('FND-30: %s are refused before a parser sees them', (_, text) => {
    const parse = vi.spyOn(JSON, 'parse')
    try {
      expect(reason(text)).toBe('nested deeper than 32 levels')
      expect(parse).not.toHaveBeenCalled()
    } finally {
      parse.mockRestore()
    }
  })

  test.each([
    ['flat lists', `[${'[],'.repeat(MANY)}[]]`],
    ['flat objects', `[${'{},'.repeat(MANY)}{}]`],
    ['brackets in text', `["${'['.repeat(MANY)}","${'\\"['.repeat(MANY)}"]`],
    ['as deep as may be', `[${'[],'.repeat(MANY)}${nested(31)}]`],
  ])('FND-30: %s are read', (_, text) => {
    expect(reason(text)).toBeNull()
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
      expect(reason(text)).toMatch(/^not valid JSON: /)
    },
  )
})

test.each<[string, JsonCause]>([
  ['\ufeff{}', 'byte order mark'],
  ['{"a":1}x', 'syntax'],
  ['[[[[1]]]]', 'depth'],
  ['{"a":1,"b":2,"c":3,"d":4}', 'members'],
  ['{"a":1,"a":1}', 'duplicate key'],
  ['{"__proto__":1}', 'reserved key'],
  ['["\\ud800"]', 'surrogate'],
  ['{"\\ud800":1}', 'surrogate'],
  ['1e400', 'number'],
])('FND-29: %s is refused for its %s', (text, cause) => {
  const limits = { maxDepth: 3, maxMembers: 3 }
  expect(parseStrictJson(text, limits)).toMatchObject({ ok: false, cause })
  expect(readStrictJson(new TextEncoder().encode(text), limits)).toMatchObject({ cause })
})

test('FND-29: bytes that are not UTF-8, a byte order mark of UTF-16 among them', () => {
  for (const bytes of [
    [0x22, 0xff, 0x22],
    [0xff, 0xfe, 0x31, 0x00],
    [0xfe, 0xff],
    [0xc0, 0xaf],
  ]) {
    const refused = { ok: false, cause: 'encoding', reason: 'not UTF-8', at: '' }
    expect(readStrictJson(new Uint8Array(bytes))).toEqual(refused)
  }
})

test.each([
  ['', 'it ends too early'],
  [' \n', 'it ends too early'],
  ['{', 'it ends too early'],
  ['{"a', 'it ends too early'],
  ['{"a":1', 'it ends too early'],
  ['[1,', 'it ends too early'],
  ['\ufeff1', 'it begins with a byte order mark'],
  ['{"a":1}x', 'text after the document, at offset 7'],
  ['{"a":1} {"b":2}', 'text after the document, at offset 8'],
  ['01', 'text after the document, at offset 1'],
  ['NaN', 'an unexpected character, at offset 0'],
  ["{'a':1}", 'an unexpected character, at offset 1'],
  ['[1,]', 'an unexpected character, at offset 3'],
  ['{"a":1,}', 'an unexpected character, at offset 7'],
  ['[1 2]', 'an unexpected character, at offset 3'],
  ['{"a" 1}', 'an unexpected character, at offset 5'],
  ['[1}', 'an unexpected character, at offset 2'],
  ['[-]', 'an unexpected character, at offset 1'],
  ['["a\tb"]', 'an unexpected character, at offset 3'],
  ['["\\x"]', 'an unexpected character, at offset 2'],
  ['["\\u12g4"]', 'an unexpected character, at offset 2'],
  ['[1,/* two */2]', 'an unexpected character, at offset 3'],
])('FND-29: %o: %s', (text, fault) => {
  expect(reason(text)).toBe(`not valid JSON: ${fault}`)
})

test('FND-29: the text of a fault is found for whatever no parser takes, and nothing else', () => {
  const piece = fc.constantFrom(...['{', '}', '[', ']', '"', '\\', ':', ',', '1', '-', 'e', '.'])
  const word = fc.constantFrom('true', 'nul', ' ', '\n', '\\u00', '"a"', '"a":', '0', '1e3', '{}')
  const text = fc.array(fc.oneof(piece, word), { maxLength: 12 }).map((parts) => parts.join(''))
  fc.assert(
    fc.property(text, (source) => {
      const fault = syntaxFault(source)
      let parsed = true
      try {
        JSON.parse(source)
      } catch {
        parsed = false
      }
      // Of a whole document the reader says that it came to the end of it.
      const whole = fault === 'it ends too early' && syntaxFault(`${source} ?`).startsWith('text')
      expect(whole).toBe(parsed)
    }),
    { numRuns: 2000 },
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
