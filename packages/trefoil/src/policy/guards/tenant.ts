import { ALLOWED, Denial } from '../../contract/auth/guard-decision.ts'
import type { Guard } from '../../contract/call/call.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readNames } from './read-names.ts'

/** What of an `AuthContext` these guards go by. */
interface Tenant {
  readonly tenant: string | null
}

const NO_CLAIM = new Denial(
  'This tool requires a tenant identity, but the client presented no tenant claim ' +
    "(check the token's tenant claim or the API-key config's tenant_id)",
  undefined,
  false,
)

const NO_TENANT = new Denial(
  'This tool requires a tenant identity, but the client presented none',
  undefined,
  false,
)

/**
 * Passes for callers that belong to a tenant. For every action: `createApp({ guards: [requireTenant()] })`
 * (P-REQ-4).
 *
 * @throws ImproperlyConfigured for arguments, of which it has none
 */
export function requireTenant(): Guard {
  // Tenants given here would be thought to be required.
  // biome-ignore lint/complexity/noArguments: it has no parameters by type, and JavaScript callers have no types
  if (arguments.length > 0) {
    throw new ImproperlyConfigured("requireTenant() takes nothing: use hasTenant('acme')")
  }
  return REQUIRE_TENANT
}

const REQUIRE_TENANT: Guard = Object.freeze({
  name: 'RequireTenant',
  needsInput: false,
  // `AuthContext` has no empty ones.
  decide: ({ tenant }: Tenant) => (tenant === null ? NO_CLAIM : ALLOWED),
})

/**
 * Passes for callers of these tenants. The denial names the caller's own and no other (PW-33).
 *
 * @throws ImproperlyConfigured without tenants (PW-09)
 */
export function hasTenant(...tenants: readonly string[]): Guard {
  const allowed = readNames('hasTenant', tenants)
  return Object.freeze({
    name: 'HasTenant',
    needsInput: false,
    decide({ tenant }: Tenant) {
      if (tenant === null) return NO_TENANT
      if (allowed.includes(tenant)) return ALLOWED
      return new Denial(`This tool is not available to tenant '${tenant}'`, undefined, false)
    },
  })
}
