import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { differences, tupleOf, workByState, workOf } from '../support/work-count.ts'
import {
  ADDRESS_STATES,
  type AddressState,
  addressOf,
  appOfStates,
  FLOW_NAMES,
  FLOWS,
  type FlowName,
  forgetTries,
} from './account-states.ts'
import { type AccountsApp, ADA, type Answer, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'

const HOUR = 3_600_000

// Each state is asked for several times, with a hash each.
vi.setConfig({ testTimeout: 60_000 })

let app: AccountsApp

beforeAll(async () => {
  app = await appOfStates()
})
afterAll(() => app[Symbol.asyncDispose]())

function visit(flow: FlowName, state: AddressState): Promise<Answer> {
  const [path, body] = FLOWS[flow](addressOf(state))
  return app.post(path, body)
}

/** Nobody is to be locked by what was tried for another test. */
beforeEach(() => forgetTries(app))

/** All that leaves, without what is another at each call. */
function shown({ status, body, headers }: Answer): unknown {
  const { request_id: _, retry_after: __, ...rest } = body
  const others = ['x-request-id', 'date', 'retry-after']
  const masked = [...headers].filter(([name]) => !others.includes(name))
  return { status, body: rest, headers: masked }
}

describe.each(FLOW_NAMES)('%s', (flow) => {
  it('ENUM-1: costs the same for every state: hashes, statements, units, connections, jobs', async () => {
    const works = await workByState(ADDRESS_STATES, (state) => visit(flow, state))
    // Hashes of other figures take another time by their nature: the floor of imported hashes is for that.
    const told = differences(works).filter((line) => !line.includes('m=7168 t=5'))
    expect(told).toEqual([])
    const [hashes, statements, , outbound] = tupleOf(works.get('wrong') ?? (await workOf(fail)))
    expect(hashes.split(' + ')).toHaveLength(1)
    expect([hashes !== 'none', statements > 0]).toEqual([
      flow.startsWith('login') || flow === 'register',
      flow !== 'register with a weak password',
    ])
    // ENUM-3: nobody waits for a mail server.
    expect(outbound).toBe(0)
  })

  it('ENUM-2, S-LOGIN-2: answers the same for every state, byte by byte', async () => {
    const usual = shown(await visit(flow, 'unknown'))
    for (const state of ADDRESS_STATES) {
      expect([state, shown(await visit(flow, state))]).toEqual([state, usual])
    }
  })
})

describe('whoever registers an address and then signs in there', () => {
  it('ENUM-1, ENUM-2: learns nothing of whether it had an account: not by answers, cost or locks', async () => {
    const own = 'a password of the attacker, 77'
    const states = ['unknown', 'wrong', 'disabled', 'unverified', 'no password'] as const
    const register = (state: AddressState) =>
      app.post('/register', { email: addressOf(state), password: own })
    const login = (state: AddressState, password = own) =>
      app.post('/login', { email: addressOf(state), password })
    // The newest registration of an address is the one that counts.
    app.at += 1000
    for (const state of states) await register(state)
    const usual = shown(await login('unknown'))
    expect(usual).toMatchObject({ status: 400, body: { detail: 'LOGIN_USER_NOT_VERIFIED' } })
    for (const state of states) expect([state, shown(await login(state))]).toEqual([state, usual])
    await forgetTries(app)
    const works = await workByState(states, (state) => login(state))
    expect(differences(works)).toEqual([])
    await forgetTries(app)
    // Nor does it forgive wrong guesses: it is one, at an account and at none.
    for (const state of states) {
      for (let n = 0; n < 4; n++) {
        const password = n % 2 === 0 ? own : 'nobody-ever-had-this-one-41'
        expect((await login(state, password)).status).toBe(400)
      }
      expect([state, (await login(state)).body['code']]).toEqual([state, 'account_locked'])
    }
    await forgetTries(app)
    // Whose account it is signs in with his own password all the same.
    expect((await login('wrong', PASSWORD)).status).toBe(200)
    app.at += 1000
    await app.post('/register', { email: addressOf('wrong'), password: PASSWORD })
    expect((await login('wrong', PASSWORD)).status).toBe(200)
    expect((await login('wrong')).body['detail']).toBe('LOGIN_BAD_CREDENTIALS')
  })
})

describe('a lock', () => {
  it('ENUM-1, LOCK-7: is the same where there is an account and where there is none', async () => {
    const states = ['wrong', 'unknown', 'disabled', 'unverified', 'no password'] as const
    const guess = (state: AddressState, password = 'nobody-ever-had-this-one-41') =>
      app.post('/login', { email: addressOf(state), password })
    for (const state of states) for (let n = 0; n < 5; n++) await guess(state)
    const usual = await guess('unknown')
    expect(usual.status).toBe(429)
    for (const state of states) {
      expect([state, shown(await guess(state))]).toEqual([state, shown(usual)])
      // Nor is the right one another.
      expect([state, shown(await guess(state, PASSWORD))]).toEqual([state, shown(usual)])
    }
    const works = await workByState(states, (state) => guess(state))
    expect(differences(works)).toEqual([])
    expect(tupleOf(works.get('wrong') ?? (await workOf(fail)))[0]).toBe('none')
  })
})

describe('a link that opens nothing', () => {
  it('ENUM-1: costs and says the same whether it was used, is over, of another purpose or forged', async () => {
    const { used, over, other } = await links(app)
    const tokens = { forged: 'x.y', used, over, other } as const
    const states = ['forged', 'used', 'over', 'other'] as const
    const open = (state: (typeof states)[number]) =>
      app.post('/reset-password', { token: tokens[state], password: PASSWORD })
    expect(differences(await workByState(states, open))).toEqual([])
    const usual = shown(await open('forged'))
    for (const state of states) expect([state, shown(await open(state))]).toEqual([state, usual])
  })
})

async function links(it: AccountsApp): Promise<Record<'used' | 'over' | 'other', string>> {
  await it.post('/register', { email: ADA, password: PASSWORD })
  const other = await it.tokenFor(ADA)
  await it.person('bob@example.com')
  const ask = async () => {
    it.at += HOUR
    await it.post('/forgot-password', { email: 'bob@example.com' })
    return it.tokenFor('bob@example.com')
  }
  const over = await ask()
  it.at += HOUR
  const used = await ask()
  await it.post('/reset-password', { token: used, password: OTHER_PASSWORD })
  return { used, over, other }
}

function fail(): never {
  throw new Error('A state was not visited')
}
