import { expect, test } from 'vitest'
import { parsePathTemplate, renderPath, templateShape } from './path-template.ts'

test('ROUTE-4: literals and parameters, slashes normalised', () => {
  expect(parsePathTemplate('//orders/{order_id}/items/{n:int}/')).toEqual({
    text: '/orders/{order_id}/items/{n}',
    segments: [
      { kind: 'literal', text: 'orders' },
      { kind: 'param', name: 'order_id', type: 'string' },
      { kind: 'literal', text: 'items' },
      { kind: 'param', name: 'n', type: 'int' },
    ],
    names: ['order_id', 'n'],
  })
  expect(parsePathTemplate('/')).toEqual({ text: '/', segments: [], names: [] })
  expect(parsePathTemplate('/{id:str}')).toMatchObject({ text: '/{id}' })
})

test.each([
  ['orders', "Route paths must start with '/', got 'orders'"],
  ['', "Route paths must start with '/', got ''"],
  ['/a?b=1', "Route path '/a?b=1' must not include a query string or fragment"],
  ['/a#b', "Route path '/a#b' must not include a query string or fragment"],
  ['/orders/:id', "Path parameters are written {id}, not ':id' (in '/orders/:id')"],
  ['/{}', "Path parameters must have a name (in '/{}')"],
  ['/{:int}', "Path parameters must have a name (in '/{:int}')"],
  ['/{1a}', "Invalid path parameter name: '1a' (in '/{1a}')"],
  ['/{a-b}', "Invalid path parameter name: 'a-b' (in '/{a-b}')"],
  ['/{__proto__}', "Invalid path parameter name: '__proto__' (in '/{__proto__}')"],
  ['/{a}/x/{a}', "Duplicate path parameter name: 'a' (in '/{a}/x/{a}')"],
  [
    '/{a:float}',
    "Unsupported path converter: 'float'; use {a}, {a:int}, {a:bigint} or {a:path} (in '/{a:float}')",
  ],
  [
    '/{a:int:2}',
    "Unsupported path converter: 'int:2'; use {a}, {a:int}, {a:bigint} or {a:path} (in '/{a:int:2}')",
  ],
  ['/{a', "Invalid route segment: '{a' (in '/{a')"],
  ['/a}', "Invalid route segment: 'a}' (in '/a}')"],
  ['/{a}b', "Invalid route segment: '{a}b' (in '/{a}b')"],
])('ROUTE-4: %s is refused with what to write instead', (path, message) => {
  expect(parsePathTemplate(path)).toBe(message)
})

test.each(['/a b', '/é', '/a{b}c', '/*', '/a\\b'])('ROUTE-4: %s is no literal segment', (path) => {
  expect(parsePathTemplate(path)).toMatch(/^Invalid route segment: /)
})

test('ROUTE-10: the shape forgets names and types', () => {
  const shapes = ['/a/{x}', '//a/{y:int}/'].map((path) => {
    const template = parsePathTemplate(path)
    return typeof template === 'string' ? template : templateShape(template)
  })
  expect(shapes).toEqual(['/a/{}', '/a/{}'])
})

test('ABIND-5: values are percent-encoded, so none becomes two segments', () => {
  expect(renderPath('/files/{name}', { name: 'reports/2026 draft' })).toBe(
    '/files/reports%2F2026%20draft',
  )
  expect(renderPath('/{a}/{b}', { a: '../..', b: 7 })).toBe('/..%2F../7')
  expect(renderPath('/{a}', { a: '{b}', b: 'x' })).toBe('/%7Bb%7D')
})
