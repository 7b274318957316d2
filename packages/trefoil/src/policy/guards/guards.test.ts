import { describe, expect, test } from 'vitest'
import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import type { GuardDecision } from '../../contract/auth/guard-decision.ts'
import { deny } from '../../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { ImproperlyConfigured, Problem } from '../../contract/problems/problem.ts'
import { allOf, anyOf, not } from './combined.ts'
import { guard, inputGuard } from './own-guard.ts'
import { requireAuth } from './require-auth.ts'
import { hasAllRoles, hasAllScopes, hasRole, hasScope } from './roles-and-scopes.ts'

interface Line {
  readonly fields: object | string
  readonly message: string | undefined
}

/** The part of a call that guards of ours look at. */
function callWith(signal = new AbortController().signal): {
  readonly call: Call
  readonly lines: Line[]
} {
  const lines: Line[] = []
  const error = (fields: object | string, message?: string) => void lines.push({ fields, message })
  return { call: { signal, log: { error } } as unknown as Call, lines }
}

function caller(identity: Omit<Identity, 'subject'> = {}): AuthContext {
  return new AuthContext({ subject: 'a', ...identity })
}

/** What is told to the caller; `null` for somebody who may pass. */
async function denial(one: Guard, auth = caller(), { call } = callWith()): Promise<string | null> {
  const decision = await one.decide(auth, call)
  return 'deny' in decision ? decision.text : null
}

const YES = guard({ name: 'Yes', check: () => true })
const NO = guard({ name: 'No', check: () => false })
const CRASH = guard({
  name: 'Crash',
  check: () => {
    throw new Error('secret')
  },
})

test.each<[string, Guard, Omit<Identity, 'subject'>, string]>([
  [
    'HasRole',
    hasRole('manager', 'admin'),
    { roles: ['viewer'] },
    'Requires any of roles [admin, manager], but client has [viewer]',
  ],
  [
    'HasAllRoles',
    hasAllRoles('ops', 'admin', 'analyst'),
    { roles: ['admin'] },
    'Requires all roles [admin, analyst, ops], client has [admin], missing [analyst, ops]',
  ],
  [
    'HasScope',
    hasScope('write', 'read'),
    {},
    'Requires any of scopes [read, write], but client has [(none)]',
  ],
  [
    'HasAllScopes',
    hasAllScopes('b', 'a'),
    { scopes: ['z', 'a'] },
    'Requires all scopes [a, b], client has [a, z], missing [b]',
  ],
])('P-GRD-1: %s denies in the fixed words', async (name, one, identity, text) => {
  expect(one).toMatchObject({ name, needsInput: false })
  expect(await denial(one, caller(identity))).toBe(text)
})

test.each<[string, Guard, Omit<Identity, 'subject'>]>([
  ['any role', hasRole('admin', 'viewer'), { roles: ['viewer'] }],
  ['all roles', hasAllRoles('a', 'b'), { roles: ['b', 'a', 'c'] }],
  ['any scope', hasScope('r', 'w'), { scopes: ['w'] }],
  ['all scopes', hasAllScopes('r'), { scopes: ['r'] }],
  ['being known', requireAuth(), {}],
])('P-GRD-1: %s is enough', async (_, one, identity) => {
  expect(await denial(one, caller(identity))).toBeNull()
})

test('P-GRD-1: roles are no scopes', async () => {
  expect(await denial(hasRole('admin'), caller({ scopes: ['admin'] }))).not.toBeNull()
  expect(await denial(hasScope('admin'), caller({ roles: ['admin'] }))).not.toBeNull()
})

test('P-GRD-1: requireAuth in its words', async () => {
  // The engine asks no guard about nobody.
  expect(await denial(requireAuth(), null as unknown as AuthContext)).toBe(
    'Authentication required — no client identity found on the request',
  )
})

