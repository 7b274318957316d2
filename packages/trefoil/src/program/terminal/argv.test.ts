import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { JsonSchema } from '../../contract/params/schema.ts'
import { actionFlags, type GivenArgument, parseActionArgs } from './argv.ts'

function schemaOf(properties: Readonly<Record<string, JsonSchema>>): JsonSchema {
  return { type: 'object', properties, additionalProperties: false }
}

function flag(name: string, text: string | null): GivenArgument {
  return { form: 'flag', name, text }
}

function pair(text: string): GivenArgument {
  return { form: 'arg', name: text, text: null }
}

/** The value of one argument `x` with this schema, or the reason why there is none. */
function typed(schema: JsonSchema, ...texts: readonly (string | null)[]): unknown {
  const given = texts.map((text) => flag('x', text))
  const result = parseActionArgs(given, schemaOf({ x: schema }))
  return result.ok ? result.value['x'] : result.error
}

const TEXT = { type: 'string' }
const NUMBER = { type: 'number' }
const INTEGER = { type: 'integer' }
const BOOLEAN = { type: 'boolean' }

describe('text arguments', () => {
  test('W-19: any string survives unchanged, as a flag and through --arg', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(typed(TEXT, text)).toBe(text)
        const named = parseActionArgs([pair(`x=${text}`)], schemaOf({ x: TEXT }))
        expect(named).toEqual({ ok: true, value: { x: text } })
      }),
    )
  })

  test.each(['1.10', '1e5', 'null', 'true', '007', '{', '[1', '', ' a\nb ', '--x', '-5', '"'])(
    'W-19: %j stays text',
    (text) => {
      expect(typed(TEXT, text)).toBe(text)
      expect(typed({ anyOf: [TEXT, { type: 'null' }] }, text)).toBe(text)
      expect(typed({ type: ['integer', 'string'] }, text)).toBe(text)
      expect(typed({}, text)).toBe(text)
    },
  )

  test('W-19: beside listed texts, other types are read by their own grammar', () => {
    const schema = { anyOf: [{ const: 'auto' }, INTEGER, { type: 'null' }] }
    expect(typed(schema, 'auto')).toBe('auto')
    expect(typed(schema, '7')).toBe(7)
    expect(typed(schema, 'null')).toBe(null)
    expect(typed(schema, 'other')).toBe('other')
    expect(typed({ enum: ['1', '2'] }, '1')).toBe('1')
  })
})

describe('numbers', () => {
  test.each([
    ['0', 0],
    ['-7', -7],
    ['9007199254740991', 9007199254740991],
  ])('W-18: integer %s', (text, value) => {
    expect(typed(INTEGER, text)).toBe(value)
    expect(typed(NUMBER, text)).toBe(value)
  })

  test.each(['', '+5', '007', '1_000', ' 7', '7 ', '٣', '1.0', '1e3', '0x10', '9007199254740992'])(
    'W-18: %j is no integer',
    (text) => {
      expect(typed(INTEGER, text)).toMatch(/^--x must be an integer/)
    },
  )

  test.each([
    ['2.50', 2.5],
    ['-1e-7', -1e-7],
    ['1E5', 100000],
  ])('W-18: number %s', (text, value) => {
    expect(typed(NUMBER, text)).toBe(value)
  })

  test.each(['.5', '5.', '1e999', 'Infinity', 'NaN', '01.5', '', '9007199254740993'])(
    'W-18: %j is no number',
    (text) => {
      expect(typed(NUMBER, text)).toMatch(/^--x must be a number/)
    },
  )

  test('W-19: every safe integer survives', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (value) => typed(INTEGER, String(value)) === value))
  })
})

