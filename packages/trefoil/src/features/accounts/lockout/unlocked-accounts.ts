import type { AccountsHouse } from '../accounts-house.ts'
import type { LocksOfCommands } from './lockout-commands.ts'

/**
 * What the commands of lockout know of accounts. Commands are no calls, so nobody but they themselves writes down what they
 * did. Of an identifier that has no account nothing is.
 */
export function unlockedAccounts({
  accounts,
  values: { audit },
}: Pick<AccountsHouse, 'accounts' | 'values'>): Pick<LocksOfCommands, 'namesOf' | 'unlocked'> {
  return {
    async namesOf(identifier) {
      const account = await accounts.byIdentifier(identifier)
      if (account === null) return [identifier]
      const { email, username } = account
      return [
        ...(email === null ? [] : [{ kind: 'email' as const, text: email }]),
        ...(username === null ? [] : [{ kind: 'username' as const, text: username }]),
      ]
    },
    async unlocked(identifier) {
      const account = audit === null ? null : await accounts.byIdentifier(identifier)
      if (audit === null || account === null) return
      const { id: subject, tenant } = account
      await audit.append('accounts.unlock', {
        subject,
        ...(tenant === null ? {} : { tenant }),
        data: { by: 'trefoil accounts' },
      })
    },
  }
}
