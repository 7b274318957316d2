import fc from 'fast-check'
import { addRoute, createRouter, findRoute } from 'rou3'
import { describe, expect, it } from 'vitest'
import { type PathTemplate, parsePathTemplate } from '../../../web/path-template.ts'
import { createMatcher } from './match.ts'
import { PlainRoutes } from './plain-routes.ts'

function template(path: string): PathTemplate {
  const parsed = parsePathTemplate(path)
  if (typeof parsed === 'string') throw new Error(parsed)
  return parsed
}

function routes(...paths: readonly string[]): PlainRoutes<string> {
  const plain = new PlainRoutes<string>()
  for (const path of paths) plain.add('GET', template(path), path)
  return plain
}

describe('PlainRoutes', () => {
  it('finds literal paths and one parameter at the end', () => {
    const plain = routes('/', '/orders', '/orders/{order_id}', '/orders/recent', '/{any:int}')
    expect(plain.find('GET', '/')).toEqual({ data: '/' })
    expect(plain.find('GET', '/orders')).toEqual({ data: '/orders' })
    expect(plain.find('GET', '/orders/recent')).toEqual({ data: '/orders/recent' })
    expect(plain.find('GET', '/7')).toEqual({ data: '/{any:int}', params: { any: '7' } })
    const found = plain.find('GET', '/orders/__proto__')
    expect(found?.data).toBe('/orders/{order_id}')
    expect(found?.params?.['order_id']).toBe('__proto__')
  })

  it('gives parameters no prototype to be polluted or inherited from', () => {
    const { params = {} } = routes('/a/{id}').find('GET', '/a/x') ?? {}
    expect('constructor' in params).toBe(false)
    expect('toString' in params).toBe(false)
    expect(Reflect.set(params, '__proto__', 'own')).toBe(true)
    expect(Object.getPrototypeOf(Object.getPrototypeOf(params))).toBeNull()
  })

  it('leaves everything else to the router', () => {
    const plain = routes('/a/{id}/b', '/files/{rest:path}', '/a+', '/..', '/{a}/{b}')
    for (const path of ['/a/1/b', '/files/x', '/a+', '/..', '/a/b']) {
      expect(plain.find('GET', path)).toBeUndefined()
    }
    expect(routes('/a/{id}').find('POST', '/a/1')).toBeUndefined()
    expect(routes('/{id}').find('GET', '/')).toBeUndefined()
  })
})

// The reason it may exist at all: nobody can tell that it is there.
it('ROUTE-6: answers what the router alone would answer', () => {
  const literal = fc.constantFrom('a', 'b', 'a.b', 'a-1', '_')
  const segment = fc.oneof(literal, fc.constantFrom('{x}', '{y:int}', '{z}'))
  const path = fc.array(segment, { maxLength: 4 }).map((parts) => `/${parts.join('/')}`)
  const rest = path.map((text) => `${text === '/' ? '' : text}/{rest:path}`)
  const mount = fc.tuple(fc.constantFrom('GET', 'POST'), fc.oneof(path, rest))
  const asked = fc
    .array(fc.oneof(literal, fc.constantFrom('1', 'q', '..', ':x', '*', '__proto__')), {
      maxLength: 5,
    })
    .map((parts) => `/${parts.join('/')}`)
  let found = 0
  fc.assert(
    fc.property(
      fc.array(mount, { maxLength: 8 }),
      fc.constantFrom('GET', 'POST', 'PUT'),
      asked,
      (mounts, method, target) => {
        const router = createRouter<{ readonly target: string }>()
        const known = new Map<string, PathTemplate>()
        for (const [verb, text] of mounts) {
          const parsed = parsePathTemplate(text)
          if (typeof parsed === 'string') continue
          // An app refuses two templates of one shape.
          const shape = `${verb} ${text.replace(/\{[^}]*\}/g, '{}')}`
          if (known.has(shape)) continue
          known.set(shape, parsed)
          const pattern = text
            .replace(/\{rest:path\}/, '**:rest')
            .replace(/\{(\w+)(?::int)?\}/g, ':$1')
          addRoute(router, verb, pattern, { target: shape })
        }
        const list = [...known].map(([shape, parsed]) => ({
          method: shape.slice(0, shape.indexOf(' ')),
          template: parsed,
          target: shape,
        }))
        const match = createMatcher(list)(method, target)
        const expected = findRoute(router, method, target)
        if (match.kind !== 'found') return
        found++
        expect(match.target).toBe(expected?.data.target)
        expect({ ...match.params }).toEqual({ ...expected?.params })
      },
    ),
    { numRuns: 3000 },
  )
  expect(found).toBeGreaterThan(300)
})
