import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { differences, workByState } from '../support/work-count.ts'
import { PASSWORD, World } from './accounts-world.ts'

const STATES = ['unknown', 'known', 'password', 'disabled', 'unverified'] as const
const PAIRS = [
  ['/magic-link', 'open'],
  ['/magic-link', 'closed'],
  ['/email-code', 'open'],
  ['/email-code', 'closed'],
] as const

async function peopled(registration: 'open' | 'closed', path: string): Promise<World> {
  const world = new World({ url: path })
  await world.enter(of('known'))
  await world.enter(of('disabled'))
  await world.register(of('password'), PASSWORD)
  await world.post('/register', { email: of('unverified'), password: PASSWORD })
  await world.jobs.runDue()
  await world.run('update trefoil_accounts set disabled_at = 1 where email = ? returning id', [
    of('disabled'),
  ])
  if (registration === 'open') return world
  await world[Symbol.asyncDispose]()
  return new World({ url: path, accounts: { registration } })
}

function of(state: string): string {
  return `${state}@example.com`
}

it.each(PAIRS)(
  'ENUM-1, ENUM-2, ENUM-3: %s costs and says the same for every state, where registration is %s',
  async (path, registration) => {
    await using folder = temporary()
    await using world = await peopled(registration, folder.path)
    const answers = new Map<string, unknown>()
    const works = await workByState(STATES, async (state) => {
      const { status, body } = await world.post(path, { email: of(state) })
      answers.set(state, { status, body: { ...body, challenge: null } })
    })
    expect(differences(works)).toEqual([])
    const [usual] = answers.values()
    for (const answer of answers.values()) expect(answer).toEqual(usual)
    const work = works.get('known')
    expect([work?.hashes, work?.outbound, work?.jobs]).toEqual([[], [], 1])
  },
)

it('ENUM-1: a code costs the same where its challenge is nobody’s', async () => {
  await using folder = temporary()
  await using world = await peopled('closed', folder.path)
  const states = ['known', 'unknown', 'disabled'] as const
  const challenges = new Map<string, unknown>()
  for (const state of states) {
    challenges.set(state, (await world.post('/email-code', { email: of(state) })).body['challenge'])
  }
  const works = await workByState(states, async (state) => {
    const challenge = challenges.get(state)
    const { code } = await world.post('/email-code/confirm', { challenge, code: 'x' })
    expect(code).toBe('invalid_code')
  })
  expect(differences(works)).toEqual([])
})

function temporary(): AsyncDisposable & { readonly path: string } {
  const folder = mkdtempSync(join(tmpdir(), 'trefoil-accounts-'))
  return {
    path: join(folder, 'app.db'),
    [Symbol.asyncDispose]: async () => rmSync(folder, { recursive: true, force: true }),
  }
}
