// Whoever has lost every second factor asks an operator; what an operator does there is seen.
import { expect, it, vi } from 'vitest'
import { auditLog } from '../../packages/trefoil/src/audit.ts'
import { hasRole } from '../../packages/trefoil/src/auth.ts'
import type { CommandResult } from '../../packages/trefoil/src/parts.ts'
import { GateWorld } from './gate-world.ts'

vi.setConfig({ testTimeout: 30_000 })

const ADA = 'ada@example.com'
const OLGA = 'olga@example.com'

async function command(
  world: GateWorld,
  name: string,
  options: Record<string, string | boolean>,
): Promise<CommandResult> {
  const found = world.people.commands?.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no command ${name}`)
  const { signal } = new AbortController()
  const context = { options, app: undefined as never, signal, print() {} }
  return (await found.run(context)) as CommandResult
}

it('MFA-6: an operator lists and resets factors: audited, told, signed out, with trusted devices and codes', async () => {
  let log: ReturnType<typeof auditLog> | undefined
  const audit = (data: GateWorld['data']) => {
    log = auditLog({ keys: 'a'.repeat(32), data })
    return log
  }
  await using world = new GateWorld({}, { audit })
  await world.person(ADA)
  const phone = await world.enrol(ADA)
  const first = await world.enterBy('password', ADA)
  const trust = { trust_device: true }
  const { who, body } = await world.verify(first, world.codeOf(phone), {}, trust)
  const listed = await command(world, 'factors', { account: ADA })
  expect(listed.json).toMatchObject({ factors: [{ kind: 'totp' }] })
  expect(JSON.stringify(listed)).not.toContain(phone.secret)
  // Refused as every other command refuses.
  await expect(command(world, 'reset-factors', { account: ADA })).rejects.toThrow('removes 1')
  expect(await world.opens(who ?? {})).toBe(200)
  const { json } = await command(world, 'reset-factors', { account: ADA, yes: true })
  expect(json).toMatchObject({ ok: true, removed: 1 })
  const { entries } = await (log as ReturnType<typeof auditLog>).find({ limit: 100 })
  expect(JSON.stringify(entries)).toContain('accounts.reset_factors')
  world.at += 1001
  expect(await world.opens(who ?? {})).toBe(401)
  for (const table of ['factors', 'recovery', 'trusted']) {
    expect(await world.run(`select account_id from trefoil_accounts_${table}`), table).toEqual([])
  }
  expect((await world.mailTo(ADA))?.subject).toMatch(/second steps .* were removed/)
  const { trusted_token } = body
  const next = await world.enterBy('password', ADA, 'bearer', {}, { trusted_token })
  expect(next.status).toBe(200)
})

it('SW-36: over HTTP by operators alone, for accounts that do not outrank them', async () => {
  await using world = new GateWorld(
    {},
    { accounts: { roles: ['admin', 'support'], operators: hasRole('admin', 'support') } },
  )
  await world.person(ADA)
  await world.enrol(ADA)
  await world.person(OLGA)
  const idOf = async (email: string) => {
    const [row] = await world.run('select id from trefoil_accounts where email = ?', [email])
    return String(Object(row).id)
  }
  const path = `/operators/accounts/${await idOf(ADA)}/reset-factors`
  const olga = async () => (await world.enterBy('password', OLGA)).who ?? {}
  expect((await world.call(path, {}, await olga())).status).toBe(403)
  await world.run('update trefoil_accounts set roles = ? where email = ? returning id', [
    '["support"]',
    OLGA,
  ])
  const setRoles = (roles: string) =>
    world.run('update trefoil_accounts set roles = ? where email = ? returning id', [roles, ADA])
  await setRoles('["admin"]')
  expect((await world.call(path, {}, await olga())).body['code']).toBe('operator_outranked')
  await setRoles('[]')
  const own = `/operators/accounts/${await idOf(OLGA)}/reset-factors`
  expect((await world.call(own, {}, await olga())).body['code']).toBe('own_account')
  expect((await world.call(path, {}, await olga())).status).toBe(200)
  expect(await world.run('select id from trefoil_accounts_factors')).toEqual([])
})

it('SW-26: a login that waits, and one that was finished, are told with what was shown', async () => {
  let log: ReturnType<typeof auditLog> | undefined
  await using world = new GateWorld(
    {},
    {
      audit: (data) => {
        log = auditLog({ keys: 'a'.repeat(32), data })
        return log
      },
    },
  )
  await world.person(ADA)
  const phone = await world.enrol(ADA)
  const first = await world.enterBy('password', ADA)
  await world.verify(first, world.codeOf(phone))
  await world.client.idle()
  const { entries } = await (log as ReturnType<typeof auditLog>).find({ limit: 100 })
  const text = JSON.stringify(entries)
  const named = (name: string) => entries.filter((entry) => JSON.stringify(entry).includes(name))
  expect(named('login.challenged')).toHaveLength(1)
  expect(named('login.challenged')[0]).toMatchObject({ event: { data: { methods: ['pwd'] } } })
  const done = named('login.succeeded').map((entry) => JSON.stringify(entry))
  expect(done.some((entry) => entry.includes('"pwd","totp"'))).toBe(true)
  expect(text).not.toContain(String(first.body['pre_token']))
  expect(text).not.toContain(phone.secret)
})
