import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeMixed, decodeScalar, decodeText } from './decode-text.ts'
import type { ParamSpec, ScalarKind } from './param-spec.ts'

function spec(text: readonly ScalarKind[], list = false): ParamSpec {
  return {
    name: 'x',
    source: 'query',
    wire: 'x',
    schema: null,
    jsonSchema: {},
    text,
    list,
    required: true,
    description: null,
  }
}

test.each([
  ['0', 0],
  ['-0', -0],
  ['7', 7],
  ['-5', -5],
  ['9007199254740991', 9007199254740991],
])('W-18: %o is an integer', (text, value) => {
  expect(decodeScalar(['integer'], text)).toEqual({ ok: true, value })
})

test.each([
  '',
  ' 7',
  '7 ',
  '+5',
  '007',
  '-',
  '--1',
  '1_000',
  '٣',
  '1.0',
  '1e3',
  '0x10',
  '9007199254740992',
  '7\n',
])('W-18: %o is no integer', (text) => {
  expect(decodeScalar(['integer'], text)).toEqual({ ok: false, kind: 'integer' })
})

test.each([
  ['1.5', 1.5],
  ['-0.25', -0.25],
  ['1e3', 1000],
  ['1E-2', 0.01],
  ['12', 12],
])('W-18: %o is a number', (text, value) => {
  expect(decodeScalar(['number'], text)).toEqual({ ok: true, value })
})

test.each([
  '',
  '.5',
  '5.',
  '1_0.5',
  '+1',
  '1e400',
  'NaN',
  'Infinity',
  '-Infinity',
  '0x1',
  '01.5',
  '1.5 ',
  '9007199254740993',
  '1e20',
])('BIND-6, W-18: %o is no number', (text) => {
  expect(decodeScalar(['number'], text)).toEqual({ ok: false, kind: 'number' })
})

test.each([
  ['1', true],
  ['true', true],
  ['YES', true],
  ['On', true],
  ['0', false],
  ['False', false],
  ['no', false],
  ['OFF', false],
])('BIND-6: %o is the boolean %o', (text, value) => {
  expect(decodeScalar(['boolean'], text)).toEqual({ ok: true, value })
})

test.each(['', 't', '2', ' true', 'truе'])('BIND-6: %o is no boolean', (text) => {
  expect(decodeScalar(['boolean'], text)).toEqual({ ok: false, kind: 'boolean' })
})

test('W-19: text of a string parameter arrives unchanged (property)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(decodeText(spec(['string']), [text])).toEqual({ ok: true, value: text })
    }),
  )
})

test('W-18: integers read exactly as JSON reads them (property)', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), (value) => {
      expect(decodeScalar(['integer'], String(value))).toEqual({ ok: true, value })
    }),
  )
})

test('BIND-4: without a list the last value wins', () => {
  expect(decodeText(spec(['integer']), ['1', '2'])).toEqual({ ok: true, value: 2 })
})

test('W-20: a list takes every value, and one bad value refuses it', () => {
  expect(decodeText(spec(['integer'], true), ['1', '2'])).toEqual({ ok: true, value: [1, 2] })
  expect(decodeText(spec(['integer'], true), ['1', 'x', '2', 'y'])).toEqual({
    ok: false,
    kind: 'integer',
    items: [1, 3],
  })
})

test('W-18: a union takes the first kind that fits', () => {
  expect(decodeScalar(['integer', 'number'], '1.5')).toEqual({ ok: true, value: 1.5 })
  expect(decodeScalar([], 'x')).toEqual({ ok: false, kind: 'string' })
})

describe('W-33: where a number and text are both possible', () => {
  const asked = (schema: z.ZodType, list = false): ParamSpec => ({
    ...spec(['integer', 'string'], list),
    schema,
  })
  const limit = z.union([z.int(), z.literal('all')])

  test.each<[string, z.ZodType, string, unknown]>([
    ['a number where a word is the other choice', limit, '5', 5],
    ['the word', limit, 'all', 'all'],
    ['neither, for the schema to refuse', limit, '05', '05'],
    ['one of two literals', z.union([z.literal(1), z.literal('all')]), '1', 1],
    ['literals of both kinds', z.literal([1, 'a']), '1', 1],
    ['text that the schema takes as text', z.union([z.string(), z.int()]), '5', '5'],
    ['a date or a number', z.union([z.int(), z.iso.date()]), '5', 5],
    ['a date', z.union([z.int(), z.iso.date()]), '2026-01-02', '2026-01-02'],
    ['long text or a number', z.union([z.string().min(4), z.int()]), '12', 12],
    ['long text', z.union([z.string().min(4), z.int()]), '1234', '1234'],
    ['the literal that looks like a number', z.union([z.int(), z.literal('5')]), '5', '5'],
    [
      'a schema that answers later',
      z.union([z.int(), z.string().refine(async () => true)]),
      '5',
      5,
    ],
  ])('%s', (_, schema, text, value) => {
    expect(decodeText(asked(schema), [text])).toEqual({ ok: true, value })
  })

  test('in a list, item by item, however many it must have', () => {
    const list = z.array(limit).min(2)
    expect(decodeText(asked(list, true), ['5', 'all', 'x'])).toEqual({
      ok: true,
      value: [5, 'all', 'x'],
    })
  })

  test('a schema that throws is asked no more', () => {
    const broken = z.string().transform(() => {
      throw new Error('broken')
    })
    expect(decodeText(asked(broken), ['5'])).toEqual({ ok: true, value: 5 })
  })

  test('a number the document promises is taken (property)', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (value) => {
        expect(decodeText(asked(limit), [String(value)])).toEqual({ ok: true, value })
      }),
    )
  })
})

describe('FND-12: text of a command line, where text is one of several types', () => {
  const mail = z.union([z.int(), z.email()])
  const mixed = { ...spec(['integer', 'string']), schema: mail }
  const list = { ...spec(['integer', 'string'], true), schema: z.array(mail) }

  test.each<[string, ParamSpec, unknown, unknown]>([
    ['is read as the other type where it is refused as text', mixed, '5', 5],
    ['stays text where it is taken', mixed, 'a@b.co', 'a@b.co'],
    ['stays text where it is neither', mixed, 'x', 'x'],
    ['is no other JSON', mixed, 7, 7],
    ['is no other JSON', mixed, null, null],
    ['item by item', list, ['5', 'a@b.co', 7], [5, 'a@b.co', 7]],
    ['is no list', list, '5', '5'],
    ['alone stays text', spec(['string']), '5', '5'],
    ['is not asked for', spec(['integer', 'number']), '5', '5'],
  ])('%s', (_, param, value, read) => {
    expect(decodeMixed(param, value)).toEqual(read)
  })
})
