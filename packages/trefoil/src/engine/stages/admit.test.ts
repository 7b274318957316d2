import { expect, test, vi } from 'vitest'
import type { Arriving, Lease } from '../../contract/ports/limits.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import { authEntry, knownAs, problemOf, resultOf, startCall } from '../call.fixture.ts'
import { admitStage } from './admit.ts'

test('a stranger shows an address and what is asked for, and no more', async () => {
  const seen: Arriving[] = []
  const admit = [{ admit: (arriving: Arriving) => void seen.push(arriving) }]
  await resultOf({ surface: 'mcp', headers: ['Authorization', 'Bearer t'], app: { admit } })
  expect(seen).toEqual([
    {
      surface: 'mcp',
      entrypoint: 'server',
      action: 'test.action',
      requestId: 'r1',
      client: { address: '127.0.0.1', userAgent: 'test' },
    },
  ])
})

test.each([
  ['at once', () => refuse('unavailable')],
  ['later', async () => refuse('unavailable')],
])('a refusal %s stops a flood in front of the authenticator', async (_, admit) => {
  const authenticate = vi.fn(knownAs({ subject: 'ada' }).authenticate)
  const app = { admit: [{ admit }], auth: { api: authEntry({ authenticate }) } }
  expect(await problemOf({ app })).toMatchObject({ code: 'unavailable' })
  expect(authenticate).not.toHaveBeenCalled()
})

test('a limiter that crashes refuses: it must not open the gate', async () => {
  const admit = () => Promise.reject(new Error('redis is gone'))
  expect(await problemOf({ app: { admit: [{ admit }] } })).toMatchObject({ code: 'INTERNAL_ERROR' })
})

test('limits go by who is known', async () => {
  const take = vi.fn()
  await resultOf({ app: { limits: [{ take }], auth: { api: knownAs({ subject: 'ada' }) } } })
  expect(take.mock.calls[0]?.[0].auth.subject).toBe('ada')
})

test('a place that is given after the call is over is given back at once', async () => {
  const lease: Lease = { release: vi.fn() }
  const { promise, resolve } = Promise.withResolvers<Lease>()
  const { call, outcome } = startCall()
  await outcome
  const late = admitStage([{ admit: () => promise }])?.(call)
  resolve(lease)
  expect(await late).toBeUndefined()
  expect(lease.release).toHaveBeenCalledExactlyOnceWith({
    kind: 'problem',
    problem: expect.any(Problem),
  })
  expect(call.leases).toBeNull()
})

test('all limiters are asked, in order, until one refuses; what the others gave is given back', async () => {
  const log: string[] = []
  const port = (name: string, later: boolean, answer: () => Lease | Problem | undefined) => ({
    admit: () => {
      log.push(name)
      return later ? Promise.resolve(answer()) : answer()
    },
  })
  const lease = (name: string) => () => ({ release: () => void log.push(`release ${name}`) })
  const admit = [
    port('a', false, lease('a')),
    port('b', true, lease('b')),
    port('c', false, () => refuse('unavailable')),
    port('d', false, lease('d')),
  ]
  expect(await problemOf({ app: { admit } })).toMatchObject({ code: 'unavailable' })
  expect(log).toEqual(['a', 'b', 'c', 'release a', 'release b'])
})