describe('construction', () => {
  const makers = { hasRole, hasAllRoles, hasScope, hasAllScopes }
  test.each(Object.entries(makers))('PW-09: %s() with nothing is a mistake', (name, make) => {
    expect(() => make()).toThrow(
      new ImproperlyConfigured(`${name}() needs at least one value: an empty list guards nothing`),
    )
  })

  test.each(Object.entries(makers))('PW-13: %s(["a"]) is a mistake', (name, make) => {
    const message = `${name}() takes non-empty text values, not a list`
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => make(['a'])).toThrow(message)
    expect(() => make('')).toThrow(message)
  })

  test('P-GRD-1, S-PRI-3: scope guards name their scopes for the challenge, role guards none', () => {
    expect(hasScope('b', 'a', 'b').scopes).toEqual(['a', 'b'])
    expect(hasAllScopes('x').scopes).toEqual(['x'])
    expect(hasRole('x').scopes).toBeUndefined()
  })

  const check = () => true
  test.each<[object, string]>([
    [{ check }, "guard() needs a name, such as 'OwnsOrder'"],
    [{ name: '', check }, 'guard() needs a name'],
    [{ name: 'A' }, "guard() 'A': check must be a function, got undefined"],
    [{ name: 'A', check, denial: 'no' }, "guard() 'A': denial must be a function, got text"],
    [{ name: 'A', check, needsInput: true }, 'write inputGuard({ … })'],
    [{ name: 'A', check, check2: 1 }, "guard(): unknown option 'check2'; did you mean 'check'?"],
  ])('PW-09: guard(%o) is a mistake', (options, message) => {
    expect(() => guard(options as never)).toThrow(message)
  })

  test('PW-09: combining nothing, and combining what is no guard, are mistakes', () => {
    expect(() => allOf()).toThrow('allOf() needs at least one guard: none guards nothing')
    expect(() => anyOf()).toThrow('anyOf() needs at least one guard: none guards nothing')
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => anyOf([YES])).toThrow('anyOf(): a guard such as hasRole')
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => allOf(() => true)).toThrow('got a function')
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => not(YES)).toThrow(
      "not() needs a text for its caller: not(guard, 'Not for guests')",
    )
    const former = { name: 'Old', needsInput: false, check: () => true }
    // @ts-expect-error: a guard of 0.1
    expect(() => allOf(former)).toThrow('make one with guard({ name, check })')
  })
})

describe('P-GRD-2: own guards', () => {
  test('say their name unless they have words of their own', async () => {
    expect(await denial(guard({ name: 'Owns', check: () => false }))).toBe('Access denied by Owns')
    const spoken = inputGuard({ name: 'Owns', check: () => deny('Not yours') })
    expect(spoken.needsInput).toBe(true)
    expect(await denial(spoken)).toBe('Not yours')
  })

  test('may have their words apart, which are asked for a plain `false` alone', async () => {
    const asked: string[] = []
    const make = (answer: unknown, denial: unknown = () => 'in words') =>
      guard({
        name: 'Owns',
        check: (() => answer) as () => boolean,
        denial: ((auth: AuthContext) => {
          asked.push(auth.subject)
          return (denial as () => string)()
        }) as () => string,
      })
    for (const no of [false, Promise.resolve(false)]) {
      expect(await denial(make(no))).toBe('in words')
      expect(await denial(make(no, async () => 'later'))).toBe('later')
    }
    expect(asked).toEqual(['a', 'a', 'a', 'a'])
    expect(await denial(make(true))).toBeNull()
    expect(await denial(make(Promise.resolve(true)))).toBeNull()
    expect(await denial(make(deny('own')))).toBe('own')
    expect(await denial(make('odd'))).toBe('Access denied by Owns')
    expect(asked).toHaveLength(4)
  })

  test.each<[string, () => unknown]>([
    ['no text', () => 7],
    ['empty text', () => ''],
    ['nothing', () => undefined],
    ['a throw', () => CRASH.decide(caller(), null as never)],
    ['a rejection', () => Promise.reject(new Error('secret'))],
    ['an allowance', () => ({ allow: true })],
    ['true', () => true],
  ])('P-GRD-2: words that are %s still deny, and are logged', async (_, words) => {
    const seen = callWith()
    const one = guard({ name: 'Owns', check: () => false, denial: words as () => string })
    expect(await denial(one, caller(), seen)).toBe('Access denied by Owns')
    expect(seen.lines).toHaveLength(1)
    // Somebody has decided: it is a denial, and its opposite allows.
    expect(await denial(not(one, 'x'), caller(), seen)).toBeNull()
  })

  test('may write a decision by hand, with scopes for the challenge', async () => {
    const { call } = callWith()
    const byHand = guard({
      name: 'Paid',
      check: () => ({ deny: true, text: 'Pay first', scopes: ['paid'] }),
    })
    expect(await byHand.decide(caller(), call)).toEqual({
      deny: true,
      text: 'Pay first',
      scopes: ['paid'],
    })
    expect(await denial(guard({ name: 'A', check: async () => ({ allow: true }) }))).toBeNull()
  })

  const polluted = (members: object) => Object.create(members)
  test.each<[unknown]>([
    [undefined],
    [null],
    [1],
    ['yes'],
    [[]],
    [{}],
    [{ allow: 1 }],
    [{ allow: true, deny: true, text: 'both' }],
    [{ deny: true }],
    [{ deny: true, text: 7 }],
    [{ deny: true, text: 'x', scopes: 'all' }],
    [{ deny: false, text: 'x' }],
    [polluted({ allow: true })],
    [new Proxy({ allow: true }, { get: () => 'odd' })],
  ])('W-9: the answer %o denies, and is a mistake that is logged', async (answer) => {
    for (const check of [() => answer, async () => answer]) {
      const seen = callWith()
      const odd = guard({ name: 'Odd', check: check as () => boolean })
      expect(await denial(odd, caller(), seen)).toBe('Access denied by Odd')
      expect(seen.lines).toHaveLength(1)
      // Nor does its opposite let anybody in.
      expect(await denial(not(odd, 'no'), caller(), seen)).toBe('no')
    }
  })

  test('a getter that would say something else the second time is asked once', async () => {
    let reads = 0
    const answer = {
      get allow() {
        return reads++ > 0 ? true : undefined
      },
      deny: true,
      text: 'no',
    }
    const odd = guard({ name: 'Odd', check: () => answer as unknown as GuardDecision })
    expect(await denial(odd)).toBe('no')
    expect(reads).toBe(1)
  })

  test('deny() takes text, and scopes that a challenge can name', () => {
    expect(() => deny('')).toThrow('deny() takes non-empty text')
    // @ts-expect-error: what JavaScript callers may hand over
    expect(() => deny('x', { scopes: 'all' })).toThrow('scopes must be a list')
    expect(Object.isFrozen(deny('x', { scopes: ['a'] }))).toBe(true)
  })
})