describe('booleans', () => {
  test.each(['true', 'TRUE', '1', 'yes', 'On'])('%s is true', (text) => {
    expect(typed(BOOLEAN, text)).toBe(true)
  })

  test.each(['false', 'False', '0', 'no', 'off'])('%s is false', (text) => {
    expect(typed(BOOLEAN, text)).toBe(false)
  })

  test('CLI-6: a bare flag is true, --no-flag is false, anything else is refused', () => {
    const schema = schemaOf({ send_email: BOOLEAN })
    expect(parseActionArgs([flag('send-email', null)], schema)).toMatchObject({
      value: { send_email: true },
    })
    expect(parseActionArgs([flag('no-send-email', null)], schema)).toMatchObject({
      value: { send_email: false },
    })
    expect(parseActionArgs([flag('no-send-email', 'true')], schema).ok).toBe(false)
    expect(typed(BOOLEAN, 'maybe')).toBe('--x must be true or false')
  })

  test('CLI-6: an argument that is really called no_x wins over the negation of x', () => {
    const schema = schemaOf({ cache: BOOLEAN, no_cache: BOOLEAN })
    expect(parseActionArgs([flag('no-cache', null)], schema)).toMatchObject({
      value: { no_cache: true },
    })
  })

  test('a union with numbers reads 1 as the number', () => {
    expect(typed({ type: ['boolean', 'integer'] }, '1')).toBe(1)
    expect(typed({ type: ['boolean', 'integer'] }, 'true')).toBe(true)
  })
})

describe('lists and objects', () => {
  const TAGS = { type: 'array', items: TEXT }

  test('W-20: repeated flags are items, each by the item type', () => {
    expect(typed(TAGS, '1', '[2', 'null')).toEqual(['1', '[2', 'null'])
    expect(typed({ type: 'array', items: INTEGER }, '1', '2')).toEqual([1, 2])
    expect(typed({ type: 'array', items: INTEGER }, '1', 'b')).toMatch(/item 2 must be an integer/)
    expect(typed({ type: 'array', prefixItems: [TEXT, INTEGER] }, '1', '2')).toEqual(['1', 2])
  })

  test('W-20: one flag is one item, or a JSON array', () => {
    expect(typed(TAGS, 'a')).toEqual(['a'])
    expect(typed(TAGS, '["a","b"]')).toEqual(['a', 'b'])
    expect(typed(TAGS, '[]')).toEqual([])
    expect(typed(TAGS, '[a')).toMatch(/^--x must be a JSON array.*not valid JSON/)
  })

  test('objects are JSON, read strictly', () => {
    const schema = { type: 'object' }
    expect(typed(schema, '{"a":[1]}')).toEqual({ a: [1] })
    expect(typed(schema, '[1]')).toMatch(/must be a JSON object/)
    expect(typed(schema, '{"a":1,"a":2}')).toMatch(/duplicate object key/)
    expect(typed(schema, 'null')).toMatch(/must be a JSON object/)
    expect(typed({ anyOf: [schema, { type: 'null' }] }, 'null')).toBe(null)
  })

  test('a value that is no list may be given once', () => {
    expect(typed(TEXT, 'a', 'b')).toBe('--x is given twice')
  })
})

describe('names', () => {
  test('CLI-6: kebab-case and the name itself both reach the argument', () => {
    const schema = schemaOf({ order_id: TEXT, includeEvents: BOOLEAN })
    for (const name of ['order-id', 'order_id']) {
      expect(parseActionArgs([flag(name, 'a')], schema)).toMatchObject({ value: { order_id: 'a' } })
    }
    for (const name of ['include-events', 'includeEvents']) {
      const value = { includeEvents: true }
      expect(parseActionArgs([flag(name, null)], schema)).toMatchObject({ value })
    }
    expect(parseActionArgs([flag('order', 'a')], schema)).toEqual({
      ok: false,
      error: 'Unknown action argument --order: this action takes --order-id, --include-events',
    })
  })

  test('CLI-6: names that would share a flag keep their own spelling', () => {
    const schema = schemaOf({ order_id: TEXT, orderId: TEXT })
    expect(actionFlags(schema).map(({ flag }) => flag)).toEqual(['order_id', 'orderId'])
    expect(parseActionArgs([flag('orderId', 'a')], schema)).toMatchObject({
      value: { orderId: 'a' },
    })
    expect(parseActionArgs([flag('order-id', 'a')], schema).ok).toBe(false)
  })

  test.each(['approval', 'dry_run', 'dry-run', 'help', 'json', 'arg', 'args_json'])(
    'W-2: an argument called %s is reached through --arg and after --',
    (name) => {
      const schema = schemaOf({ [name]: TEXT })
      expect(actionFlags(schema)[0]?.flag).toBe(null)
      expect(parseActionArgs([pair(`${name}=v`)], schema)).toEqual({
        ok: true,
        value: { [name]: 'v' },
      })
      const plain: GivenArgument = { form: 'plain', name: name.replaceAll('_', '-'), text: 'v' }
      expect(parseActionArgs([plain], schema)).toEqual({ ok: true, value: { [name]: 'v' } })
      expect(parseActionArgs([flag(name, 'v')], schema).ok).toBe(false)
    },
  )

  test.each(['app', 'token', 'header', 'timeout', 'version'])(
    'W-2: an argument called %s is an ordinary flag',
    (name) => {
      const result = parseActionArgs([flag(name, 'v')], schemaOf({ [name]: TEXT }))
      expect(result).toEqual({ ok: true, value: { [name]: 'v' } })
    },
  )

  test('names no flag can spell are reached through --arg', () => {
    const schema = schemaOf({ 'a b': TEXT, 'k=v': TEXT, k: TEXT, '': TEXT })
    const result = parseActionArgs([pair('a b=1'), pair('k=v=2'), pair('=3')], schema)
    expect(result).toEqual({ ok: true, value: { 'a b': '1', 'k=v': '2', '': '3' } })
    expect(parseActionArgs([pair('nope')], schema).ok).toBe(false)
    expect(parseActionArgs([pair('nope=1')], schema).ok).toBe(false)
  })

  test('an argument called __proto__ is a member like any other', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as JsonSchema
    const result = parseActionArgs([pair('__proto__=x')], schema)
    expect(result.ok && Object.getOwnPropertyNames(result.value)).toEqual(['__proto__'])
  })
})

