// allOf, anyOf and not agree with the algebra they are named after, faults included: what nobody
// decided is neither true nor false, and lets nobody in (Kleene's three values).
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { allOf, anyOf, not } from './combined.ts'
import { guard } from './own-guard.ts'

type Value = 'allow' | 'deny' | 'fault'

type Tree =
  | { readonly kind: 'leaf'; readonly value: Value; readonly waits: boolean }
  | { readonly kind: 'all' | 'any'; readonly parts: readonly Tree[] }
  | { readonly kind: 'not'; readonly part: Tree }

const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.record({
      kind: fc.constant('leaf' as const),
      value: fc.constantFrom<Value>('allow', 'deny', 'allow', 'deny', 'fault'),
      waits: fc.boolean(),
    }),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      parts: fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({ kind: fc.constant('not' as const), part: tie('tree') }),
  ),
}))

function guardOf(one: Tree): Guard {
  if (one.kind === 'not') return not(guardOf(one.part), 'not')
  if (one.kind === 'all') return allOf(...one.parts.map(guardOf))
  if (one.kind === 'any') return anyOf(...one.parts.map(guardOf))
  const { value, waits } = one
  const answer = () => {
    if (value === 'fault') throw new Error('fault')
    return value === 'allow'
  }
  return guard({ name: value, check: waits ? async () => answer() : answer })
}

/** What the algebra says; parts behind the one that settles it count for nothing. */
function valueIn(one: Tree): Value {
  if (one.kind === 'leaf') return one.value
  if (one.kind === 'not')
    return { allow: 'deny', deny: 'allow', fault: 'fault' }[valueIn(one.part)] as Value
  const values = one.parts.map(valueIn)
  if (one.kind === 'all') return values.find((value) => value !== 'allow') ?? 'allow'
  if (values.includes('allow')) return 'allow'
  return values.includes('fault') ? 'fault' : 'deny'
}

const auth = new AuthContext({ subject: 'a' })
const call = {
  signal: new AbortController().signal,
  log: { error: () => {} },
} as unknown as Call

/** Large trees, many times: most of them wait for something. */
const RUNS = Number(process.env['TREFOIL_RUNS'] ?? 10_000)

test('P-GRD-2: combined guards keep to boolean algebra (property)', async () => {
  await fc.assert(
    fc.asyncProperty(tree, async (one) => {
      const decision = await guardOf(one).decide(auth, call)
      expect('deny' in decision ? 'no' : 'yes').toBe(valueIn(one) === 'allow' ? 'yes' : 'no')
    }),
    { numRuns: RUNS },
  )
})
