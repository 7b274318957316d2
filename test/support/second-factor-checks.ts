import { expect, onTestFinished, test } from 'vitest'
import { PASSWORD } from '../accounts/accounts-world.ts'
import { codeAt, type Enrolled, FactorWorld } from '../accounts/second-factor-world.ts'
import { dying, inProcesses, type Request } from './passwordless-checks.ts'

const ADA = 'ada@example.com'
/** Of each of two processes. */
const AT_ONCE = 10
const STEP = 30_000

async function worldOn(url: string): Promise<FactorWorld> {
  const world = new FactorWorld({
    url,
    accounts: {
      mfa: { emailOtp: { enabled: true } },
      lockout: { threshold: 100, addressThreshold: 10_000 },
    },
  })
  // The time of the processes beside it.
  world.at = Date.now()
  onTestFinished(() => world[Symbol.asyncDispose]())
  return world
}

/** Somebody with an app, at the time that it is. */
async function enrolled(url: string): Promise<{ world: FactorWorld; ada: Enrolled }> {
  const world = await worldOn(url)
  // Before the present step: the world's clock goes ahead while mails are sent, and in the last two seconds of a
  // step the enrolment would use up the next one, which is what these tests show to others.
  world.at -= 2 * STEP
  const ada = await world.enrol(ADA)
  world.at = Date.now()
  return { world, ada }
}

/** The code of the step after that of the enrolment, which is taken at once: clocks may be off by one. */
function nextCode({ secret }: Enrolled, steps = 1): string {
  return codeAt(secret, Date.now() + steps * STEP)
}

async function preTokens(world: FactorWorld): Promise<readonly string[]> {
  const tokens: string[] = []
  for (let count = 0; count < 2 * AT_ONCE; count++) tokens.push(await world.preTokenOf(ADA))
  return tokens
}

/** Half of them in each of two processes. */
async function shared(url: string, requests: readonly Request[]): Promise<unknown[]> {
  return inProcesses(url, requests.slice(0, AT_ONCE), requests.slice(AT_ONCE))
}

function same(request: Request): readonly Request[] {
  return Array.from({ length: 2 * AT_ONCE }, () => request)
}

/** Whoever was slower: nobody waits for a turn longer than eight seconds. */
function expectTold(answers: readonly unknown[]): void {
  for (const answer of answers) expect([200, 'invalid_code', 'unavailable']).toContain(answer)
}

function won(answers: readonly unknown[]): number {
  return answers.filter((answer) => answer === 200).length
}

async function countOf(world: FactorWorld, rest: string): Promise<number> {
  return (await world.run(`select 1 as one from ${rest}`)).length
}

async function epochOf(world: FactorWorld): Promise<number> {
  const [row] = await world.run('select epoch from trefoil_accounts')
  return Number(Object(row).epoch)
}

