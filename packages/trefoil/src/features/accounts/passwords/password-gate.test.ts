import { expect, test } from 'vitest'
import { keyRing } from '../../../auth.ts'
import { Problem } from '../../../index.ts'
import {
  type BreachLookup,
  HashingQueue,
  PasswordHasher,
  PasswordPolicy,
  processQueue,
} from '../../../inner.ts'
import { makeGate } from './make-gate.ts'
import { NewPassword, passwordGate } from './password-gate.ts'

const GOOD = 'vqzklm wptrx bndfo'
const asks = { flow: 'register', context: [], signal: null } as const

type Result = 'clean' | 'breached' | 'unknown'

function gateOf(result: Result, options: Partial<BreachLookup> = {}) {
  const asked: string[] = []
  const breach: BreachLookup = {
    check(password) {
      asked.push(password)
      return result
    },
    ...options,
  }
  const hashed: string[] = []
  const hasher = new PasswordHasher({
    memory: 19_456,
    passes: 2,
    pepper: null,
    queue: processQueue(),
  })
  const hash = hasher.hash.bind(hasher)
  hasher.hash = (password, signal) => {
    hashed.push(password)
    return hash(password, signal)
  }
  const gate = passwordGate(
    new PasswordPolicy({ breach }),
    hasher,
    () => ['Storefront'],
    () => {},
  )
  return { gate, asked, hashed }
}

async function refusal(work: Promise<unknown>): Promise<Problem> {
  const problem = await work.then(
    () => null,
    (error: unknown) => error,
  )
  if (!Problem.is(problem)) throw new Error('It was not refused')
  return problem
}

test('S-PWD-6: a weak password is 400 password_weak with its reasons, and is not hashed', async () => {
  const { gate, asked, hashed } = gateOf('breached')
  const problem = await refusal(gate.accept('password', asks))
  expect(problem).toMatchObject({ status: 400, code: 'password_weak' })
  expect(problem.details).toEqual({
    reasons: ['min_length(15)', 'common_password', 'breached_password'],
  })
  // Asked about although it is refused anyway: all reasons at once, and the same work for whatever account.
  expect(asked).toEqual(['password'])
  expect(hashed).toEqual([])
})

test('SW-11: the name of the app, the address and the user name are context', async () => {
  const { gate } = gateOf('clean')
  for (const [password, context] of [
    ['storefront-1234567', []],
    ['marielle.okonkwo87', ['marielle.okonkwo@example.com']],
  ] as const) {
    const problem = await refusal(gate.accept(password, { ...asks, context }))
    expect(problem.details).toEqual({ reasons: ['contains_context'] })
  }
})

test('SW-09: what is accepted is a NewPassword, which nobody else makes and which shows nothing', async () => {
  const { gate } = gateOf('clean')
  const accepted = await gate.accept(GOOD, asks)
  expect(accepted).toBeInstanceOf(NewPassword)
  expect(accepted.phc).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  expect(accepted.breachState).toBe('clean')
  expect(JSON.stringify(accepted)).not.toContain('argon2')
  expect(Object.isFrozen(accepted)).toBe(true)
  expect(await gate.verify(GOOD, accepted.phc, null)).toEqual({ isRight: true, isOutdated: false })
  expect(await gate.verify(GOOD, null, null)).toEqual({ isRight: false, isOutdated: false })
})

test('PWD-2: nobody could be asked: taken and unknown, or 503 where the policy denies the flow', async () => {
  const lenient = gateOf('unknown')
  expect((await lenient.gate.accept(GOOD, asks)).breachState).toBe('unknown')
  const strict = gateOf('unknown', { onUnknown: (flow) => (flow === 'reset' ? 'deny' : 'allow') })
  expect((await strict.gate.accept(GOOD, asks)).breachState).toBe('unknown')
  const problem = await refusal(strict.gate.accept(GOOD, { ...asks, flow: 'reset' }))
  expect(problem).toMatchObject({ status: 503, code: 'unavailable' })
  expect(problem.headers).toEqual({ 'retry-after': '30' })
  expect(strict.hashed).toHaveLength(1)
})

test('PWD-2: asked again at a login; what is hashed anew keeps what is known elsewhere', async () => {
  for (const result of ['clean', 'breached', 'unknown'] as const) {
    expect(await gateOf(result).gate.recheck(GOOD)).toBe(result)
  }
  const { gate, asked } = gateOf('clean')
  expect((await gate.rehash('short', null)).phc).toMatch(/^\$argon2id\$/)
  expect(asked).toEqual([])
})

test('PWD-4: no room to hash is 503 with Retry-After, and whoever leaves while waiting is let go', async () => {
  const queue = new HashingQueue(1)
  const hasher = new PasswordHasher({ memory: 19_456, passes: 2, pepper: null, queue })
  const gate = passwordGate(
    new PasswordPolicy({ breachCheck: false }),
    hasher,
    () => [],
    () => {},
  )
  const { phc } = await gate.accept(GOOD, asks)
  const { promise: held, resolve: release } = Promise.withResolvers<void>()
  const holding = queue.run(() => held)
  const waiting = Array.from({ length: 256 }, () => queue.run(async () => {}))
  for (const work of [
    gate.verify('a', phc, null),
    gate.verify('a', null, null),
    gate.rehash('a', null),
  ]) {
    const problem = await refusal(work)
    expect(problem).toMatchObject({ status: 503, code: 'unavailable' })
    expect(Number(problem.headers?.['retry-after'])).toBeGreaterThan(0)
  }
  const gone = AbortSignal.abort(new Error('gone'))
  await expect(gate.verify('a', phc, gone)).rejects.toThrow('gone')
  release()
  await Promise.all([holding, ...waiting])
})

test('PWD-4: figures and pepper of accounts(); what was hashed before is outdated', async () => {
  const before = makeGate(
    {
      passwordPolicy: new PasswordPolicy({ breachCheck: false }),
      passwordHashing: { memory: 19 * 1024 * 1024, passes: 2 },
      pepper: null,
    },
    () => [],
    () => {},
  )
  const { phc, breachState } = await before.accept(GOOD, asks)
  expect(breachState).toBe('unknown')
  const after = makeGate(
    {
      passwordPolicy: new PasswordPolicy({ breachCheck: false }),
      passwordHashing: { memory: 20 * 1024 * 1024, passes: 3 },
      pepper: keyRing('p'.repeat(32)),
    },
    () => [],
    () => {},
  )
  expect(await after.verify(GOOD, phc, null)).toEqual({ isRight: true, isOutdated: true })
  const again = await after.rehash(GOOD, null)
  expect(again.phc).toMatch(/^\$argon2id\$v=19\$m=20480,t=3,p=1,keyid=[A-Za-z0-9+/]{8}\$/)
  expect(await after.verify(GOOD, again.phc, null)).toEqual({ isRight: true, isOutdated: false })
})

test('PWD-3: an onUnknown of plain JavaScript that gives no answer lets nothing in', async () => {
  for (const answer of [Promise.resolve('allow'), 'DENY', null, true]) {
    const { gate, hashed } = gateOf('unknown', { onUnknown: () => answer as 'allow' })
    expect((await refusal(gate.accept(GOOD, asks))).status).toBe(503)
    expect(hashed).toEqual([])
  }
})
