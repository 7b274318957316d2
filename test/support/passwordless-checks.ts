import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { KEYS, tokenOf, World } from '../accounts/accounts-world.ts'

const SCRIPT = join(import.meta.dirname, 'passwordless.process.ts')
const AT_ONCE = 8
const ADA = 'ada@example.com'
const BOB = 'bob@example.com'
const NEW = 'new@example.com'

/** A call below the prefix. */
export type Request = readonly [path: string, body: object, token?: string]

/** Whether a process is killed in the commit of its unit, and on which side of it. */
export type Death = 'never' | 'before' | 'after'

/** Sends all of a process at once, and of all processes together. @returns codes, or statuses of success */
export async function inProcesses(
  url: string,
  ...lists: readonly (readonly Request[])[]
): Promise<unknown[]> {
  return dying(url, 'never', lists)
}

/** The same, where each may be killed in the commit of its first unit. */
export async function dying(
  url: string,
  dies: Death,
  lists: readonly (readonly Request[])[],
): Promise<unknown[]> {
  const children = lists.map((list) => {
    const child = spawn(process.execPath, [SCRIPT, url, KEYS, dies, JSON.stringify(list)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (more: string) => {
      text += more
    })
    const ready = Promise.race([
      once(child.stdout, 'data'),
      once(child, 'exit').then(() => Promise.reject(new Error('A process has ended early'))),
    ])
    const said = once(child, 'close').then(() => JSON.parse(text.split('\n')[1] || 'null'))
    return { child, ready, said }
  })
  await Promise.all(children.map(({ ready }) => ready))
  for (const { child } of children) child.stdin.write('go\n')
  return (await Promise.all(children.map(({ said }) => said as Promise<unknown[]>))).flat()
}

function times(request: Request): readonly Request[] {
  return Array.from({ length: AT_ONCE }, () => request)
}

async function worldOn(url: string): Promise<World> {
  const world = new World({ url })
  world.at = Date.now()
  onTestFinished(() => world[Symbol.asyncDispose]())
  return world
}

function won(answers: readonly unknown[]): number {
  return answers.filter((answer) => answer === 200).length
}

async function countOf(world: World): Promise<number> {
  return (await world.run('select id from trefoil_accounts')).length
}

/** Races of two processes on one database. */
export function passwordlessChecks(createUrl: () => string | Promise<string>): void {
  test('GHSA-7w99-5wm4-3g79: a link signs in once, of two processes', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    await world.post('/magic-link', { email: ADA })
    const request: Request = ['/magic-link/confirm', { token: await world.linkTo(ADA) }]
    const answers = await inProcesses(url, times(request), times(request))
    expect(won(answers)).toBe(1)
    expect(new Set(answers)).toEqual(new Set([200, 'invalid_link']))
    expect(await countOf(world)).toBe(1)
  })

  test('of two links to one address that has no account one makes it, and both sign in to it', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const lists: Request[][] = []
    for (let count = 0; count < 2; count++) {
      world.at += 2000
      await world.post('/magic-link', { email: ADA })
      lists.push([['/magic-link/confirm', { token: await world.linkTo(ADA) }]])
    }
    expect(await inProcesses(url, ...lists)).toEqual([200, 200])
    expect(await countOf(world)).toBe(1)
  })

  test('GHSA-7w99-5wm4-3g79: a code signs in once, of two processes', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const { body } = await world.post('/email-code', { email: ADA })
    const code = await world.codeTo(ADA)
    const request: Request = ['/email-code/confirm', { challenge: body['challenge'], code }]
    const answers = await inProcesses(url, times(request), times(request))
    expect(won(answers)).toBe(1)
    expect(new Set(answers)).toEqual(new Set([200, 'invalid_code']))
    expect(await countOf(world)).toBe(1)
  })

  test('LOCK-5: of wrong codes at once no more than five are looked at', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const { body } = await world.post('/email-code', { email: ADA })
    const challenge = String(body['challenge'])
    const code = await world.codeTo(ADA)
    const wrong: Request = [
      '/email-code/confirm',
      { challenge, code: code === '000000' ? '1' : '000000' },
    ]
    await inProcesses(url, times(wrong), times(wrong))
    const [row] = await world.run('select tries from trefoil_accounts_challenges where id = ?', [
      challenge,
    ])
    expect(Number(Object(row).tries)).toBe(5)
    const right: Request = ['/email-code/confirm', { challenge, code }]
    expect(await inProcesses(url, [right])).toEqual(['invalid_code'])
  })

  test('an address that two accounts change to at once is one’s, and the other link is over', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const lists: Request[][] = []
    for (const email of [ADA, BOB]) {
      const token = await world.enter(email)
      world.at += 2000
      await world.post('/change-email', { email: NEW }, token)
      lists.push([['/change-email/confirm', { token: await world.linkTo(NEW) }, token]])
    }
    expect((await inProcesses(url, ...lists)).map(String).sort()).toEqual(['200', 'invalid_link'])
    const rows = await world.run('select email from trefoil_accounts where email = ?', [NEW])
    expect(rows).toHaveLength(1)
  })

  test('a user name that two take at once is one’s', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const lists: Request[][] = []
    for (const email of [ADA, BOB]) {
      lists.push([['/username', { username: 'wanted' }, await world.enter(email)]])
    }
    expect((await inProcesses(url, ...lists)).map(String).sort()).toEqual(['200', 'username_taken'])
  })

  test.each(['before', 'after'] as const)(
    'kill -9 %s the commit: a link is good or used, an account is there or not, never half',
    async (dies) => {
      const url = await createUrl()
      const world = await worldOn(url)
      const isDone = dies === 'after'
      await world.post('/magic-link', { email: ADA })
      const token = await world.linkTo(ADA)
      expect(await dying(url, dies, [[['/magic-link/confirm', { token }]]])).toEqual([null])
      expect(await countOf(world)).toBe(isDone ? 1 : 0)
      expect((await world.post('/magic-link/confirm', { token })).status).toBe(isDone ? 400 : 200)

      const session = await world.enter(ADA)
      world.at += 2000
      await world.post('/change-email', { email: NEW }, session)
      const link = await world.linkTo(NEW)
      const change: Request = ['/change-email/confirm', { token: link }, session]
      expect(await dying(url, dies, [[change]])).toEqual([null])
      const rows = await world.run('select email, epoch from trefoil_accounts')
      const [email, epoch] = isDone ? [NEW, 2] : [ADA, 1]
      expect(rows.map((row) => ({ ...row, epoch: Number(Object(row).epoch) }))).toEqual([
        { email, epoch },
      ])
      // Of the time of the process that asked for it.
      world.at = Date.now()
      await world.jobs.runDue()
      // Its mailbox is told where it was done, and there alone.
      const told = world.sent.filter(({ to, text }) => to === ADA && !text.includes('#token='))
      expect(told).toHaveLength(isDone ? 1 : 0)
    },
  )

  test('SES-8: an account that is deleted here is signed out there', async () => {
    const url = await createUrl()
    const [here, there] = [await worldOn(url), await worldOn(url)]
    const token = await here.enter(ADA)
    expect((await there.get('/me', token)).status).toBe(200)
    expect((await here.post('/delete-account', {}, token)).status).toBe(204)
    there.at += 1001
    expect((await there.get('/me', token)).status).toBe(401)
    expect(tokenOf(await reenter(here))).toMatch(/^tfl_at_/)
  })
}

async function reenter(world: World) {
  world.at += 2000
  await world.post('/magic-link', { email: ADA })
  return world.post('/magic-link/confirm', { token: await world.linkTo(ADA) })
}
