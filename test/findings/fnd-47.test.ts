// FND-47: a manifest of a few kilobytes hung `actions describe` past its --timeout. Every walker and
// every hostile manifest is in test/attacks/hostile-manifests.test.ts; here are the budgets themselves.
import { describe, expect, test } from 'vitest'
import {
  isDeeper,
  MANIFEST_LIMITS,
  overBudget,
} from '../../packages/trefoil/src/client/manifest-budget.ts'
import { readManifest } from '../../packages/trefoil/src/client/read-answer.ts'
import { actionFlags } from '../../packages/trefoil/src/program/terminal/argv.ts'
import { flagExample } from '../../packages/trefoil/src/program/terminal/example-value.ts'
import { actionOf, HOSTILE_SCHEMAS, manifestOf } from '../attacks/hostile-manifests.ts'

const deep = (levels: number): unknown =>
  Array.from({ length: levels }).reduce<unknown>((inner) => [inner], 'end')

describe('the budget of a manifest', () => {
  const { actions, name, text, reference, depth, actionValues } = MANIFEST_LIMITS
  test.each([
    ['actions', actions, (size: number) => Array(size).fill(actionOf({}))],
    ['a name', name, (size: number) => [actionOf({}, { name: 'x'.repeat(size) })]],
    ['a member', name, (size: number) => [actionOf({ ['x'.repeat(size)]: 1 })]],
    ['a text', text, (size: number) => [actionOf({}, { description: 'x'.repeat(size) })]],
    ['a pattern', text, (size: number) => [actionOf({ pattern: 'x'.repeat(size) })]],
    ['a reference', reference, (size: number) => [actionOf({ $ref: 'x'.repeat(size) })]],
    // The schema itself is a level.
    ['levels', depth - 1, (size: number) => [actionOf({ x: deep(size) })]],
    // The three parts of an action, its other members, the member and the list.
    ['values', actionValues - 6, (size: number) => [actionOf({ enum: Array(size).fill(1) })]],
  ])('%s: so many pass, and one more does not', (_name, most, make) => {
    expect(overBudget(make(most))).toBeNull()
    expect(overBudget(make(most + 1))).toMatch(/^(more than|action 1 has )/)
    expect(readManifest(manifestOf(make(most + 1)))).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^Remote manifest is too large: /),
    })
  })

  test('all schemas together', () => {
    const action = actionOf({ enum: Array(10_000).fill(1) })
    expect(overBudget(Array(49).fill(action))).toBeNull()
    expect(overBudget(Array(50).fill(action))).toMatch(/schemas of more than 500000 values/)
  })

  test('the levels of an answer', () => {
    expect(isDeeper(deep(100), 100)).toBe(false)
    expect(isDeeper(deep(101), 100)).toBe(true)
    expect(isDeeper({ a: deep(99) }, 100)).toBe(false)
    expect(isDeeper('text', 0)).toBe(false)
  })
})

describe('the budgets of those who walk over schemas', () => {
  test.each(['members named again at every level', 'references that fan out'])('%s', (name) => {
    const schema = HOSTILE_SCHEMAS[name] as Readonly<Record<string, unknown>>
    for (const flag of actionFlags(schema)) expect(flagExample(flag).length).toBeLessThan(10_000)
  })

  const example = (member: Readonly<Record<string, unknown>>): unknown => {
    const [flag] = actionFlags({ type: 'object', properties: { x: member } })
    return flag && JSON.parse(flagExample(flag))
  }

  test('a member that is named again and again takes no room from the others', () => {
    const properties = { a: { type: 'integer' }, b: { type: 'integer' } }
    const required = [...Array<string>(500).fill('a'), 'b']
    expect(example({ type: 'object', properties, required })).toEqual({ a: 1, b: 1 })
  })

  test('an example has a hundred values at most', () => {
    const names = Array.from({ length: 500 }, (_, at) => `m${at}`)
    const properties = Object.fromEntries(names.map((name) => [name, { type: 'integer' }]))
    const made = example({ type: 'object', properties, required: names })
    expect(Object.keys(made as object).length).toBeLessThanOrEqual(100)
  })
})