/** Twenty at once in two processes, and processes that are killed. */
export function secondFactorChecks(createUrl: () => string | Promise<string>): void {
  test('MFA-4: a step of the app is used once, by twenty logins at once in two processes', async () => {
    const url = await createUrl()
    const { world, ada } = await enrolled(url)
    const tokens = await preTokens(world)
    const code = nextCode(ada)
    const answers = await shared(
      url,
      tokens.map((pre_token) => ['/mfa/verify', { pre_token, code }]),
    )
    expect(won(answers)).toBe(1)
    expectTold(answers)
  })

  test('SW-19, MFA-5: a recovery code is used once, by twenty logins at once in two processes', async () => {
    const url = await createUrl()
    const { world, ada } = await enrolled(url)
    const tokens = await preTokens(world)
    const [code] = ada.codes
    const answers = await shared(
      url,
      tokens.map((pre_token) => ['/mfa/verify', { pre_token, code }]),
    )
    expect(won(answers)).toBe(1)
    expectTold(answers)
    expect(await countOf(world, 'trefoil_accounts_recovery')).toBe(1)
  })

  test('MFA-3: a pre-token, and a code in a mail, sign in once; five tries of twenty are looked at', async () => {
    const url = await createUrl()
    const { world } = await enrolled(url)
    const pre_token = await world.preTokenOf(ADA)
    await world.mailTo(ADA)
    await world.post('/mfa/send_code', { pre_token })
    const code = await world.codeTo(ADA)
    const answers = await shared(url, same(['/mfa/verify', { pre_token, code }]))
    expect(won(answers)).toBe(1)
    expectTold(answers.filter((answer) => answer !== 'invalid_pre_token'))
    const other = await world.preTokenOf(ADA)
    const wrong = await shared(url, same(['/mfa/verify', { pre_token: other, code: '000000' }]))
    expect(wrong.filter((answer) => answer === 'invalid_code')).toHaveLength(5)
    expect(wrong.filter((answer) => answer === 'invalid_pre_token')).toHaveLength(15)
  })

  test('SW-20: of twenty that ask for a code in a mail at once one is sent, and it opens', async () => {
    const url = await createUrl()
    const { world } = await enrolled(url)
    const pre_token = await world.preTokenOf(ADA)
    await world.mailTo(ADA)
    const answers = await shared(url, same(['/mfa/send_code', { pre_token }]))
    expect(won(answers)).toBeGreaterThan(0)
    expectTold(answers)
    expect(await countOf(world, "trefoil_accounts_challenges where purpose = 'factor_code'")).toBe(
      1,
    )
    world.at = Date.now()
    expect((await world.verify(pre_token, await world.codeTo(ADA))).status).toBe(200)
  })

  test('of two that confirm one setup at once one does, with one set of recovery codes', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    await world.register(ADA, PASSWORD)
    world.at = Date.now()
    const token = await world.login(ADA, PASSWORD)
    const { body } = await world.post('/mfa/start', { current_password: PASSWORD }, token)
    const code = codeAt(String(body['secret']), Date.now())
    const before = await epochOf(world)
    const answers = await shared(url, same(['/mfa/confirm', { code }, token]))
    expect(won(answers)).toBe(1)
    expect(await countOf(world, 'trefoil_accounts_factors where confirmed_at is not null')).toBe(1)
    expect(await countOf(world, 'trefoil_accounts_factors')).toBe(1)
    expect(await countOf(world, 'trefoil_accounts_recovery')).toBe(2)
    expect(await epochOf(world)).toBe(before + 1)
  })

  test('what is removed while new recovery codes are made leaves none behind', async () => {
    const url = await createUrl()
    const { world, ada } = await enrolled(url)
    const token = ada.token
    const [first, second] = ada.codes
    const answers = await inProcesses(
      url,
      [['/mfa/disable', { recovery_code: first }, token]],
      [['/mfa/recovery/regenerate', { code: second }, token]],
    )
    const isOff = answers.includes(204)
    const left = await countOf(world, 'trefoil_accounts_recovery')
    const factors = await countOf(world, 'trefoil_accounts_factors')
    expect([factors, left]).toEqual(isOff ? [0, 0] : [1, 2])
  })

  test.each(['before', 'after'] as const)(
    'kill -9 %s the commit: a setup is begun or not, on or off, never half',
    async (dies) => {
      const url = await createUrl()
      const world = await worldOn(url)
      const isDone = dies === 'after'
      await world.register(ADA, PASSWORD)
      world.at = Date.now()
      const token = await world.login(ADA, PASSWORD)
      const start: Request = ['/mfa/start', { current_password: PASSWORD }, token]
      expect(await dying(url, dies, [[start]])).toEqual([null])
      expect(await countOf(world, 'trefoil_accounts_factors')).toBe(isDone ? 1 : 0)
      const { body } = await world.post(...start)
      const secret = String(body['secret'])
      const before = await epochOf(world)
      const confirm: Request = ['/mfa/confirm', { code: codeAt(secret, Date.now()) }, token]
      expect(await dying(url, dies, [[confirm]])).toEqual([null])
      const on = 'trefoil_accounts_factors where confirmed_at is not null'
      expect(await countOf(world, on)).toBe(isDone ? 1 : 0)
      expect(await countOf(world, 'trefoil_accounts_recovery')).toBe(isDone ? 2 : 0)
      expect(await epochOf(world)).toBe(isDone ? before + 1 : before)
      world.at = Date.now() + 1001
      await world.jobs.runDue()
      const told = world.sent.filter(({ subject }) => subject.includes('second step now'))
      expect(told).toHaveLength(isDone ? 1 : 0)
      // Who was signed in is so still, or not, as the factor is on or off; and nobody gets past it.
      const login = await world.post('/login', { username: ADA, password: PASSWORD })
      expect(login.code).toBe(isDone ? 'MFA_REQUIRED' : undefined)
    },
  )

  test.each(['before', 'after'] as const)(
    'kill -9 %s the commit of a login: the code is used or good, the pre-token is over',
    async (dies) => {
      const url = await createUrl()
      const { world, ada } = await enrolled(url)
      const isDone = dies === 'after'
      const [recovery] = ada.codes
      for (const code of [nextCode(ada), recovery ?? '']) {
        const pre_token = await world.preTokenOf(ADA)
        const verify: Request = ['/mfa/verify', { pre_token, code }]
        expect(await dying(url, dies, [[verify]])).toEqual([null])
        world.at = Date.now()
        expect((await world.post(...verify)).code).toBe('invalid_pre_token')
        const again = await world.verify(await world.preTokenOf(ADA), code)
        expect(again.code).toBe(isDone ? 'invalid_code' : undefined)
      }
      expect(await countOf(world, 'trefoil_accounts_recovery')).toBe(1)
    },
  )

  test.each(['before', 'after'] as const)(
    'kill -9 %s the commit of a removal: the factor is there with its codes, or neither is',
    async (dies) => {
      const url = await createUrl()
      const { world, ada } = await enrolled(url)
      const isDone = dies === 'after'
      const before = await epochOf(world)
      const disable: Request = ['/mfa/disable', { code: nextCode(ada) }, ada.token]
      expect(await dying(url, dies, [[disable]])).toEqual([null])
      expect(await countOf(world, 'trefoil_accounts_factors')).toBe(isDone ? 0 : 1)
      expect(await countOf(world, 'trefoil_accounts_recovery')).toBe(isDone ? 0 : 2)
      expect(await epochOf(world)).toBe(isDone ? before + 1 : before)
    },
  )
}
