import { describe, expect, test } from 'vitest'
import { refusal } from '../../client/problem-envelope.ts'
import { roundOf } from './asked.ts'
import { formFields } from './form-field.ts'
import { readField } from './read-field.ts'

const FORM = { kind: 'form', text: 'Sure?', schema: { properties: { ok: { type: 'boolean' } } } }

function asking(questions: unknown, request_state: unknown = 's') {
  return roundOf(refusal('input_required', { details: { questions, request_state } }))
}

describe('what a remote asks is shown whole, or not asked', () => {
  test('forms and pages are', () => {
    const page = { kind: 'visit', text: 'There', url: 'https://EXAMPLE.com/a b' }
    expect(asking({ a: FORM, b: page })?.questions).toMatchObject([
      { kind: 'form', key: 'a', fields: [{ name: 'ok', required: false }] },
      // The page that a browser opens.
      { kind: 'visit', key: 'b', url: 'https://example.com/a%20b' },
    ])
  })

  test.each([
    ['no questions', {}],
    ['a list', [FORM]],
    ['too many', Object.fromEntries(Array.from({ length: 21 }, (_, i) => [`q${i}`, FORM]))],
    ['another kind', { a: { kind: 'sample', request: {} } }],
    ['a kind of tomorrow beside one of today', { a: FORM, b: { ...FORM, kind: 'voice' } }],
    ['no text', { a: { ...FORM, text: 7 } }],
    ['a long text', { a: { ...FORM, text: 'x'.repeat(4_001) } }],
    ['a program as a page', { a: { kind: 'visit', text: 't', url: 'file:///bin/sh' } }],
    ['a script as a page', { a: { kind: 'visit', text: 't', url: 'javascript:alert(1)' } }],
    ['no page', { a: { kind: 'visit', text: 't', url: 'x' } }],
    ['a form without fields', { a: { ...FORM, schema: { properties: {} } } }],
    ['a form inside of a form', { a: { ...FORM, schema: { properties: { x: FORM.schema } } } }],
  ])('%s is not', (_what, questions) => {
    expect(asking(questions)).toBeNull()
  })

  test('nor questions without their state, or of another problem', () => {
    expect(asking({ a: FORM }, null)).toBeNull()
    expect(asking({ a: FORM }, 'x'.repeat(200_001))).toBeNull()
    const details = { questions: { a: FORM }, request_state: 's' }
    expect(roundOf(refusal('ACCESS_DENIED', { details }))).toBeNull()
  })

  test.each([
    ['more choices than can be looked over', { enum: Array(101).fill('a') }],
    ['choices that are no texts', { enum: ['a', 1] }],
    ['a long choice', { oneOf: [{ const: 'a', title: 'x'.repeat(2_001) }] }],
    ['a long name of a field', { type: 'string', title: 'x'.repeat(2_001) }],
    ['a title that is none', { type: 'string', title: 7 }],
    ['a long default', { type: 'string', default: 'x'.repeat(2_001) }],
    ['no type', {}],
    ['any list', { type: 'array', items: { type: 'string' } }],
  ])('%s', (_what, field) => {
    expect(formFields({ properties: { a: field } })).toBeNull()
  })

  test('a field called as what all objects have is a field', () => {
    const schema = JSON.parse('{"properties":{"__proto__":{"type":"string"}}}') as unknown
    expect(formFields(schema)).toMatchObject([{ name: '__proto__' }])
  })
})

/** Read as typed into a field with this schema. */
function typed(schema: object, text: string, required = true): unknown {
  const fields = formFields({ properties: { x: schema }, ...(required ? { required: ['x'] } : {}) })
  const [field] = fields ?? []
  if (field === undefined) throw new Error('no field')
  const read = readField(field, text)
  return read.ok ? read.value : { reason: read.error }
}

const reason = (text: string) => ({ reason: expect.stringContaining(text) })
const SIZES = {
  oneOf: [
    { const: 's', title: 'Small' },
    { const: '1', title: 'One' },
  ],
}

describe('what is typed into a field', () => {
  test.each([
    [{ type: 'integer', minimum: 2 }, ' 2 ', 2],
    [{ type: 'integer', minimum: 2 }, '1', reason('at least 2')],
    [{ type: 'integer' }, '9007199254740992', reason('whole number')],
    [{ type: 'integer' }, '0x10', reason('whole number')],
    [{ type: 'number', maximum: 2.5 }, '2.5', 2.5],
    [{ type: 'number', maximum: 2.5 }, '2.51', reason('at most 2.5')],
    [{ type: 'number' }, 'NaN', reason('a number')],
    [{ type: 'string' }, ' a ', ' a '],
    [{ type: 'string', maxLength: 1 }, '😀', '😀'],
    [{ type: 'string', minLength: 2 }, '😀', reason('at least 2 characters')],
    [{ type: 'boolean' }, 'YES', true],
    [{ type: 'boolean' }, 'N', false],
    [{ type: 'boolean' }, '1', reason('y or n')],
    // A number is a place in the list, whatever the texts are.
    [SIZES, '1', 's'],
    [SIZES, '2', '1'],
    [SIZES, 'One', '1'],
    [SIZES, 's', 's'],
    [SIZES, '0', reason('from 1 to 2')],
    [SIZES, '3', reason('from 1 to 2')],
    [SIZES, 'constructor', reason('from 1 to 2')],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, '2,1,2', ['b', 'a']],
    [{ type: 'array', items: { enum: ['a', 'b'] }, minItems: 2 }, '1,1', reason('at least 2')],
    [{ type: 'array', items: { enum: ['a', 'b'] } }, '1,', reason('with commas')],
  ])('%j, %j', (schema, text, value) => {
    expect(typed(schema, text)).toEqual(value)
  })

  test('nothing is the default, or leaves out what may be left out', () => {
    expect(typed({ type: 'integer', default: 3 }, '')).toBe(3)
    expect(typed({ type: 'boolean', default: false }, ' ', false)).toBe(false)
    expect(typed({ type: 'string' }, '', false)).toBeUndefined()
    expect(typed({ type: 'string' }, '')).toEqual(reason('an answer is needed'))
  })
})
