// What of accounts the audit log says, and of whom (SW-26).
import { expect, it } from 'vitest'
import { type AuditLog, auditLog } from '../../packages/trefoil/src/audit.ts'
import { PASSWORD, tokenOf, World } from './accounts-world.ts'

const ADA = 'ada@example.com'
const OTHER = 'ochre-sandpiper-lintel-91'

async function told(take: (world: World) => Promise<unknown>, onLogin = false) {
  let log: AuditLog | null = null
  const world = new World({
    audit: (data) => {
      log = auditLog({ data, keys: 'a'.repeat(40) })
      return log
    },
    // A hook that opens the unit of the call is no reason to say less.
    ...(onLogin
      ? { accounts: { onLogin: (_, call) => call.resolve(world.data.db) as never } }
      : {}),
  })
  await take(world)
  await world.client.idle()
  const { entries } = await (log as unknown as AuditLog).find({ limit: 200 })
  const facts = entries.map(
    ({ event }) => JSON.parse(JSON.stringify(event)) as Record<string, unknown>,
  )
  const verdict = await (log as unknown as AuditLog).verify()
  await world[Symbol.asyncDispose]()
  return { facts, verdict }
}

it.each([false, true])(
  'SW-26: who signed in, by what and into which session; hook with a unit: %s',
  async (hooked) => {
    let id = ''
    const { facts, verdict } = await told(async (world) => {
      await world.register(ADA, PASSWORD)
      await world.post('/login', { username: ADA, password: 'wrong wrong wrong 1' })
      id = await world.idOf(await world.login(ADA, PASSWORD))
      await world.client.idle()
      await world.enter(ADA)
      const { body } = await world.post('/email-code', { email: ADA })
      const code = await world.codeTo(ADA)
      tokenOf(await world.post('/email-code/confirm', { challenge: body['challenge'], code }))
      world.at += 2000
      await world.post('/forgot-password', { email: ADA })
      const token = await world.linkTo(ADA, 'reset-password')
      expect((await world.post('/reset-password', { token, password: OTHER })).status).toBe(200)
      await world.enter('new@example.com')
    }, hooked)
    const events = facts.filter(({ type }) => type === 'event')
    const mine = events.filter(({ subject }) => subject === id)
    expect(mine.map(({ name, data }) => [name, Object(data)['methods']])).toEqual([
      ['user.created', undefined],
      ['login.succeeded', ['pwd']],
      ['login.succeeded', ['mail']],
      ['login.succeeded', ['otp']],
      ['password.reset', undefined],
    ])
    expect(events.filter(({ subject }) => subject !== id).map(({ name }) => name)).toEqual([
      'user.created',
      'login.succeeded',
    ])
    for (const { name, data } of mine) {
      if (name === 'login.succeeded') expect(Object(data)['session']).toMatch(/^[\w-]{32}$/)
    }
    // One that failed is told by its call: by whose name, and how it ended.
    expect(facts).toContainEqual(
      expect.objectContaining({
        type: 'call',
        action: 'login',
        problem: 'login_bad_credentials',
        arguments: { username: ADA },
      }),
    )
    expect(verdict.ok).toBe(true)
  },
)

it('SW-26: a lock, the end of a session and a change of a password are told by their calls', async () => {
  let id = ''
  const { facts } = await told(async (world) => {
    await world.register(ADA, PASSWORD)
    const token = await world.login(ADA, PASSWORD)
    id = await world.idOf(token)
    const next = tokenOf(
      await world.post('/change-password', { current_password: PASSWORD, password: OTHER }, token),
    )
    await world.send('DELETE', '/sessions/others', undefined, next)
    await world.post('/logout', {}, next)
    for (let at = 0; at < 5; at += 1) {
      await world.post('/login', { username: ADA, password: `wrong wrong wrong ${at}` })
    }
  })
  for (const action of ['change_password', 'end_other_sessions', 'logout']) {
    expect(facts).toContainEqual(
      expect.objectContaining({ type: 'call', action, subject: id, outcome: 'ok' }),
    )
  }
  expect(facts).toContainEqual(
    expect.objectContaining({ action: 'login', problem: 'account_locked', status: 429 }),
  )
})

it('a sign-in whose entry cannot be written does not happen (SW-26)', async () => {
  await using world = new World({
    audit: (data) => {
      const log = auditLog({ data, keys: 'a'.repeat(40) })
      return log
    },
  })
  await world.register(ADA, PASSWORD)
  await world.post('/magic-link', { email: ADA })
  const token = await world.linkTo(ADA, 'magic-link')
  await world.run('alter table trefoil_audit_entries rename to trefoil_audit_elsewhere')
  const refused = await world.post('/magic-link/confirm', { token })
  expect(refused.status).toBeGreaterThanOrEqual(500)
  await world.run('alter table trefoil_audit_elsewhere rename to trefoil_audit_entries')
  expect((await world.post('/magic-link/confirm', { token })).status).toBe(200)
})
