import type { AccountsHouse } from '../accounts-house.ts'
import type { Identifier } from '../identifier.ts'

/** Commands are no calls, so nobody but they themselves writes down what they did. Of an identifier that has no account nothing is. */
export function tellUnlocked({
  accounts,
  values: { audit },
}: Pick<AccountsHouse, 'accounts' | 'values'>): (identifier: Identifier) => Promise<void> {
  return async (identifier) => {
    const account = audit === null ? null : await accounts.byIdentifier(identifier)
    if (audit === null || account === null) return
    const { id: subject, tenant } = account
    await audit.append('accounts.unlock', {
      subject,
      ...(tenant === null ? {} : { tenant }),
      data: { by: 'trefoil accounts' },
    })
  }
}
