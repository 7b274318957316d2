import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { KEYS, PASSWORD, tokenOf } from '../accounts/accounts-world.ts'
import { ADA, type Asked, BOB, device, PasskeyWorld } from '../accounts/passkeys-world.ts'
import type { SoftwarePasskey } from './software-passkey.ts'

const SCRIPT = join(import.meta.dirname, 'passkeys.process.ts')
/** In each of two processes. */
const AT_ONCE = 10

type Request = readonly [path: string, body: object, token?: string]

/** Whether a process is killed: in the commit of its unit, and on which side of it, or once it has said what it was answered. */
type Death = 'never' | 'before' | 'after' | 'asked'

async function inProcesses(
  url: string,
  dies: Death,
  ...lists: readonly (readonly Request[])[]
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

function countOf(answers: readonly unknown[], wanted: unknown): number {
  return answers.filter((answer) => answer === wanted).length
}

async function worldOn(url: string): Promise<PasskeyWorld> {
  const mfa = { enforceForAllUsers: true, recoveryCodes: 1 }
  const world = new PasskeyWorld({ mfa }, { url })
  world.at = Date.now()
  onTestFinished(() => world[Symbol.asyncDispose]())
  return world
}

/** A login that has to have a passkey, until it has one to answer with. */
async function enrolling(world: PasskeyWorld, email: string, passkey: SoftwarePasskey) {
  await world.register(email, PASSWORD)
  world.at = Date.now()
  const { body } = await world.post('/login', { username: email, password: PASSWORD })
  const pre_token = String(body['pre_token'])
  const { step, options } = await world.ask('/passkeys/enrol/start', { pre_token })
  return { pre_token, step, response: passkey.create(options) }
}

async function enrolled(world: PasskeyWorld, email: string) {
  const passkey = device()
  const json = await enrolling(world, email, passkey)
  return { passkey, token: tokenOf(await world.post('/passkeys/enrol', json)) }
}

async function passkeysIn(world: PasskeyWorld): Promise<number> {
  return (await world.run('select id from trefoil_accounts_factors')).length
}

/** Of two processes on one database, and of processes that are killed. */
export function passkeyChecks(createUrl: () => string | Promise<string>): void {
  test('MFA-3: of twenty answers to one challenge one signs in', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const { passkey } = await enrolled(world, ADA)
    const { step, options } = await world.ask('/passkeys/login/start')
    const login: Request = ['/passkeys/login', { step, response: passkey.get(options) }]
    const answers = await inProcesses(url, 'never', times(login), times(login))
    expect(countOf(answers, 200)).toBe(1)
    expect(countOf(answers, 'passkey_refused')).toBe(2 * AT_ONCE - 1)
  })

  test('MFA-3: of twenty answers one finishes a login, and of twenty one makes a passkey', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const passkey = device()
    const json = await enrolling(world, ADA, passkey)
    const enrol: Request = ['/passkeys/enrol', json]
    const made = await inProcesses(url, 'never', times(enrol), times(enrol))
    expect(countOf(made, 200)).toBe(1)
    expect(await passkeysIn(world)).toBe(1)

    world.at = Date.now()
    const { body } = await world.post('/login', { username: ADA, password: PASSWORD })
    const pre_token = String(body['pre_token'])
    const { step, options } = await world.ask('/passkeys/second-factor/start', { pre_token })
    const response = passkey.get(options)
    const finish: Request = ['/passkeys/second-factor', { pre_token, step, response }]
    const answers = await inProcesses(url, 'never', times(finish), times(finish))
    expect(countOf(answers, 200)).toBe(1)
  })

  test('one passkey that two accounts register at once is one’s', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const passkey = device()
    const hers = await enrolling(world, ADA, passkey)
    const his = await enrolling(world, BOB, passkey)
    const answers = await inProcesses(
      url,
      'never',
      [['/passkeys/enrol', hers]],
      [['/passkeys/enrol', his]],
    )
    expect(answers.map(String).sort()).toEqual(['200', 'passkey_exists'])
    expect(await passkeysIn(world)).toBe(1)
  })

  test('of the last two one stays, whoever removes both at once', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const { passkey, token } = await enrolled(world, ADA)
    const { step, options } = await world.ask('/passkeys/register/start', {}, token)
    const json = { step, response: device().create(options) }
    const fresh = await world.stepUp(
      tokenOf(await world.post('/passkeys/register', json, token)),
      passkey,
    )
    const rows = await world.run('select id from trefoil_accounts_factors')
    const lists = rows.map((row): Request[] => [
      [`/passkeys/${String(Object(row).id)}/remove`, {}, fresh],
    ])
    const answers = await inProcesses(url, 'never', ...lists)
    expect(countOf(answers, 204)).toBeLessThan(2)
    expect(await passkeysIn(world)).toBeGreaterThan(0)
  })

  test('kill -9 between challenge and answer: another process takes the answer, once', async () => {
    const url = await createUrl()
    const world = await worldOn(url)
    const { passkey } = await enrolled(world, ADA)
    const [asked] = await inProcesses(url, 'asked', [['/passkeys/login/start', {}]])
    const { step, options } = asked as Asked
    world.at = Date.now()
    const json = { step, response: passkey.get(options) }
    expect((await world.post('/passkeys/login', json)).status).toBe(200)
    expect((await world.post('/passkeys/login', json)).code).toBe('passkey_refused')
  })

  test.each(['before', 'after'] as const)(
    'kill -9 %s the commit: a challenge is used up, a passkey is there or not, never half',
    async (dies) => {
      const url = await createUrl()
      const world = await worldOn(url)
      const isDone = dies === 'after'
      const passkey = device()
      const json = await enrolling(world, ADA, passkey)
      expect(await inProcesses(url, dies, [['/passkeys/enrol', json]])).toEqual([null])
      world.at = Date.now()
      expect(await passkeysIn(world)).toBe(isDone ? 1 : 0)
      expect((await world.post('/passkeys/enrol', json)).status).not.toBe(200)

      if (!isDone) {
        const { body } = await world.post('/login', { username: ADA, password: PASSWORD })
        const pre_token = String(body['pre_token'])
        const again = await world.ask('/passkeys/enrol/start', { pre_token })
        const response = passkey.create(again.options)
        const sent = { pre_token, step: again.step, response }
        expect((await world.post('/passkeys/enrol', sent)).status).toBe(200)
      }
      const { step, options } = await world.ask('/passkeys/login/start')
      const login: Request = ['/passkeys/login', { step, response: passkey.get(options) }]
      expect(await inProcesses(url, dies, [login])).toEqual([null])
      world.at = Date.now()
      expect((await world.post('/passkeys/login', login[1])).code).toBe('passkey_refused')
      expect((await world.enterBy(passkey)).status).toBe(200)
    },
  )
}
