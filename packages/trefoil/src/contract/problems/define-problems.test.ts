import { describe, expect, test } from 'vitest'
import { defineProblems, isProblemSet } from './define-problems.ts'
import { Problem } from './problem.ts'
import { PROBLEMS } from './problems.ts'

const ROW = { status: 409, text: 'Order is locked', fix: 'Unlock it first.' }

describe('defineProblems()', () => {
  test('makes complete, frozen rows', () => {
    const shop = defineProblems('shop', { order_locked: ROW })
    expect(shop.rows.order_locked).toEqual({ ...ROW, mcp: 'tool', exit: 1 })
    expect(Object.isFrozen(shop)).toBe(true)
    expect(Object.isFrozen(shop.rows)).toBe(true)
    expect(Object.isFrozen(shop.rows.order_locked)).toBe(true)
    expect(isProblemSet(shop)).toBe(true)
    expect(isProblemSet({ ...shop })).toBe(false)
    expect(isProblemSet(new Proxy(shop, {}))).toBe(false)
  })

  test('makes problems that say what their row says, and what is known of the case', () => {
    const shop = defineProblems('shop', { order_locked: { ...ROW, exit: 9, mcp: 'http' } })
    const problem = shop.problem('order_locked', { details: { order: 'a' } })
    expect(problem).toBeInstanceOf(Problem)
    expect(problem).toMatchObject({
      code: 'order_locked',
      publicCode: 'order_locked',
      status: 409,
      detail: ROW.text,
      fix: ROW.fix,
      details: { order: 'a' },
    })
    expect(Problem.rowOf(problem)).toMatchObject({ exit: 9, mcp: 'http' })
    expect(() => Object.assign(problem, { status: 200 })).toThrow(TypeError)
  })

  test('knows its own, and not those of another table with the same code', () => {
    const shop = defineProblems('shop', { order_locked: ROW })
    const other = defineProblems('other', { order_locked: ROW })
    expect(shop.is(shop.problem('order_locked'))).toBe(true)
    expect(other.is(shop.problem('order_locked'))).toBe(false)
    expect(shop.is({ code: 'order_locked' })).toBe(false)
    expect(shop.is(new Problem('not_found'))).toBe(false)
  })

  test('refuses a code that it does not have, without naming it', () => {
    const shop = defineProblems('shop', { order_locked: ROW })
    // @ts-expect-error no code of this table
    expect(() => shop.problem('hunter2')).toThrow(/has no such code; it has order_locked/)
    // @ts-expect-error no code of the built-in table
    expect(() => new Problem('order_locked')).toThrow(/defineProblems\(\)/)
  })

  test.each([
    ['a code that is no snake_case', { OrderLocked: ROW }, /snake_case/],
    ['a code of the built-in table', { not_found: ROW }, /built-in table/],
    ['a status of success', { a: { ...ROW, status: 200 } }, /status from 400 to 599/],
    ['a row without a text', { a: { ...ROW, text: '' } }, /needs a text/],
    ['a row without a fix', { a: { status: 400, text: 'x' } }, /needs a fix/],
    ['an exit code of success', { a: { ...ROW, exit: 0 } }, /1 to 125/],
    ['an unknown form for MCP', { a: { ...ROW, mcp: 'tools' } }, /neither 'tool' nor 'http'/],
    ['a misspelt member', { a: { ...ROW, exits: 2 } }, /unknown option 'exits'; did you mean/],
    ['no row', { a: null }, /must be a row/],
  ])('refuses %s', (_, rows, message) => {
    expect(() => defineProblems('shop', rows as never)).toThrow(message)
  })

  test('refuses a call without a name or rows', () => {
    expect(() => defineProblems({} as never, {})).toThrow(/takes a name/)
    expect(() => defineProblems('shop', null as never)).toThrow(/object of rows/)
  })

  test('a row is read once', () => {
    let reads = 0
    const row = {
      text: 'x',
      fix: 'y',
      get status() {
        reads++
        return reads === 1 ? 409 : 200
      },
    }
    expect(defineProblems('shop', { a: row }).rows.a.status).toBe(409)
  })
})

test('FND-53: the built-in table cannot be changed, all the way down', () => {
  expect(Object.isFrozen(PROBLEMS)).toBe(true)
  for (const row of Object.values(PROBLEMS)) expect(Object.isFrozen(row)).toBe(true)
  expect(() => Object.assign(PROBLEMS.AUTHENTICATION_ERROR, { status: 200 })).toThrow(TypeError)
})
