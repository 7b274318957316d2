import { describe, expect, test } from 'vitest'
import { AuthContext } from '../../packages/trefoil/src/auth.ts'
import { health } from '../../packages/trefoil/src/health.ts'
import { defineProblems } from '../../packages/trefoil/src/index.ts'
import { pages } from '../../packages/trefoil/src/pages.ts'
import { definePart, type Part } from '../../packages/trefoil/src/parts.ts'
import { partContract } from '../../packages/trefoil/src/testing.ts'

describe('the contract of parts', () => {
  describe('holds for health()', () => {
    for (const { name, run } of partContract(() => health())) test(name, run)
  })

  describe('holds for pages()', () => {
    const make = () => pages({ keys: 'k8Q2s0vJ4dPq7Zt1xW9aLr5uYb3nGm6c' })
    for (const { name, run } of partContract(make)) test(name, run)
  })

  describe('holds for a part with one of everything', () => {
    const make = () =>
      definePart({
        name: 'all',
        authenticator: {
          authenticate: (request) =>
            request.bearer === 't' ? new AuthContext({ subject: 'ada' }) : null,
          surfaces: ['api', 'mcp', 'cli'],
        },
        admit: { admit: () => undefined },
        limits: { take: () => undefined },
        guards: [],
        approval: { decide: () => ({ kind: 'none' }) },
        audit: { intent() {}, outcome() {} },
        transaction: { begin() {}, beforeCommit() {} },
        actions: (routes) =>
          routes.get('/a', { name: 'a', description: 'A.', tool: true }, () => 1),
        tools: ['a'],
        asksNobody: ['a'],
        endpoints: [{ method: 'GET', path: '/e/{id}', handle: () => 1 }],
        problems: defineProblems('all', { a_lock: { status: 409, text: 'Locked', fix: 'Wait.' } }),
        variables: [{ name: 'TREFOIL_ALL_KEY', doc: 'A key.' }],
        risks: () => [{ code: 'all_risky', message: 'it is risky' }],
        commands: [{ name: 'x', describe: 'Does it.', run: () => 0 }],
        logger: { debug() {}, info() {}, warn() {}, error() {} },
        start: () => {},
        drain: () => {},
        stop: () => {},
      })
    for (const { name, run } of partContract(make)) test(name, run)
  })
})

describe('the contract is broken by', () => {
  const shared = definePart({ name: 'x' })
  let made = 0
  const broken: readonly (readonly [what: string, check: string, make: () => Part])[] = [
    ['a value that can be changed', 'is a value that nobody can change', () => ({ name: 'x' })],
    ['one value for all', 'is made anew each time, under the same name', () => shared],
    [
      'a name that changes',
      'is made anew each time, under the same name',
      () => definePart({ name: `x-${++made}` }),
    ],
    [
      'a name that changes, twice in one app',
      'is refused a second time in one app',
      () => definePart({ name: `x-${++made}` }),
    ],
    [
      'a path that the framework has',
      'fits into an app that has nothing else',
      () =>
        definePart({ name: 'x', endpoints: [{ method: 'GET', path: '/docs', handle: () => 1 }] }),
    ],
    [
      'a start that works once',
      'starts and stops, twice',
      () => {
        let starts = 0
        return definePart({
          name: 'x',
          start: () => {
            if (++starts > 1) throw new Error('once only')
          },
        })
      },
    ],
    [
      'a stop that fails',
      'is stopped when a part after it cannot start',
      () =>
        definePart({
          name: 'x',
          stop: () => {
            throw new Error('no')
          },
        }),
    ],
    [
      'an option without documentation',
      'names and documents its variables',
      () =>
        definePart({
          name: 'x',
          options: {
            name: 'x()',
            prefix: 'TREFOIL_X',
            rows: { a: { default: null, variable: true, doc: ' ' } },
          },
        }),
    ],
    [
      'a variable of somebody else',
      'names and documents its variables',
      () =>
        definePart({
          name: 'x',
          options: {
            name: 'x()',
            prefix: 'TREFOIL_X',
            rows: { a: { default: null, variable: 'TREFOIL_Y', doc: 'A.' } },
          },
        }),
    ],
    [
      'risks that are no rows',
      'says what makes it unfit for production',
      () => definePart({ name: 'x', risks: () => ['risky'] as never }),
    ],
    [
      'a risk with an odd code',
      'says what makes it unfit for production',
      () => definePart({ name: 'x', risks: () => [{ code: 'Is Risky', message: 'it is' }] }),
    ],
    [
      'a problem that says nothing to do',
      'has problems that say what to do',
      () => {
        const row = { status: 409, text: 'Locked', fix: 'wait' }
        return definePart({ name: 'x', problems: defineProblems('x', { a_lock: row }) })
      },
    ],
    [
      'an endpoint that an authenticator opens to anybody',
      'opens no endpoint that does not say it is public',
      () =>
        definePart({
          name: 'x',
          authenticator: {
            authenticate: (_request) => new AuthContext({ subject: 'anybody' }),
            surfaces: ['api'],
          },
          endpoints: [{ method: 'GET', path: '/e', handle: () => 1 }],
        }),
    ],
  ]
  test.each(broken)('%s', async (_, name, make) => {
    const check = partContract(make).find((one) => one.name === name)
    if (check === undefined) throw new Error(`no check is called '${name}'`)
    await expect(check.run()).rejects.toThrow()
  })
})
