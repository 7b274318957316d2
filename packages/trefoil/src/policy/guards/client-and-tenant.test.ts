import { expect, test } from 'vitest'
import { AuthContext, type Identity } from '../../contract/auth/auth-context.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import { requireClientId } from './require-client-id.ts'
import { hasTenant, requireTenant } from './tenant.ts'

const NO_CALL = {} as Call

async function denial(one: Guard, identity: Identity): Promise<string | null> {
  const decision = await one.decide(new AuthContext(identity), NO_CALL)
  return 'deny' in decision ? decision.text : null
}

test('P-GRD-1, PW-33: requireClientId passes for those that are named, and names none of them', async () => {
  const one = requireClientId('cron-service', 'admin-agent')
  expect(one).toEqual({ name: 'RequireClientId', needsInput: false, decide: expect.any(Function) })
  expect(await denial(one, { subject: 'cron-service' })).toBeNull()
  const text = await denial(one, { subject: 'x' })
  expect(text).toBe("Client 'x' is not allowed to call this tool")
})

test.each(['Cron', 'cron ', ' cron', 'сron', 'cron\u200b', 'cron,x', '__proto__', 'constructor'])(
  'P-GRD-1: %j is not cron',
  async (subject) => {
    expect(await denial(requireClientId('cron', 'x'), { subject })).toContain('is not allowed')
  },
)

test('PW-33: whoever acts for a client that is named is not that client', async () => {
  const one = requireClientId('cron', 'deputy')
  const acting = (...subjects: string[]) =>
    denial(one, { subject: 'cron', actor: subjects.map((subject) => ({ subject })) })
  expect(await acting('stranger')).toBe("Client 'stranger' is not allowed to call this tool")
  expect(await acting('deputy')).toBeNull()
  // Who acted before is history (RFC 8693 §4.1).
  expect(await acting('deputy', 'stranger')).toBeNull()
  expect(await acting('stranger', 'deputy')).not.toBeNull()
})

test('P-GRD-1, P-REQ-4, S-TEN-1: guards of tenants in their words', async () => {
  const [ofAcme, ofNobody] = [{ subject: 'a', tenant: 'acme' }, { subject: 'a' }]
  expect(await denial(requireTenant(), ofAcme)).toBeNull()
  expect(await denial(requireTenant(), ofNobody)).toBe(
    'This tool requires a tenant identity, but the client presented no tenant claim ' +
      "(check the token's tenant claim or the API-key config's tenant_id)",
  )
  expect(await denial(hasTenant('globex', 'acme'), ofAcme)).toBeNull()
  expect(await denial(hasTenant('globex', 'initech'), ofAcme)).toBe(
    "This tool is not available to tenant 'acme'",
  )
  expect(await denial(hasTenant('globex'), ofNobody)).toBe(
    'This tool requires a tenant identity, but the client presented none',
  )
})

test.each(Object.entries({ requireClientId, hasTenant }))(
  'PW-09, PW-13: %s() takes one at least, and texts',
  (name, make) => {
    expect(() => make()).toThrow(`${name}() needs at least one value: an empty list guards nothing`)
    for (const odd of [[['a']], [''], ['a', null], [new String('a')]]) {
      expect(() => make(...(odd as string[]))).toThrow(
        `${name}() takes non-empty text values, not a list`,
      )
    }
  },
)

test('PW-09: requireTenant takes nothing', () => {
  expect(() => requireTenant(...([['acme']] as unknown as []))).toThrow("use hasTenant('acme')")
})

test('FND-56: a list that is changed later changes nothing', async () => {
  const ids = ['cron']
  const one = requireClientId(...ids)
  ids.push('x')
  expect(await denial(one, { subject: 'x' })).not.toBeNull()
  expect(Object.isFrozen(one)).toBe(true)
})
