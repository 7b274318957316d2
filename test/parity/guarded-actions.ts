import { z } from 'zod'
import {
  guard,
  hasAllRoles,
  hasTenant,
  inputGuard,
  permissions,
  requireAuth,
  requireClientId,
  requireTenant,
} from '../../packages/trefoil/src/auth.ts'
import { definePart, type Part } from '../../packages/trefoil/src/parts.ts'

const can = permissions(
  { support: ['user.read'], admin: ['user.write', 'billing.read'], visitor: ['session.list'] },
  { inherits: { admin: ['support'] }, everyone: ['visitor'] },
)

const worded = guard({
  name: 'IPAllowlist',
  check: (_, call) => call.client.address === '192.0.2.1',
  denial: async (auth) => `No address of ${auth.subject} is in the allowlist`,
})

const ownNote = inputGuard({
  name: 'OwnNote',
  check: (auth, call) => call.args['owner'] === auth.subject,
  denial: (_, call) => `The note of ${call.args['owner']} is not yours`,
})

const GUARDS = {
  any_client: requireAuth(),
  for_cron: requireClientId('nightly', 'cron'),
  for_user: requireClientId('user_1'),
  for_tenants: requireTenant(),
  for_acme: hasTenant('acme', 'globex'),
  approve_budget: hasAllRoles('admin', 'finance'),
  write_users: can.hasPermission('user.write', 'session.list', 'billing.read'),
  read_users: can.hasAnyPermission('user.read', 'user.write'),
  from_office: worded,
} as const

/** One action for each kind of guard. */
export function guardedActions(): Part {
  return definePart({
    name: 'guarded',
    actions: (routes) => {
      for (const [name, one] of Object.entries(GUARDS)) {
        const about = { name, description: 'Guarded.', tool: true, cli: true } as const
        routes.post(`/guarded/${name}`, { ...about, guards: [one] }, () => 'done')
      }
      routes.post(
        '/guarded/notes',
        {
          name: 'edit_note',
          description: 'Asks a guard inside.',
          tool: true,
          cli: true,
          params: { owner: z.string() },
        },
        async (_, call) => {
          await call.authorize(ownNote)
          return 'done'
        },
      )
    },
  })
}
