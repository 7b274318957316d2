// Passwords through the flows that set them: the page's acceptance, the service that knows of breaches in all its moods,
// what is asked again at a login, figures and peppers that change.
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { BreachChecker } from '../../packages/trefoil/src/accounts.ts'
import { keyRing } from '../../packages/trefoil/src/auth.ts'
import { type RangeServiceStandIn, startRangeService } from '../support/range-service.ts'
import { type AccountsApp, ADA, accountsApp, OTHER_PASSWORD, PASSWORD } from './accounts-app.ts'

/** With all four kinds of characters. */
const CLASSIC = 'Quartz-Bramble-57'
const BREACHED = 'lantern-oak-meridian-8'
let service: RangeServiceStandIn
let time = 0
const clock = { now: () => 0, elapsed: () => time }

beforeAll(async () => {
  service = await startRangeService([BREACHED])
})
afterAll(() => service.close())
beforeEach(() => {
  service.requests.length = 0
  service.mode = 'ok'
})

const checker = (onUnknown: 'allow' | 'deny' = 'allow') =>
  new BreachChecker({ url: service.url, timeout: '100ms', onUnknown, clock })

const reasonsOf = ({ body }: { readonly body: Record<string, unknown> }) => body['reasons']

/** Sets a password in each way that a stranger or an owner has; answers by flow. */
async function setIn(it: AccountsApp, password: string, token: string, link: string) {
  return {
    register: await it.post('/register', { email: 'eve@example.com', password }),
    reset: await it.post('/reset-password', { token: link, password }),
    change: await it.post('/change-password', { current_password: CLASSIC, password }, { token }),
  }
}

async function resetLink(it: AccountsApp): Promise<string> {
  await it.post('/forgot-password', { email: ADA })
  return it.tokenFor(ADA)
}

describe('SW-09: every flow that sets a password', () => {
  test('S-PWD-6, S-PWD-2: refuses a weak one with all its reasons, and changes nothing', async () => {
    await using it = await accountsApp({
      passwordPolicy: { preset: 'classic', breach: checker() },
    })
    await it.person(ADA, CLASSIC)
    const { token } = await it.signIn(ADA, CLASSIC)
    const before = await it.account()
    const answers = await setIn(it, 'password', token, await resetLink(it))
    for (const [flow, answer] of Object.entries(answers)) {
      expect([flow, answer.status, answer.body['code']]).toEqual([flow, 400, 'password_weak'])
      expect([flow, reasonsOf(answer)]).toEqual([
        flow,
        ['min_length(12)', 'missing_upper', 'missing_digit', 'missing_symbol', 'common_password'],
      ])
    }
    expect((await it.account())?.['password']).toBe(before?.['password'])
    expect(JSON.stringify(service.requests)).not.toContain('eve')
  })

  test('refuses a breached one, whoever it is for, with as many questions', async () => {
    await using it = await accountsApp({ passwordPolicy: { breach: checker() } })
    await it.person()
    service.requests.length = 0
    const counts: number[] = []
    for (const email of [ADA, 'nobody@example.com']) {
      const before = service.requests.length
      const answer = await it.post('/register', { email, password: `${BREACHED}` })
      expect(reasonsOf(answer)).toEqual(['breached_password'])
      counts.push(service.requests.length - before)
    }
    // The second one is remembered, whoever asks.
    expect(counts).toEqual([1, 0])
  })

  test('PWD-3: without the service people register, in time; with deny it is 503 and nothing is kept', async () => {
    service.mode = 'silence'
    await using it = await accountsApp({ passwordPolicy: { breach: checker() } })
    const begin = performance.now()
    expect((await it.post('/register', { email: ADA, password: PASSWORD })).status).toBe(202)
    expect(performance.now() - begin).toBeLessThan(2000)
    await using strict = await accountsApp({ passwordPolicy: { breach: checker('deny') } })
    const denied = await strict.post('/register', { email: ADA, password: PASSWORD })
    expect([denied.status, denied.headers.get('retry-after')]).toEqual([503, '30'])
    await strict.deliver()
    expect(strict.mails).toEqual([])
  })
})

