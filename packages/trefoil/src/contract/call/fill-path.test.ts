import { describe, expect, test } from 'vitest'
import { fillPath } from './fill-path.ts'

describe('fillPath', () => {
  test.each([
    ['/orders/{order_id}', { order_id: '7' }, '/orders/7'],
    ['/orders/{order_id}', { order_id: 'a b?#é%' }, '/orders/a%20b%3F%23%C3%A9%25'],
    ['/orders/{order_id:int}/lines/{line}', { order_id: 7, line: 8n }, '/orders/7/lines/8'],
    ['/files/{rest:path}', { rest: 'a b/c' }, '/files/a%20b/c'],
    ['/on/{flag}', { flag: false, other: 'x' }, '/on/false'],
    ['/health', {}, '/health'],
  ])('fills %s in', (template, args, path) => {
    expect(fillPath(template, args)).toBe(path)
  })

  // Whatever stands in front takes dot segments away: another route would be called.
  test.each(['', '.', '..'])('refuses %j, which no path can carry', (value) => {
    expect(() => fillPath('/orders/{order_id}/x', { order_id: value })).toThrow(
      "Path /orders/{order_id}/x: order_id cannot be empty, '.' or '..'",
    )
    expect(() => fillPath('/files/{rest:path}', { rest: `a/${value}/b` })).toThrow('rest cannot be')
  })

  test.each([undefined, null, {}, [], () => 'x', Symbol('x')])('refuses %s as no text', (value) => {
    expect(() => fillPath('/orders/{order_id}', { order_id: value })).toThrow(
      'Path /orders/{order_id}: order_id has no value that a path can carry',
    )
  })

  test('refuses a slash in one segment', () => {
    expect(() => fillPath('/orders/{order_id}', { order_id: 'a/b' })).toThrow("cannot hold a '/'")
  })

  test('reads no inherited member', () => {
    expect(() => fillPath('/{toString}', {})).toThrow('toString has no value')
  })

  test('refuses half a character', () => {
    expect(() => fillPath('/{name}', { name: '\ud800' })).toThrow('a lone surrogate')
  })
})
