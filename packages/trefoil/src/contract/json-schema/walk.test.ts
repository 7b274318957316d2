import { describe, expect, it } from 'vitest'
import { textKinds } from '../params/text-kinds.ts'
import { SCHEMA_BOUNDS, SchemaBudget, SchemaWalk } from './walk.ts'

describe('what a reference leads to (FND-43, FND-47)', () => {
  const inner = { type: 'string' }
  const root = { $defs: { A: inner, 'a/b c': inner, 'half%': inner } }

  it.each([
    ['#/$defs/A', inner],
    ['#/$defs/a~1b%20c', inner],
    ['#/$defs/half%', inner],
    ['#', root],
    ['#/$defs/toString', undefined],
    ['#/$defs/none', undefined],
    ['https://example.com/a.json', undefined],
  ])('%s', ($ref, target) => {
    expect(new SchemaWalk(root).follow({ $ref })?.target).toBe(target)
  })

  it('is nothing without one', () => {
    expect(new SchemaWalk(root).follow({ type: 'string' })).toBeUndefined()
  })

  it('is not followed round in a circle', () => {
    const followed = new SchemaWalk(root).follow({ $ref: '#' })
    expect(followed?.walk.follow({ $ref: '#' })).toBeNull()
  })

  it('is not followed for ever', () => {
    let walk = new SchemaWalk(root)
    for (let depth = 0; depth < SCHEMA_BOUNDS.depth; depth++) {
      walk = walk.follow({ $ref: `#/${depth}` })?.walk ?? walk
    }
    expect(walk.follow({ $ref: '#/$defs/A' })).toBeNull()
  })
})

describe('how much is looked at (FND-47)', () => {
  it('is bounded for one question, wherever its references lead', () => {
    const walk = new SchemaWalk({ $defs: {} })
    const behind = walk.follow({ $ref: '#/$defs' })?.walk
    for (let count = 0; count < SCHEMA_BOUNDS.schemas; count++) {
      expect((count % 2 === 0 ? walk : behind)?.enter()).toBe(true)
    }
    expect(walk.enter()).toBe(false)
  })

  it('is bounded for all questions about one action', () => {
    const action = { left: 3 }
    expect(new SchemaBudget(action).spend(2)).toBe(true)
    expect(new SchemaBudget(action).spend(2)).toBe(false)
  })

  it('W-33: ends for a schema that doubles at every step', () => {
    const steps = Array.from({ length: 60 }, (_, index) => {
      const next = { $ref: `#/$defs/${index + 1}` }
      return [String(index), { anyOf: [next, next] }]
    })
    const schema = { $ref: '#/$defs/0', $defs: Object.fromEntries([...steps, ['60', {}]]) }
    expect(textKinds(schema)).toBeNull()
  })
})