describe('schemas chosen by a hostile remote', () => {
  test('references and allOf are followed', () => {
    const schema = { properties: { x: { $ref: '#/$defs/a~1b' } }, $defs: { 'a/b': INTEGER } }
    expect(parseActionArgs([flag('x', '7')], schema)).toMatchObject({ value: { x: 7 } })
    expect(typed({ allOf: [{ description: 'd' }, INTEGER] }, '7')).toBe(7)
  })

  test('a schema that refers to itself, or doubles without end, is answered at once', () => {
    const loop = { properties: { x: { $ref: '#/properties/x' } } }
    expect(parseActionArgs([flag('x', 'a')], loop)).toMatchObject({ value: { x: 'a' } })
    const twice = { anyOf: [{ $ref: '#/properties/x' }, { $ref: '#/properties/x' }] }
    expect(parseActionArgs([flag('x', 'a')], { properties: { x: twice } }).ok).toBe(true)
    const nest = { type: 'array', items: { $ref: '#/properties/x' } }
    expect(parseActionArgs([flag('x', 'a')], { properties: { x: nest } }).ok).toBe(false)
  })
})

describe('FND-12: lists that HTTP reads from text', () => {
  const TEXTS = { type: 'array', items: TEXT }
  const INTEGERS = { type: 'array', items: INTEGER }

  function listed(style: 'repeated' | 'commas', schema: JsonSchema, ...texts: string[]): unknown {
    const given = texts.map((text) => flag('x', text))
    const result = parseActionArgs(given, schemaOf({ x: schema }), { x: style })
    return result.ok ? result.value['x'] : result.error
  }

  test('are items as they stand: what looks like JSON is text where text is an item', () => {
    for (const text of ['["a","b"]', '[a', '[]', 'null', '1,2']) {
      expect(listed('repeated', TEXTS, text)).toEqual([text])
      expect(listed('repeated', { anyOf: [TEXTS, { type: 'null' }] }, text)).toEqual([text])
    }
    expect(listed('repeated', TEXTS, '[1', '2')).toEqual(['[1', '2'])
    expect(listed('repeated', INTEGERS, '[1,2]')).toEqual([1, 2])
    expect(listed('repeated', INTEGERS, 'null')).toMatch(/item 1 must be an integer/)
    const either = { anyOf: [{ type: 'array', items: BOOLEAN }, INTEGERS] }
    expect(listed('repeated', either, '5', 'true')).toEqual([5, true])
  })

  test('with commas are one flag', () => {
    expect(listed('commas', INTEGERS, '1,2')).toEqual([1, 2])
    expect(listed('commas', TEXTS, 'a, b,')).toEqual(['a', ' b', ''])
    expect(listed('commas', INTEGERS, '1,')).toMatch(/item 2 must be an integer/)
    expect(listed('commas', TEXTS, 'a', 'b')).toBe(
      '--x is given twice: write its items with commas between them',
    )
  })
})

test('alternatives without a type leave it to what stands beside them', () => {
  expect(typed({ type: 'integer', anyOf: [{ minimum: 3 }, { maximum: 2 }] }, '7')).toBe(7)
})