describe('PWD-2: a password that nobody could be asked about', () => {
  test('is asked about at the next login: clean, and not again', async () => {
    service.mode = '503'
    await using it = await accountsApp({ passwordPolicy: { breach: checker() } })
    await it.person()
    expect((await it.account())?.['breach_state']).toBe('unknown')
    service.mode = 'ok'
    time += 60_000
    expect((await it.signIn()).status).toBe(200)
    await it.deliver()
    expect((await it.account())?.['breach_state']).toBe('clean')
    const asked = service.requests.length
    expect((await it.signIn()).status).toBe(200)
    expect(service.requests).toHaveLength(asked)
  })

  test('and breached: it opens nothing, and a wrong one asks nobody', async () => {
    service.mode = '503'
    await using it = await accountsApp({ passwordPolicy: { breach: checker() } })
    await it.person(ADA, BREACHED)
    service.mode = 'ok'
    time += 60_000
    service.requests.length = 0
    expect((await it.signIn(ADA, 'wrong')).status).toBe(400)
    expect(service.requests).toEqual([])
    const answer = await it.signIn(ADA, BREACHED)
    expect([answer.status, reasonsOf(answer)]).toEqual([400, ['breached_password']])
    expect(answer.body['access_token']).toBeUndefined()
    // Nor when nobody can be asked any more, and nothing is remembered of what was answered.
    service.mode = '503'
    time += 7_200_000
    expect((await it.signIn(ADA, BREACHED)).status).toBe(400)
    const link = await resetLink(it)
    await it.post('/reset-password', { token: link, password: PASSWORD })
    expect((await it.signIn()).status).toBe(200)
  })
})

test('PWD-4: a hash of before is made anew at a login; a pepper comes, changes and stays out of the database', async () => {
  await using it = await accountsApp()
  await it.person()
  const stored = String((await it.account())?.['password'])
  expect(stored).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/)
  const pepper = keyRing('pepper of tests, long enough 0123456789')
  await using later = await accountsApp({ passwordHashing: { passes: 3 }, pepper })
  await later.person(ADA, OTHER_PASSWORD)
  const put = (password: string) =>
    later.data.unit((db) => db.updateTable('trefoil_accounts').set({ password }).execute())
  await put(stored)
  const { token } = await later.signIn()
  await later.deliver()
  const raised = String((await later.account())?.['password'])
  expect(raised).toMatch(/^\$argon2id\$v=19\$m=19456,t=3,p=1,keyid=[A-Za-z0-9+/]{8}\$/)
  // Nobody's session ends for it.
  expect((await later.me(token)).status).toBe(200)
  pepper.replace('another pepper of tests, 0123456789 012', [
    'pepper of tests, long enough 0123456789',
  ])
  expect((await later.signIn()).status).toBe(200)
  await later.deliver()
  const moved = String((await later.account())?.['password'])
  expect(moved).not.toBe(raised)
  pepper.replace('another pepper of tests, 0123456789 012')
  expect((await later.signIn()).status).toBe(200)
  // Burnt: what was hashed with it can be compared no more, and its owner sets another password.
  pepper.replace('a third pepper of tests, 0123456789 0123')
  expect((await later.signIn()).status).toBe(400)
  const link = await resetLink(later)
  const reset = await later.post('/reset-password', { token: link, password: OTHER_PASSWORD })
  expect(reset.status).toBe(200)
  expect((await later.signIn(ADA, OTHER_PASSWORD)).status).toBe(200)
})

test('PWD-4: more than 1,024 bytes are refused before anything is hashed, and compared as any wrong one', async () => {
  await using it = await accountsApp()
  await it.person()
  const long = 'x'.repeat(1025)
  const answer = await it.post('/register', { email: 'eve@example.com', password: long })
  expect([answer.status, reasonsOf(answer)]).toEqual([400, ['max_bytes(1024)']])
  const login = await it.signIn(ADA, long)
  expect([login.status, login.body['code']]).toEqual([400, 'login_bad_credentials'])
  // Within the bytes, and counted in code points.
  await it.person('eve@example.com', '🜁🜂🜃🜄🜅🜆🜇🜈🜉🜊🜋🜌🜍🜎🜏')
  expect((await it.signIn('eve@example.com', '🜁🜂🜃🜄🜅🜆🜇🜈🜉🜊🜋🜌🜍🜎🜏')).status).toBe(200)
})
