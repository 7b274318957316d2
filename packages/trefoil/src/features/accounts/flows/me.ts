import { reply } from '../../../index.ts'
import type { FlowStep } from '../flow-step.ts'
import { NEVER_KEPT } from './accepted.ts'
import { signedIn } from './signed-in.ts'

/** What an account is told of itself: no secret, no digest of one, and nothing that counts its sessions. */
export const me: FlowStep = {
  flow: 'account',
  name: 'get_account',
  method: 'GET',
  path: '/me',
  proof: 'session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    routes.get(
      path,
      { name: 'get_account', description: 'Show your account.' },
      async (_, call) => {
        const { account } = await signedIn(house, call)
        const shown = {
          id: account.id,
          kind: account.kind,
          email: account.email,
          username: account.username,
          tenant: account.tenant,
          roles: account.roles,
          locale: account.locale,
          has_password: account.password !== null,
          created_at: new Date(account.createdAt).toISOString(),
          last_login_at:
            account.lastLoginAt === null ? null : new Date(account.lastLoginAt).toISOString(),
        }
        return reply(shown, { headers: NEVER_KEPT })
      },
    )
  },
}
