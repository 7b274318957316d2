import type { StoredAccount } from '../account.ts'
import { appendWith } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'

/** A unit of work of a command, and what is written down of it. */
export type OperatorUnit = (
  command: string,
  signal: AbortSignal,
  work: (unit: object) => Promise<StoredAccount>,
) => Promise<StoredAccount>

/** Commands are no calls, so nobody but they themselves writes down what they did. */
export function operatorUnit({ data, values: { audit } }: AccountsHouse): OperatorUnit {
  return async (command, signal, work) => {
    return data.unit(async (unit) => {
      const account = await work(unit)
      if (audit === null) return account
      const { id: subject, tenant } = account
      const name = `accounts.${command.replaceAll('-', '_')}`
      const event = {
        subject,
        ...(tenant === null ? {} : { tenant }),
        data: { by: 'trefoil accounts', roles: account.roles },
      }
      // The last in it: others wait for the log from then on.
      await appendWith(audit, unit, name, event)
      return account
    }, signal)
  }
}
