import { expect, test } from 'vitest'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import { refusal } from '../../contract/auth/refusal.ts'
import { authEntry, startCall } from '../call.fixture.ts'
import { LastingCalls } from './lasting-calls.ts'

const ADA = new AuthContext({ subject: 'ada' })

/** A call that never ends by itself, and a timer that rings when it is told to. */
function lasting(more: Partial<AuthEntry>, auth: AuthContext = ADA) {
  let at = 1_000_000
  const timers: (() => void)[] = []
  const clock = { now: () => at, elapsed: () => at }
  const calls = new LastingCalls(clock, (_ms, ring) => {
    timers.push(ring)
    return () => {}
  })
  const entry = authEntry({ authenticate: () => auth, ...more })
  const started = startCall({
    app: { auth: { api: entry }, lasting: calls, clock },
    action: { handler: () => new Promise(() => {}) },
  })
  let told: unknown = null
  void Promise.resolve(started.outcome).then((outcome) => {
    told = outcome.kind === 'problem' ? outcome.problem.code : outcome.kind
  })
  return {
    ...started,
    timers,
    told: () => told,
    async ring(ms = 400) {
      at += ms
      timers.shift()?.()
      for (let turn = 0; turn < 20; turn++) await null
    },
  }
}

test('SES-8: who is refused is told so a round later, and the signal aborts', async () => {
  let isGone = false
  const it = lasting({ recheck: () => (isGone ? refusal('revoked') : ADA) })
  await it.ring()
  await it.ring()
  expect(it.told()).toBe(null)
  isGone = true
  await it.ring()
  // It may be what ended it, and be about to answer.
  expect(it.told()).toBe(null)
  await it.ring()
  expect(it.told()).toBe('AUTHENTICATION_ERROR')
  expect(it.call.refusal).toBe('revoked')
  expect(it.call.signal.aborted).toBe(true)
  // Nobody is left to be asked about.
  await it.ring()
  expect(it.timers).toEqual([])
})

test.each([
  ['null', () => null],
  ['nothing', () => undefined],
  ['what only looks like a context', () => ({ subject: 'ada' })],
  ['a refusal that is thrown', () => Promise.reject(refusal('revoked'))],
])('SES-8: %s keeps nobody in', async (_, recheck) => {
  const it = lasting({ recheck })
  await it.ring()
  await it.ring()
  expect(it.told()).toBe('AUTHENTICATION_ERROR')
})

test('SES-8: what cannot be asked says nothing for half a minute, and no longer', async () => {
  const it = lasting({
    recheck: () => {
      throw new Error('The database is away')
    },
  })
  await it.ring()
  await it.ring(29_000)
  expect(it.told()).toBe(null)
  await it.ring(2000)
  expect(it.told()).toBe('authenticator_unavailable')
})

test('SES-8: nor does one that never answers', async () => {
  let asked = 0
  const it = lasting({
    recheck: () => {
      asked++
      return new Promise(() => {})
    },
  })
  await it.ring()
  await it.ring(29_000)
  expect([it.told(), asked]).toEqual([null, 1])
  await it.ring(2000)
  expect(it.told()).toBe('authenticator_unavailable')
})

test('SES-8: an identity holds until it expires, whoever gave it', async () => {
  const it = lasting({}, new AuthContext({ subject: 'ada', expiresAt: 1003 }))
  await it.ring(2000)
  expect(it.told()).toBe(null)
  await it.ring(1000)
  await it.ring()
  expect(it.told()).toBe('AUTHENTICATION_ERROR')
  expect(it.call.refusal).toBe('expired')
})

test('one that was over before the call began ends nothing: its authenticator goes by something else', async () => {
  const it = lasting({}, new AuthContext({ subject: 'ada', expiresAt: 999 }))
  await it.ring(2000)
  await it.ring(1000)
  expect(it.told()).toBe(null)
})

test('SES-8: asked is what the authenticator said, whatever onAuthenticated made of it', async () => {
  const asked: unknown[] = []
  const it = lasting({
    onAuthenticated: () => new AuthContext({ subject: 'ada', metadata: { loaded: true } }),
    recheck: (_request, auth) => {
      asked.push(auth)
      return auth
    },
  })
  await it.ring()
  expect(asked).toEqual([ADA])
  expect(asked[0]).toBe(ADA)
})

test('a call that is answered before the timer rings is asked nothing', async () => {
  let asked = 0
  const timers: (() => void)[] = []
  const calls = new LastingCalls({ now: () => 0, elapsed: () => 0 }, (_ms, ring) => {
    timers.push(ring)
    return () => {}
  })
  const auth = { api: authEntry({ authenticate: () => ADA, recheck: () => asked++ }) }
  for (let turn = 0; turn < 3; turn++) {
    const { outcome } = startCall({
      app: { auth, lasting: calls },
      action: { handler: async () => null },
    })
    await outcome
  }
  expect(timers.length).toBe(1)
  timers.shift()?.()
  expect([asked, timers.length]).toEqual([0, 0])
})
