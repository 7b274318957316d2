import { expect, onTestFinished, test } from 'vitest'
import { PASSWORD } from '../accounts/accounts-world.ts'
import { GateWorld, type Phone } from '../accounts/gate-world.ts'
import { dying, inProcesses, type Request } from './passwordless-checks.ts'

const ADA = 'ada@example.com'
const AT_ONCE = 10

interface Opened {
  readonly world: GateWorld
  readonly phone: Phone
}

/** Of the time of the processes, with an app that was set up a while ago. */
async function openWorld(url: string): Promise<Opened> {
  const world = new GateWorld({}, { url, accounts: { lockout: { threshold: 100 } } })
  onTestFinished(() => world[Symbol.asyncDispose]())
  world.at = Date.now() - 600_000
  await world.person(ADA)
  const phone = await world.enrol(ADA)
  world.at = Date.now()
  return { world, phone }
}

async function preToken(world: GateWorld): Promise<string> {
  const { body } = await world.call('/login', { email: ADA, password: PASSWORD })
  return String(body['pre_token'])
}

function won(answers: readonly unknown[]): number {
  return answers.filter((answer) => answer === 200).length
}

async function sessionsOf(world: GateWorld): Promise<number> {
  return (await world.data.state.run('select id from trefoil_login_sessions')).length
}

async function codesLeft(world: GateWorld): Promise<number> {
  return (await world.run('select digest from trefoil_accounts_recovery')).length
}

function lists(requests: readonly Request[]): readonly (readonly Request[])[] {
  const half = requests.length / 2
  return [requests.slice(0, half), requests.slice(half)]
}

/** Races of two processes on one database, and processes that die. */
export function mfaChecks(createUrl: () => string | Promise<string>): void {
  test('MFA-3, SW-20: of twenty that finish one login at once, by several factors, one does', async () => {
    const { world, phone } = await openWorld(await createUrl())
    const pre_token = await preToken(world)
    const before = await sessionsOf(world)
    const codes = [world.codeOf(phone), ...phone.codes]
    const requests = Array.from({ length: 2 * AT_ONCE }, (_, at): Request => {
      return ['/mfa/verify', { pre_token, code: codes[at % 4] }]
    })
    const answers = await inProcesses(String(world.url), ...lists(requests))
    expect(won(answers)).toBe(1)
    const others = new Set(answers.filter((answer) => answer !== 200))
    for (const other of others) expect(['invalid_pre_token', 'invalid_code']).toContain(other)
    expect(await sessionsOf(world)).toBe(before + 1)
    // What did not finish it is as good as before.
    expect(await codesLeft(world)).toBeGreaterThanOrEqual(phone.codes.length - 1)
  })

  test('MFA-4: one code of the app finishes one of twenty logins', async () => {
    const { world, phone } = await openWorld(await createUrl())
    const requests: Request[] = []
    for (let at = 0; at < 2 * AT_ONCE; at++) {
      const pre_token = await preToken(world)
      requests.push(['/mfa/verify', { pre_token, code: '' }])
    }
    const code = world.codeOf(phone)
    const before = await sessionsOf(world)
    const shown = requests.map(([path, body]): Request => [path, { ...body, code }])
    expect(won(await inProcesses(String(world.url), ...lists(shown)))).toBe(1)
    expect(await sessionsOf(world)).toBe(before + 1)
  })

  test('MFA-5, SW-19: one recovery code finishes one of twenty logins, and none from a new process', async () => {
    const { world, phone } = await openWorld(await createUrl())
    const [code = ''] = phone.codes
    const requests: Request[] = []
    for (let at = 0; at < 2 * AT_ONCE; at++) {
      requests.push(['/mfa/verify', { pre_token: await preToken(world), code }])
    }
    expect(won(await inProcesses(String(world.url), ...lists(requests)))).toBe(1)
    expect(await codesLeft(world)).toBe(phone.codes.length - 1)
    const again: Request = ['/mfa/verify', { pre_token: await preToken(world), code }]
    expect(await inProcesses(String(world.url), [again])).toEqual(['invalid_code'])
  })

  test('SW-12: one link finishes one login, of several that it began', async () => {
    const { world, phone } = await openWorld(await createUrl())
    await world.post('/magic-link', { email: ADA })
    const token = await world.linkTo(ADA, 'magic-link')
    const requests: Request[] = []
    for (let at = 0; at < 6; at++) {
      const { body } = await world.call('/magic-link/confirm', { token })
      requests.push(['/mfa/verify', { pre_token: body['pre_token'], code: phone.codes[at] }])
    }
    expect(won(await inProcesses(String(world.url), ...lists(requests)))).toBe(1)
    expect(await codesLeft(world)).toBe(phone.codes.length - 1)
  })

  test.each(['before', 'after'] as const)(
    'kill -9 %s the commit of a login that is finished: the factor is used or not, and nobody is in twice',
    async (dies) => {
      const { world, phone } = await openWorld(await createUrl())
      const isDone = dies === 'after'
      const pre_token = await preToken(world)
      const [code = ''] = phone.codes
      const request: Request = ['/mfa/verify', { pre_token, code }]
      const before = await sessionsOf(world)
      expect(await dying(String(world.url), dies, [[request]])).toEqual([null])
      expect(await codesLeft(world)).toBe(phone.codes.length - (isDone ? 1 : 0))
      // Of one that died, nobody has the token; it was used up all the same.
      expect(await sessionsOf(world)).toBeLessThanOrEqual(before + 1)
      expect(await inProcesses(String(world.url), [request])).toEqual(['invalid_pre_token'])
      const next: Request = ['/mfa/verify', { pre_token: await preToken(world), code }]
      const answer = isDone ? 'invalid_code' : 200
      expect(await inProcesses(String(world.url), [next])).toEqual([answer])
    },
  )

  test('a login that waits here is finished there', async () => {
    const { world, phone } = await openWorld(await createUrl())
    const pre_token = await preToken(world)
    const request: Request = ['/mfa/verify', { pre_token, code: world.codeOf(phone) }]
    expect(await inProcesses(String(world.url), [request])).toEqual([200])
  })
}
