import type { Behaviour } from '../behaviour.ts'

const ARGS = { order_id: 'ord_1', amount: 10, lines: [{ sku: 'a', count: 1 }] }
const BOUND = { ...ARGS, reason: 'none' }

const REQUIRED = {
  ok: false,
  code: 'approval_required',
  message: 'Approval required',
  status: 409,
  hashOf: BOUND,
} as const
const DENIED = {
  ok: false,
  code: 'approval_denied',
  message: 'Approval denied',
  status: 403,
  hashOf: BOUND,
} as const

function refund(name: string, approval: Behaviour['approval'], expect: Behaviour['expect']) {
  return {
    name,
    as: 'writer',
    action: 'refund',
    args: ARGS,
    expect,
    ...(approval === undefined ? {} : { approval }),
  } satisfies Behaviour
}

/** May it happen with exactly these arguments. The action needs approval on HTTP too (W-11). */
export const APPROVAL: readonly Behaviour[] = [
  refund('APPR-2 no token: required, with the hash', undefined, REQUIRED),
  refund('APPR-2 a token of nothing: denied', 'nonsense', DENIED),
  {
    ...refund('RPC-4 a blank token is refused; the hook is not asked', ' ', {
      ok: false,
      code: 'invalid_approval',
      message: 'Invalid approval token',
      status: 400,
    }),
    except: {
      http: 'a blank header is no header: approval_required',
      'mcp-legacy': 'a JSON-RPC error of its own: see attacks/approval-reuse',
      'mcp-modern': 'a JSON-RPC error of its own: see attacks/approval-reuse',
    },
  },
  refund('APPR-2 a hook that throws denies', 'hook-throws', DENIED),
  refund('W-9 only true approves', 'hook-says-yes', DENIED),
  refund(
    'APPR-2 APPR-5 approved',
    { action: 'refund', bound: BOUND },
    { ok: true, bound: BOUND, subject: 'writer_1', opens: 1 },
  ),
  refund(
    'APPR-6 approved whatever the order of members',
    {
      action: 'refund',
      bound: {
        reason: 'none',
        lines: [{ count: 1, sku: 'a' }],
        amount: 10,
        order_id: 'ord_1',
      },
    },
    { ok: true, bound: BOUND, subject: 'writer_1', opens: 1 },
  ),
  refund(
    'APPR-4 approved for another amount',
    { action: 'refund', bound: { ...BOUND, amount: 1 } },
    DENIED,
  ),
  refund(
    'APPR-4 approved for another line',
    { action: 'refund', bound: { ...BOUND, lines: [{ sku: 'a', count: 2 }] } },
    DENIED,
  ),
  refund('APPR-4 approved for another action', { action: 'refund_again', bound: BOUND }, DENIED),
  {
    name: 'APPR-2 validation comes before approval: no token helps a bad argument',
    as: 'writer',
    action: 'refund',
    args: { ...ARGS, amount: 'ten' },
    approval: { action: 'refund', bound: { ...BOUND, amount: 'ten' } },
    expect: {
      ok: false,
      code: 'VALIDATION_ERROR',
      message: { api: 'Invalid body field: amount', agents: 'Invalid action argument: amount' },
      status: 400,
    },
  },
  {
    name: 'P-PIPE-3 guards come before approval: no token helps a missing scope',
    as: 'reader',
    action: 'refund',
    args: ARGS,
    approval: { action: 'refund', bound: BOUND },
    expect: {
      ok: false,
      code: 'ACCESS_DENIED',
      message: 'Requires any of scopes [orders:write], but client has [orders:read]',
      status: 403,
      mcpStatus: 403,
    },
  },
]
