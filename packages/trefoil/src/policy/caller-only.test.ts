import { expect, test } from 'vitest'
import { AuthContext } from '../contract/auth/auth-context.ts'
import { readGuard } from '../contract/auth/read-guard.ts'
import type { Action } from '../contract/call/action.ts'
import type { Call, Guard } from '../contract/call/call.ts'
import { NO_NEED } from '../contract/call/need.ts'
import { allOf, anyOf, not } from './guards/combined.ts'
import { partsMayPass } from './guards/may-pass.ts'
import { guard, inputGuard } from './guards/own-guard.ts'
import { hasAllRoles, hasAllScopes, hasRole, hasScope } from './guards/roles-and-scopes.ts'
import { callerOnly } from './visible.ts'

const RIGHTS = ['a', 'b', 'c']
const CALLERS = RIGHTS.flatMap((role) =>
  RIGHTS.map((scope) => new AuthContext({ subject: 'x', roles: [role, 'd'], scopes: [scope] })),
)
const withInput: Guard = inputGuard({ name: 'Own', check: () => false })
const BUILT_IN: readonly Guard[] = [
  hasRole('a'),
  hasRole('a', 'b'),
  hasAllRoles('a', 'd'),
  hasScope('b'),
  hasAllScopes('b', 'c'),
  allOf(hasRole('a'), hasScope('c')),
  anyOf(hasRole('a'), hasRole('b')),
  anyOf(hasRole('a'), withInput),
  allOf(hasRole('b'), withInput),
  anyOf(allOf(hasRole('a'), hasAllRoles('d', 'e')), hasRole('c')),
]

/** What `callerOnly` reads of an action. */
function action(guards: readonly Guard[], isPublic = false): Action {
  const each = <Value>(value: Value) => ({ api: value, mcp: value, cli: value })
  const some = { guards, appGuards: [], public: each(isPublic), need: each(NO_NEED) }
  return some as unknown as Action
}

test('SURF-3, PW-20: what goes by the caller alone is decided as the guards decide it', () => {
  for (const each of BUILT_IN) {
    const asked = readGuard('test', each)
    const shows = callerOnly(action([asked]), 'mcp')
    for (const auth of CALLERS) {
      const passes = partsMayPass([asked], false, auth, {} as Call)
      expect([each.name, [...auth.roles], shows?.(auth)]).toEqual([
        each.name,
        [...auth.roles],
        passes,
      ])
    }
    const hasSay = !asked.needsInput || asked.name.startsWith('AllOf')
    expect(shows?.(null)).toBe(!hasSay)
  }
})

test('SURF-3: of what is public nobody is the caller', () => {
  const [caller] = CALLERS
  expect(callerOnly(action([hasRole('a')], true), 'mcp')?.(caller ?? null)).toBe(false)
})

test('SURF-3: a guard that may look at more is asked', () => {
  const own = guard({ name: 'Own', check: () => true })
  const copy = { ...hasRole('a'), decide: () => ({ allow: true as const }) }
  for (const each of [own, copy, not(hasRole('a'), 'no'), allOf(hasRole('a'), own)]) {
    expect(callerOnly(action([readGuard('test', each)]), 'mcp')).toBeNull()
  }
})
