import type { Behaviour } from '../behaviour.ts'

const UNAUTHORIZED = {
  ok: false,
  code: 'AUTHENTICATION_ERROR',
  message: 'Unauthorized',
  status: 401,
  mcpStatus: 401,
} as const

const ORDER = { order_id: 'ord_1' }
const SEEN = { ...ORDER, include_events: false }

function refused(name: string, as: Behaviour['as'], challenge: string): Behaviour {
  return { name, as, action: 'get_order', args: ORDER, expect: { ...UNAUTHORIZED, challenge } }
}

/** Who is calling, and may it happen. */
export const IDENTITY: readonly Behaviour[] = [
  refused('AUTH-4 no credential', 'nobody', 'Bearer'),
  refused('P-JWT-4 X-08 expired from the second exp names on', 'expired', 'Token expired'),
  refused('P-JWT-4 signature of another key', 'tampered', 'Invalid JWT signature'),
  refused('P-JWT-4 not a token at all', 'garbage', 'Malformed JWT token'),
  refused('P-JWT-4 token of another audience', 'otherAudience', 'audience mismatch'),
  refused('P-JWT-4 token of another issuer', 'otherIssuer', 'expected issuer'),
  refused('P-JWT-4 token of tomorrow', 'notYet', 'Token not yet valid'),
  refused('P-JWT-4 token without an end', 'noExpiry', "missing 'exp'"),
  refused('PW-12 PW-13 roles that are no list', 'spelledRoles', "Invalid 'roles' claim"),
  refused('P-MW-5 a tenant of blanks', 'blankTenant', "Invalid 'tenant_id' claim"),
  refused('PW-19 a subject of nothing', 'blankSubject', "Invalid 'sub' claim"),
  refused('DEL-1 an actor that nobody is', 'namelessActor', "Invalid 'act' claim"),
  refused('DEL-1 more actors than anybody set up', 'endlessActors', "in the 'act' claim"),
  {
    name: 'PW-19 a subject in any letters is the same one everywhere',
    as: 'foreignLetters',
    action: 'get_order',
    args: ORDER,
    expect: { ok: true, bound: SEEN, subject: 'Åsa-\u{1F98A}-Ωμέγα', opens: 1 },
  },
  {
    name: 'DEL-1 who acts for somebody calls as that subject',
    as: 'throughAgent',
    action: 'get_order',
    args: ORDER,
    expect: { ok: true, bound: SEEN, subject: 'ann', opens: 1 },
  },
  {
    name: 'AUTH-4 a refused caller is not told that its arguments are wrong too',
    as: 'nobody',
    action: 'create_order',
    args: { quantity: 'many', nonsense: true },
    expect: UNAUTHORIZED,
  },
  {
    name: 'AUTH-4 a refused caller is not told that a crashing action crashes',
    as: 'expired',
    action: 'crash',
    expect: UNAUTHORIZED,
  },
  {
    name: 'AUTH-6 public: nobody may call',
    as: 'nobody',
    action: 'health',
    expect: { ok: true, value: { up: true }, opens: 0 },
  },
  {
    name: 'AUTH-6 public: the authenticator is skipped even when a token is sent',
    as: 'reader',
    action: 'who',
    expect: { ok: true, bound: {}, subject: null, opens: 0 },
  },
  {
    name: 'AUTH-6 public: a bad token does not hurt',
    as: 'tampered',
    action: 'who',
    expect: { ok: true, bound: {}, subject: null, opens: 0 },
  },
  {
    name: 'P-GRD-1 missing scope: a challenge that names it',
    as: 'reader',
    action: 'create_order',
    args: { sku: 'sku-coffee', quantity: 1 },
    expect: {
      ok: false,
      code: 'ACCESS_DENIED',
      message: 'Requires any of scopes [orders:write], but client has [orders:read]',
      status: 403,
      mcpStatus: 403,
      challenge: 'error="insufficient_scope", scope="orders:write"',
    },
  },
  {
    name: 'P-GRD-1 missing role: denied, and no new token would help',
    as: 'writer',
    action: 'delete_order',
    args: ORDER,
    expect: {
      ok: false,
      code: 'ACCESS_DENIED',
      message: 'Requires any of roles [admin], but client has [(none)]',
      status: 403,
    },
  },
  {
    name: 'P-PIPE-3 guards without input come before validation',
    as: 'reader',
    action: 'create_order',
    args: { quantity: 'many', nonsense: true },
    expect: {
      ok: false,
      code: 'ACCESS_DENIED',
      message: 'Requires any of scopes [orders:write], but client has [orders:read]',
      status: 403,
      mcpStatus: 403,
    },
  },
  {
    name: 'PW-04 a guard that fails denies, and keeps its reason to itself',
    as: 'admin',
    action: 'crash_guard',
    expect: {
      ok: false,
      code: 'ACCESS_DENIED',
      message: 'Access denied by Broken',
      status: 403,
    },
  },
]
