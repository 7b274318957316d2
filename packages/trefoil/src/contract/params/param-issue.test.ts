import { expect, test } from 'vitest'
import { invalidText, invalidValue, missingArgument, unknownArgument } from './param-issue.ts'
import type { ParamSpec } from './param-spec.ts'
import type { ParamSource } from './params.ts'

function spec(source: ParamSource): ParamSpec {
  return {
    name: 'order_id',
    source,
    wire: 'Order-Id',
    schema: null,
    jsonSchema: {},
    text: [],
    list: false,
    required: true,
    absent: undefined,
    description: null,
  }
}

test.each([
  ['path', 'Missing required path parameter: Order-Id'],
  ['query', 'Missing required query parameter: Order-Id'],
  ['header', 'Missing required header: Order-Id'],
  ['cookie', 'Missing required cookie: Order-Id'],
  ['field', 'Missing required body field: Order-Id'],
  ['body', 'Missing required body parameter: order_id'],
  ['form', 'Missing required form field: Order-Id'],
  ['file', 'Missing required file: Order-Id'],
] as const)('BIND-8: a missing %s on HTTP', (source, headline) => {
  expect(missingArgument(spec(source), 'api').headline).toBe(headline)
})

test.each([
  ['integer', 'query', 'Invalid integer query parameter: Order-Id', 'Expected an integer'],
  ['number', 'header', 'Invalid float header: Order-Id', 'Expected a number'],
  ['boolean', 'cookie', 'Invalid boolean cookie: Order-Id', 'Expected a boolean'],
  ['integer', 'form', 'Invalid integer form field: Order-Id', 'Expected an integer'],
] as const)('BIND-6: text that is no %s in a %s', (kind, source, headline, message) => {
  const found = invalidText(spec(source), 'api', kind)
  expect(found.headline).toBe(headline)
  expect(found.issue).toMatchObject({ source, name: 'Order-Id', message })
})

test('W-33a: an item of a list has its place in the list', () => {
  expect(invalidText(spec('query'), 'api', 'integer', '/1').issue.pointer).toBe('/1')
  expect(invalidText(spec('query'), 'cli', 'integer', '/1').issue.pointer).toBe('/order_id/1')
})

test('ABIND-1: agents read their own names for everything, whatever HTTP calls it', () => {
  for (const source of ['path', 'query', 'header', 'cookie', 'field', 'body', 'form'] as const) {
    for (const surface of ['mcp', 'cli'] as const) {
      const missing = missingArgument(spec(source), surface)
      expect(missing.headline).toBe('Missing action argument: order_id')
      expect(missing.issue).toMatchObject({
        source: 'argument',
        name: 'order_id',
        pointer: '/order_id',
      })
      expect(invalidText(spec(source), surface, 'integer').headline).toBe(
        'Invalid action argument: order_id',
      )
      expect(invalidValue(spec(source), surface, '/a', 'm').issue.pointer).toBe('/order_id/a')
    }
  }
})

test('W-33a: pointers lead into the document that was sent', () => {
  expect(invalidValue(spec('field'), 'api', '/a', 'm').issue).toMatchObject({
    source: 'body',
    pointer: '/Order-Id/a',
  })
  expect(invalidValue(spec('body'), 'api', '/a', 'm')).toMatchObject({
    headline: 'Invalid JSON body for parameter: order_id',
    issue: { source: 'body', name: '', pointer: '/a' },
  })
  expect(unknownArgument('a/b~c', 'mcp')).toMatchObject({
    headline: 'Unknown action argument: a/b~c',
    issue: { source: 'argument', pointer: '/a~1b~0c' },
  })
})
