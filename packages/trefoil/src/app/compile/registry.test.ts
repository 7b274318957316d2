import { describe, expect, test } from 'vitest'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { Declaration, DeclaredOptions } from '../declare/declaration.ts'
import { RateLevels } from './limits/compile-rates.ts'
import { compileRegistry } from './registry.ts'

const SITE = {
  covered: { api: true, mcp: true, cli: true },
  rates: new RateLevels('test', []),
  hasApprovalHook: true,
  agentWrites: 'allow',
  timeout: 0,
  appGuards: [],
}

function route(
  method: string | null,
  path: string | null,
  options: DeclaredOptions = {},
): Declaration {
  const levels = [{ prefix: '', options: {}, middleware: [], errorHandlers: [] }]
  return { method, path, levels, options, handler: () => 1 }
}

const tool = (name: string) => ({ name, description: 'd', tool: true })
const cli = (name: string) => ({ name, description: 'd', cli: true })

function mistake(...declarations: Declaration[]): string {
  try {
    compileRegistry(declarations, SITE)
  } catch (error) {
    if (!(error instanceof ImproperlyConfigured)) throw error
    return error.message
  }
  return 'none'
}

describe('paths', () => {
  test('ROUTE-10: same method and shape, whatever the names', () => {
    expect(mistake(route('GET', '/a/{x}'), route('GET', '//a/{y}/'))).toBe(
      "Route GET '/a/{y}' conflicts with GET '/a/{x}'. Routes with the same method and path shape are ambiguous in Trefoil.",
    )
  })

  test('ROUTE-10: the message shows what differs', () => {
    expect(mistake(route('GET', '/x/{id:int}'), route('POST', '/x/{id}'))).toBe(
      "Route POST '/x/{id}' conflicts with GET '/x/{id:int}'. Dynamic routes at the same position must use the same name and type.",
    )
    expect(mistake(route('GET', '/x/{id:bigint}'), route('GET', '/x/{id:path}'))).toMatch(
      /^Route GET '\/x\/\{id:path\}' conflicts with GET '\/x\/\{id:bigint\}'\. /,
    )
  })

  test.each([
    ['names', '/u/{id}', '/u/{user_id}'],
    ['types', '/u/{id}', '/u/{id:int}'],
  ])('ROUTE-10: across methods one shape has the same %s', (_, left, right) => {
    expect(mistake(route('GET', left), route('PUT', right))).toMatch(
      /^Route PUT '.*' conflicts with GET '\/u\/\{id\}'\. Dynamic routes at the same position must use the same name and type\.$/,
    )
  })

  test('ROUTE-6: a literal beside a parameter, and one path with two methods, are fine', () => {
    expect(
      mistake(
        route('GET', '/u/{id}'),
        route('PUT', '/u/{id}'),
        route('GET', '/u/me'),
        route('GET', '/u'),
      ),
    ).toBe('none')
  })
})

describe('names', () => {
  test('ROUTE-14: tools and CLI actions share one space of names', () => {
    expect(mistake(route(null, null, tool('x')), route('GET', '/x', tool('x')))).toBe(
      'Duplicate tool name: x (app.tool() and route GET /x); give one of them another name',
    )
    expect(mistake(route('GET', '/a', tool('x')), route('GET', '/b', cli('x')))).toBe(
      'Duplicate action name: x (route GET /a and route GET /b); give one of them another name',
    )
  })

  test('ROUTE-14: names that only HTTP uses may repeat', () => {
    expect(
      mistake(
        route('GET', '/a', { name: 'x' }),
        route('GET', '/b', { name: 'x' }),
        route('GET', '/c', tool('x')),
      ),
    ).toBe('none')
  })
})

test('W-33a: all mistakes are reported at once, one line each', () => {
  const text = mistake(
    route('GET', '/:id'),
    route('GET', '/mcp'),
    route('GET', '/a'),
    route('GET', '/a'),
  )
  expect(text.split('\n')).toEqual([
    'The app cannot start:',
    "- Path parameters are written {id}, not ':id' (in '/:id')",
    "- Route path '/mcp' is reserved by Trefoil. Choose a different application route.",
    expect.stringMatching(/^- Route GET '\/a' conflicts with GET '\/a'/),
  ])
})

test('APP-14: compiled actions keep their order and cannot be changed', () => {
  const compiled = compileRegistry([route('GET', '/b'), route('GET', '/a')], SITE)
  expect(compiled.map(({ action }) => action.path)).toEqual(['/b', '/a'])
  expect(Object.isFrozen(compiled)).toBe(true)
})
