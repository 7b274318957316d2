// The deterministic gate of second factors: whoever guesses learns nothing by what it costs (ENUM-1).
import { expect, test, vi } from 'vitest'
import { differences, tupleOf, type Work, workByState } from '../support/work-count.ts'
import { codeAt, FactorWorld } from './second-factor-world.ts'

vi.setConfig({ testTimeout: 60_000 })

const ADA = 'ada@example.com'
const BOB = 'bob@example.com'
const STEP = 30_000

async function peopled() {
  const world = new FactorWorld({
    accounts: {
      lockout: { threshold: 100, addressThreshold: 10_000 },
      mfa: { emailOtp: { enabled: true }, recoveryCodes: 2 },
    },
  })
  const ada = await world.enrol(ADA)
  const bob = await world.enrol(BOB)
  await world.signIn(ada)
  await world.jobs.runDue()
  return { world, ada, bob }
}

async function costs(
  world: FactorWorld,
  codes: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Work>> {
  const tokens = new Map<string, string[]>()
  for (const state of Object.keys(codes)) {
    const all: string[] = []
    // Warmed up, and counted.
    while (all.length < 2) all.push(await world.preTokenOf(ADA))
    tokens.set(state, all)
  }
  return workByState(Object.keys(codes), async (state) => {
    const answer = await world.verify(tokens.get(state)?.pop() ?? '', codes[state] ?? '')
    expect(answer.code).toBe('invalid_code')
  })
}

test('ENUM-1: a code that is wrong, used, over, another’s or of no form costs the same, and no hash', async () => {
  const { world, ada, bob } = await peopled()
  await using _ = world
  const works = await costs(world, {
    wrong: '000000',
    used: codeAt(ada.secret, world.at - STEP),
    over: codeAt(ada.secret, world.at - 20 * STEP),
    foreign: codeAt(bob.secret, world.at),
    'no code': 'no code',
    empty: '',
  })
  expect(differences(works)).toEqual([])
  expect(tupleOf([...works.values()][0] as Work)[0]).toBe('none')
})

test('ENUM-1, MFA-5: a recovery code that is wrong, used, or another’s costs the same: one hash', async () => {
  const { world, ada, bob } = await peopled()
  await using _ = world
  const [used = ''] = ada.codes
  expect((await world.verify(await world.preTokenOf(ADA), used)).status).toBe(200)
  const works = await costs(world, { wrong: 'zzzzzzzzzz', used, foreign: bob.codes[0] ?? '' })
  expect(differences(works)).toEqual([])
  expect(tupleOf([...works.values()][0] as Work)[0]).toBe('argon2id m=19456 t=2 p=1')
})

test('ENUM-1: who has used up all recovery codes is told apart by no hash', async () => {
  const { world, ada } = await peopled()
  await using _ = world
  const before = await costs(world, { some: 'zzzzzzzzzz' })
  for (const code of ada.codes) await world.verify(await world.preTokenOf(ADA), code)
  const after = await costs(world, { none: 'zzzzzzzzzz' })
  expect(differences(new Map([...before, ...after]))).toEqual([])
})

test('ENUM-1: a pre-token that is over, used, or none at all costs the same', async () => {
  const { world, ada } = await peopled()
  await using _ = world
  const used = await world.preTokenOf(ADA)
  await world.verify(used, codeAt(ada.secret, world.at))
  const over = await world.preTokenOf(ADA)
  world.at += 300_001
  const tokens: Readonly<Record<string, string>> = { used, over, none: 'x', empty: '' }
  const works = await workByState(Object.keys(tokens), async (state) => {
    expect((await world.verify(tokens[state] ?? '', '000000')).code).toBe('invalid_pre_token')
  })
  expect(differences(works)).toEqual([])
})

test('a code that is right costs one unit, and one more for a mail that was counted', async () => {
  const { world, ada } = await peopled()
  await using _ = world
  const works = await workByState(['app'], async () => {
    const pre = await world.preTokenOf(ADA)
    world.at += STEP
    expect((await world.verify(pre, codeAt(ada.secret, world.at))).status).toBe(200)
  })
  const [, , units] = tupleOf(works.get('app') as Work)
  expect(units).toBeLessThanOrEqual(2)
})
