import { ImproperlyConfigured } from '../../../index.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { FlowStep } from '../flow-step.ts'
import { provePresence, signedIn } from './signed-in.ts'
import { MEMBERS, params } from './step-options.ts'

/** Removes the account and all that was sent for it in one unit: its sessions are dead by that, in every process. */
export const deleteAccount: FlowStep = {
  flow: 'delete_account',
  name: 'delete_account',
  method: 'POST',
  path: '/delete-account',
  proof: 'fresh-session',
  owner: 'caller',
  after: ['login'],
  register(routes, path, house) {
    const { accounts, mails, sessions, data, values } = house
    routes.post(
      path,
      {
        ...MEMBERS,
        name: 'delete_account',
        description: 'Delete your account for good.',
        params: { current_password: params.optionalPassword },
        problems: ['login_bad_credentials', 'account_locked', 'fresh_login_required'],
      },
      async ({ current_password: password }, call) => {
        const member = await signedIn(house, call)
        const { account } = member
        // Nobody can sign in to it again, so a fresh login would be asked for in vain.
        if (account.kind !== 'anonymous') await provePresence(house, call, member, password)
        const { id, email, locale, tenant } = account
        const unit = await call.resolve(data.db)
        // Somebody was faster: changed by its owner meanwhile, it is not for whoever knew the password of before to delete.
        if (!(await accounts.remove(unit, id, account.epoch))) {
          throw accountsProblems.problem('fresh_login_required')
        }
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
            // A log that is not erasable: what it says of persons stays.
            if (err instanceof ImproperlyConfigured) return
            log.warn({ err }, 'What the audit log says of a deleted account was not erased')
          }
        })
        return sessions.signOut(call)
      },
    )
  },
}
