import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { CommandContext, CommandResult, PartCommand } from '../../../parts.ts'
import { AccountOperations } from './account-operations.ts'
import { sessionOf, viewOf } from './account-view.ts'

type Options = CommandContext['options']

const ACCOUNT = {
  account: { describe: 'its id, address or user name', required: true },
} as const
const PAGE = 50
const MOST_PAGE = 1000

/**
 * `trefoil accounts …`, for whoever can read the app's code and secrets: nobody is asked who he is, and there is
 * nothing that he has no right to. How the first operator comes to be one, and the way back in.
 */
export function operatorCommands(house: AccountsHouse): readonly PartCommand[] {
  const on = new AccountOperations(house)
  return [
    {
      name: 'list',
      describe: 'accounts, a page at a time',
      options: {
        limit: { describe: `how many; ${PAGE} if not given, ${MOST_PAGE} at most` },
        after: { describe: 'what the page before has said' },
      },
      run: ({ options }) => list(on, options),
    },
    {
      name: 'show',
      describe: 'one account',
      options: ACCOUNT,
      run: async ({ options }) => shown(await on.find(null, textOf(options, 'account'))),
    },
    {
      name: 'create',
      describe: 'make an account without a password; `reset-link` gives its owner a way to set one',
      options: {
        email: { describe: 'its address', required: true },
        username: { describe: 'its user name' },
        tenant: { describe: 'its tenant' },
        roles: { describe: 'its roles, with commas between them' },
        locale: { describe: 'language of its mails, such as de' },
      },
      run: async ({ options, signal }) => {
        const given = {
          email: textOf(options, 'email'),
          username: textOrNone(options, 'username'),
          tenant: textOrNone(options, 'tenant'),
          roles: (textOrNone(options, 'roles') ?? '').split(',').map((role) => role.trim()).filter((role) => role !== ''),
          locale: textOrNone(options, 'locale'),
        }
        const account = await inUnit(house, 'created', signal, (unit) => on.create(unit, null, given))
        return shown(account, 'created')
      },
    },
    change(house, 'disable', 'disabled', 'sign an account out and let it in no more', (unit, { id }) => on.disable(unit, null, id)),
    change(house, 'enable', 'enabled', 'let a disabled account in again', (unit, { id }) => on.enable(unit, null, id)),
    change(house, 'end-sessions', 'sessions-ended', 'sign an account out everywhere', (unit, { id }) => on.endSessions(unit, null, id)),
    {
      ...change(house, 'grant', 'role-granted', 'give an account a role of the option `roles`', (unit, { id }, options) =>
        on.grant(unit, null, id, textOf(options, 'role'))),
      options: { ...ACCOUNT, role: { describe: 'the role', required: true } },
    },
    {
      ...change(house, 'revoke', 'role-revoked', 'take a role from an account', (unit, { id }, options) =>
        on.revoke(unit, null, id, textOf(options, 'role'))),
      options: { ...ACCOUNT, role: { describe: 'the role', required: true } },
    },
  ]
}
