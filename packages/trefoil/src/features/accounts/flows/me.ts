import type { FlowStep } from '../flow-step.ts'
import { ownAccount, ownSession } from './own-session.ts'

/** What an account is told of itself: no secret, no digest of one, and nothing that counts its sessions. */
export const me: FlowStep = {
  flow: 'account',
  name: 'get_account',
  method: 'GET',
  path: '/me',
  proof: 'session',
  owner: 'caller',
  after: [],
  register(routes, path, house) {
    routes.get(path, { name: this.name, guards: [ownSession] }, async (_, call) => {
      const account = await ownAccount(house, call)
      return {
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
    })
  },
}
