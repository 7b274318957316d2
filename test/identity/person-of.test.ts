// One name for one person, so that nobody approves for themselves (approvals.md §1, APR-6).
import { createApp } from 'trefoil'
import { AuthContext, type PersonOf } from 'trefoil/auth'
import { describe, expect, test } from 'vitest'
import { alike, everywhere, Lines } from '../findings/surfaces.ts'

const ALL = ['api', 'mcp', 'cli'] as const
const issuer = 'https://login.example'

function built(personOf?: PersonOf) {
  const lines = new Lines()
  const persons: unknown[] = []
  const app = createApp({
    name: 'persons',
    env: {},
    log: { logger: lines.logger },
    ...(personOf === undefined ? {} : { personOf }),
    auth: [
      { authenticate: (_request) => new AuthContext({ subject: 'ada', issuer }), surfaces: ALL },
    ],
    approval: (request) => {
      persons.push(request.person)
      return true
    },
  })
  app.post(
    '/pay',
    { name: 'pay', description: 'Pays.', tool: true, cli: true, needsApproval: [...ALL] },
    () => 'paid',
  )
  return { app, lines, persons }
}

const pay = (personOf?: PersonOf) =>
  everywhere(
    () => built(personOf),
    async (surface, { persons }) => {
      const answer = await surface.call('pay', {}, { token: 'any', approval: 'yes' })
      return { persons, got: answer.problem?.['code'] ?? answer.value }
    },
  )

describe('the approval hook is told who asks', () => {
  test('issuer and subject, where nothing else is said', async () => {
    const persons = [JSON.stringify([issuer, 'ada'])]
    expect(await pay()).toEqual(alike({ persons, got: 'paid' }))
  })

  test('what personOf says, and nobody', async () => {
    expect(await pay(({ subject }) => `employee:${subject}`)).toEqual(
      alike({ persons: ['employee:ada'], got: 'paid' }),
    )
    expect(await pay(() => null)).toEqual(alike({ persons: [null], got: 'paid' }))
  })

  test.each<[string, PersonOf]>([
    [
      'throws',
      () => {
        throw new Error('directory down')
      },
    ],
    ['answers nothing', () => '' as never],
    ['answers a promise', (async () => 'ada') as never],
    ['answers an object', () => ({ id: 'ada' }) as never],
  ])('one that %s denies', async (_, personOf) => {
    expect(await pay(personOf)).toEqual(alike({ persons: [], got: 'approval_denied' }))
  })
})

describe('two ways in, and nobody says who is who', () => {
  function warnings(personOf?: PersonOf, needsApproval = true) {
    const lines = new Lines()
    const way = (name: string) => ({
      name,
      authenticate: (_request: unknown) => new AuthContext({ subject: 'ada' }),
    })
    const app = createApp({
      name: 'persons',
      env: {},
      log: { logger: lines.logger },
      ...(personOf === undefined ? {} : { personOf }),
      auth: [
        { authenticate: way('people'), surfaces: ['api'] },
        { authenticate: way('robots'), surfaces: ['mcp'] },
      ],
      approval: () => true,
      publicSurfaces: ['cli'],
    })
    app.post('/pay', { name: 'pay', description: 'Pays.', tool: true, needsApproval }, () => 'paid')
    return app.startup().then(() => lines.at('warn').map(({ message }) => String(message)))
  }

  test('start-up says so, where approvals are asked', async () => {
    const text = "Nobody can tell whether two subjects of 'people' and 'robots' are one person"
    expect((await warnings()).filter((line) => line.startsWith(text))).toHaveLength(1)
    expect((await warnings(() => 'ada')).join()).not.toContain('Nobody can tell')
    expect((await warnings(undefined, false)).join()).not.toContain('Nobody can tell')
  })
})
