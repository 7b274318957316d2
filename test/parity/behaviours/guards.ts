import type { Behaviour } from '../behaviour.ts'

const UNAUTHORIZED = {
  ok: false,
  code: 'AUTHENTICATION_ERROR',
  message: 'Unauthorized',
  status: 401,
  mcpStatus: 401,
} as const

const DONE = { ok: true, value: 'done', opens: 0 } as const

function denied(guard: string, message: string): Behaviour['expect'] {
  return { ok: false, code: 'ACCESS_DENIED', message, status: 403, guard }
}

function row(
  name: string,
  as: Behaviour['as'],
  action: string,
  expect: Behaviour['expect'],
): Behaviour {
  return { name, as, action, expect }
}

/** Texts of the guards, to known callers alone. */
export const GUARDS: readonly Behaviour[] = [
  row('P-GRD-1 X-12 requireAuth: known is enough', 'reader', 'any_client', DONE),
  row(
    'P-GRD-1 PW-33 requireClientId: the caller, and never who would pass',
    'reader',
    'for_cron',
    denied('RequireClientId', "Client 'user_1' is not allowed to call this tool"),
  ),
  row('P-GRD-1 requireClientId: the one that is named', 'reader', 'for_user', DONE),
  row(
    'P-GRD-1 P-REQ-4 requireTenant: without one',
    'reader',
    'for_tenants',
    denied(
      'RequireTenant',
      'This tool requires a tenant identity, but the client presented no tenant claim ' +
        "(check the token's tenant claim or the API-key config's tenant_id)",
    ),
  ),
  row('P-REQ-4 requireTenant: any tenant', 'ofUmbrella', 'for_tenants', DONE),
  row(
    'P-GRD-1 hasTenant: without one',
    'reader',
    'for_acme',
    denied('HasTenant', 'This tool requires a tenant identity, but the client presented none'),
  ),
  row(
    'P-GRD-1 PW-33 hasTenant: of another one, and no other is named',
    'ofUmbrella',
    'for_acme',
    denied('HasTenant', "This tool is not available to tenant 'umbrella'"),
  ),
  row(
    'P-GRD-1 hasAllRoles: what is missing',
    'admin',
    'approve_budget',
    denied(
      'HasAllRoles',
      'Requires all roles [admin, finance], client has [admin], missing [finance]',
    ),
  ),
  row(
    'S-RBAC-3 hasPermission: only what is missing, in the order asked',
    'reader',
    'write_users',
    denied('HasPermission', 'missing_permissions:user.write,billing.read'),
  ),
  row('S-RBAC-2 hasPermission: united, and inherited', 'admin', 'write_users', DONE),
  row(
    'S-RBAC-3 hasAnyPermission',
    'reader',
    'read_users',
    denied('HasAnyPermission', 'insufficient_permissions'),
  ),
  row('S-RBAC-2 hasAnyPermission: inherited', 'admin', 'read_users', DONE),
  row(
    'P-GRD-2 a guard of the app in words of its own',
    'reader',
    'from_office',
    denied('IPAllowlist', 'No address of user_1 is in the allowlist'),
  ),
  {
    name: 'P-GRD-3 call.authorize() ends the call as a guard of the action does',
    as: 'admin',
    action: 'edit_note',
    args: { owner: 'bob' },
    expect: denied('OwnNote', 'The note of bob is not yours'),
  },
  {
    name: 'P-GRD-3 call.authorize() sees the bound arguments',
    as: 'admin',
    action: 'edit_note',
    args: { owner: 'admin_1' },
    expect: DONE,
  },
  ...['for_cron', 'for_tenants', 'for_acme', 'write_users', 'read_users', 'from_office'].map(
    (action) =>
      row(`P-GRD-5 X-13 ${action} tells a stranger nothing`, 'nobody', action, UNAUTHORIZED),
  ),
]
