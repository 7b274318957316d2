import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import process from 'node:process'
import { expect, onTestFinished, test } from 'vitest'
import { KEYS } from '../accounts/accounts-world.ts'
import { Browser, type ProviderWorld, pkce, providerWorld } from '../accounts/provider-world.ts'

const SCRIPT = join(import.meta.dirname, 'login-providers.process.ts')
const AT_ONCE = 10
const ADA = 'ada@example.com'
const EVE = 'eve@example.com'

/** A call; a GET where there is no body. */
type Request = readonly [path: string, cookie: string, body: object | null, token: string | null]

/** Where it dies: before the session begins, or with everything done and nobody answered. */
type Death = 'never' | 'before' | 'after'

/** Sends all of a process at once, and of all processes together. @returns codes, or statuses */
async function inProcesses(
  url: string,
  issuer: string,
  lists: readonly (readonly Request[])[],
  dies: Death = 'never',
): Promise<unknown[]> {
  const children = lists.map((list) => {
    const args = [SCRIPT, url, KEYS, issuer, dies, JSON.stringify(list)]
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
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

async function worldOn(url: string): Promise<ProviderWorld> {
  const it = await providerWorld({ world: { url } })
  onTestFinished(() => it[Symbol.asyncDispose]())
  it.idp.people.set('ada', { email: ADA, email_verified: true })
  return it
}

/** A browser that went to the provider, and the call that brings it back. */
async function away({ world, idp }: ProviderWorld, who: string, query = ''): Promise<Request> {
  idp.who = who
  const sent = await new Browser(world).get(`/oauth/idp/login${query}`)
  const cookie = String(sent.headers.getSetCookie()[0]).replace(/;.*/, '')
  const { pathname, search } = await idp.visit(sent.location)
  return [`${pathname}${search}`, cookie, null, null]
}

function times(request: Request): readonly Request[] {
  return Array.from({ length: AT_ONCE }, () => request)
}

async function count({ world }: ProviderWorld, table: string): Promise<number> {
  return (await world.run(`select * from ${table}`)).length
}

/** Races of two processes on one database. */
export function loginProviderChecks(createUrl: () => string | Promise<string>): void {
  test('an answer of a provider signs in once, of two processes', async () => {
    const url = await createUrl()
    const it = await worldOn(url)
    const request = await away(it, 'ada')
    const answers = await inProcesses(url, it.idp.issuer, [times(request), times(request)])
    expect(answers.filter((answer) => answer === 303)).toHaveLength(1)
    expect(new Set(answers)).toEqual(new Set([303, 'invalid_state']))
  })

  test('who comes the first time by two processes is one account', async () => {
    const url = await createUrl()
    const it = await worldOn(url)
    const lists: Request[][] = [[], []]
    for (let browsers = 0; browsers < 6; browsers++) {
      lists[browsers % 2]?.push(await away(it, 'ada'))
    }
    const answers = await inProcesses(url, it.idp.issuer, lists)
    expect(new Set(answers)).toEqual(new Set([303]))
    expect(await count(it, 'trefoil_accounts')).toBe(1)
    expect(await count(it, 'trefoil_accounts_identities')).toBe(1)
  })

  test('a code is exchanged once, of two processes', async () => {
    const url = await createUrl()
    const it = await worldOn(url)
    const { verifier, challenge } = pkce()
    const path = `/oauth/idp/login?mode=bearer&code_challenge=${challenge}`
    const { location } = await new Browser(it.world).signIn(it.idp, 'ada', path)
    const code = new URL(location).searchParams.get('oauth_code')
    const body = { code, code_verifier: verifier }
    const request: Request = ['/auth/oauth/exchange', '', body, null]
    const answers = await inProcesses(url, it.idp.issuer, [times(request), times(request)])
    expect(answers.filter((answer) => answer === 200)).toHaveLength(1)
    expect(new Set(answers)).toEqual(new Set([200, 'invalid_code']))
  })

  test('of two accounts that add one identity at once one has it', async () => {
    const url = await createUrl()
    const it = await worldOn(url)
    it.idp.who = 'shared'
    const lists: Request[][] = []
    for (const email of [ADA, EVE]) {
      const token = await it.world.enter(email)
      const sent = await new Browser(it.world).post('/oauth/idp/link', {}, token)
      const cookie = String(sent.headers.getSetCookie()[0]).replace(/;.*/, '')
      const { pathname, search } = await it.idp.visit(String(sent.body['url']))
      lists.push([[`${pathname}${search}`, cookie, null, null]])
    }
    const answers = await inProcesses(url, it.idp.issuer, lists)
    expect(answers.map(String).sort()).toEqual(['303', 'identity_taken'])
    expect(await count(it, 'trefoil_accounts_identities')).toBe(1)
  })

  test('of the last two ways in that are removed at once one stays', async () => {
    const url = await createUrl()
    const it = await worldOn(url)
    const { verifier, challenge } = pkce()
    it.idp.people.set('one', { email: ADA, email_verified: true })
    const path = `/oauth/idp/login?mode=bearer&code_challenge=${challenge}`
    const browser = new Browser(it.world)
    const { location } = await browser.signIn(it.idp, 'one', path)
    const code = new URL(location).searchParams.get('oauth_code')
    const { body } = await browser.post('/oauth/exchange', { code, code_verifier: verifier })
    const token = String(body['access_token'])
    it.idp.who = 'two'
    const sent = await browser.post('/oauth/idp/link', {}, token)
    await browser.back(await it.idp.visit(String(sent.body['url'])))
    await it.world.run('update trefoil_accounts set email = null returning id')
    const rows = await it.world.run('select id from trefoil_accounts_identities')
    expect(rows).toHaveLength(2)
    const lists = rows.map((row): Request[] => [
      [`/auth/identities/${Object(row).id}/unlink`, '', {}, token],
    ])
    const answers = await inProcesses(url, it.idp.issuer, lists)
    expect(answers.filter((answer) => answer === 200)).toHaveLength(1)
    expect(await count(it, 'trefoil_accounts_identities')).toBe(1)
  })

  test.each<Death>(['before', 'after'])(
    'kill -9 %s the session leaves one account',
    async (dies) => {
      const url = await createUrl()
      const it = await worldOn(url)
      const request = await away(it, 'ada')
      expect(await inProcesses(url, it.idp.issuer, [[request]], dies)).toEqual([null])
      expect(await count(it, 'trefoil_accounts')).toBe(1)
      expect(await count(it, 'trefoil_accounts_identities')).toBe(1)
      // The answer was used up, and stays so.
      expect(await inProcesses(url, it.idp.issuer, [[request]])).toEqual(['invalid_state'])
      const browser = new Browser(it.world)
      await browser.signIn(it.idp, 'ada')
      expect((await browser.me()).body).toMatchObject({ email: ADA })
      expect(await count(it, 'trefoil_accounts')).toBe(1)
    },
  )
}
