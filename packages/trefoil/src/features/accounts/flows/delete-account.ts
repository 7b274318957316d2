import type { FlowStep } from '../flow-step.ts'
import { ownAccount, ownSession } from './own-session.ts'
import { provePresence } from './prove-presence.ts'
import { BY_FORM, OPTIONAL_PASSWORD } from './step-fields.ts'

/** Removes the account and all that was sent for it in one unit: its sessions are dead by that, in every process. */
export const deleteAccount: FlowStep = {
  flow: 'delete_account',
  name: 'delete_account',
  method: 'POST',
  path: '/delete-account',
  proof: 'fresh-session',
  owner: 'caller',
  after: [],
  register(routes, path, house) {
    const { accounts, mails, sessions, data, values } = house
    routes.post(
      path,
      {
        ...BY_FORM,
        name: this.name,
        guards: [ownSession],
        params: { current_password: OPTIONAL_PASSWORD },
        problems: ['login_bad_credentials', 'account_locked', 'fresh_login_required'],
      },
      async ({ current_password: password }, call) => {
        const account = await ownAccount(house, call)
        if (account.kind !== 'anonymous') await provePresence(house, call, account, password)
        const { id, email, locale, tenant } = account
        const unit = await call.resolve(data.db)
        await accounts.remove(unit, id)
        if (email !== null) {
          await mails.notice(unit, { kind: 'account_deleted', address: email, locale })
        }
        const { audit } = values
        call.background(async ({ log }) => {
          await sessions.endAll(account, null)
          if (audit === null) return
          try {
            await audit.erase(id, tenant ?? undefined)
          } catch (err) {
            log.warn({ err }, 'What the audit log says of a deleted account was not erased')
          }
        })
        return sessions.signOut(call)
      },
    )
  },
}