describe('combined guards keep the reasons of their parts', () => {
  test('allOf: the first that denies has the word', async () => {
    let asked = 0
    const counting = guard({ name: 'Counting', check: () => ++asked > 0 })
    expect(await denial(allOf(YES, hasRole('admin'), counting))).toBe(
      'Requires any of roles [admin], but client has [(none)]',
    )
    expect(asked).toBe(0)
    expect(allOf(YES, NO)).toMatchObject({ name: 'AllOf(Yes, No)', needsInput: false })
  })

  test('anyOf: all have the word, and the scopes are joined for the challenge', async () => {
    const one = anyOf(hasRole('admin'), hasScope('b'), hasScope('a', 'b'))
    expect(one).toMatchObject({ name: 'AnyOf(HasRole, HasScope, HasScope)', scopes: ['a', 'b'] })
    const decision = await one.decide(caller(), callWith().call)
    expect(decision).toMatchObject({
      text:
        'Requires any of roles [admin], but client has [(none)]; or: ' +
        'Requires any of scopes [b], but client has [(none)]; or: ' +
        'Requires any of scopes [a, b], but client has [(none)]',
      scopes: ['a', 'b'],
    })
    expect(await denial(one, caller({ scopes: ['a'] }))).toBeNull()
  })

  test('not: says what it was given, and asks for no scopes', async () => {
    const one = not(hasRole('guest'), 'Not for guests')
    expect(one).toMatchObject({ name: 'Not(HasRole)', needsInput: false })
    expect(one.scopes).toBeUndefined()
    expect(await denial(one, caller({ roles: ['guest'] }))).toBe('Not for guests')
    expect(await denial(one)).toBeNull()
  })

  test('one that reads arguments makes all of it wait for them', () => {
    const late = inputGuard({ name: 'Late', check: () => true })
    expect(allOf(YES, late).needsInput).toBe(true)
    expect(anyOf(YES, not(late, 'x')).needsInput).toBe(true)
  })

  test('a part that is changed later changes nothing', async () => {
    const part = { name: 'Part', needsInput: false, decide: () => ({ deny: true, text: 'no' }) }
    const one = anyOf(part as unknown as Guard)
    Object.assign(part, { decide: () => ({ allow: true }) })
    expect(await denial(one)).toBe('no')
  })
})

describe('a crash lets nobody in, whatever it is combined with', () => {
  test.each<[string, Guard, boolean]>([
    ['not', not(CRASH, 'x'), false],
    ['not not', not(not(CRASH, 'x'), 'y'), false],
    ['not anyOf', not(anyOf(NO, CRASH), 'x'), false],
    ['not allOf', not(allOf(YES, CRASH), 'x'), false],
    ['allOf', allOf(YES, CRASH), false],
    ['anyOf beside one that allows', anyOf(CRASH, YES), true],
  ])('%s', async (_, one, passes) => {
    const seen = callWith()
    const text = await denial(one, caller(), seen)
    expect(text === null).toBe(passes)
    expect(text ?? '').not.toContain('secret')
    expect(seen.lines.map(({ message }) => message)).toEqual(['Guard failed'])
  })
})

describe('FND-16: nothing is asked once the time is up', () => {
  test.each(['TIMEOUT', 'client_disconnected'] as const)('%s', async (code) => {
    const abort = new AbortController()
    const gate = Promise.withResolvers<boolean>()
    const slow = guard({ name: 'Slow', check: () => gate.promise })
    for (const make of [
      (last: Guard) => allOf(slow, last),
      (last: Guard) => anyOf(not(slow, 'x'), last),
    ]) {
      let asked = 0
      const last = guard({ name: 'Last', check: () => ++asked > 0 })
      const deciding = make(last).decide(caller(), callWith(abort.signal).call)
      gate.resolve(true)
      if (!abort.signal.aborted) abort.abort(new Problem(code))
      const decision = await deciding
      // A call whose caller has left goes on.
      expect([asked, 'deny' in decision]).toEqual(code === 'TIMEOUT' ? [0, true] : [1, false])
    }
  })
})
