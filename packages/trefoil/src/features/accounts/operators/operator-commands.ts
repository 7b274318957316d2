import { wrongUsage } from '../../../inner.ts'
import type { CommandContext, CommandResult, PartCommand } from '../../../parts.ts'
import type { StoredAccount } from '../account.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { AccountOperations } from './account-operations.ts'
import { factorOf, sessionOf, viewOf } from './account-view.ts'
import { checkedPage, listOf, textOf, textOrNull } from './command-options.ts'
import { type OperatorUnit, operatorUnit } from './operator-unit.ts'

type Options = CommandContext['options']
type Row = NonNullable<PartCommand['options']>

const ACCOUNT: Row = { account: { describe: 'its id, address or user name', required: true } }
const ROLE: Row = { ...ACCOUNT, role: { describe: 'the role', required: true } }
const TENANT: Row = {
  ...ACCOUNT,
  tenant: { describe: 'the tenant' },
  none: { describe: 'no tenant at all', kind: 'flag' },
}
const CREATE: Row = {
  email: { describe: 'its address', required: true },
  username: { describe: 'its user name' },
  tenant: { describe: 'its tenant' },
  roles: { describe: 'its roles, with commas between them' },
  locale: { describe: 'language of its mails, such as de' },
}

/**
 * `trefoil accounts …`, for whoever can read the app's code and secrets: nobody is asked who he is, and there is
 * nothing that he has no right to. How the first operator comes to be one, and the way back in.
 */
export function operatorCommands(house: AccountsHouse): readonly PartCommand[] {
  const on = new AccountOperations(house)
  const inUnit = operatorUnit(house)

  const change: Change = (name, describe, work, options = ACCOUNT) => {
    return {
      name,
      describe,
      options,
      run: async ({ options: given, signal }) => {
        const { id } = await on.find(null, textOf(given, 'account'))
        return shown(await inUnit(name, signal, (unit) => work(unit, id, given)))
      },
    }
  }

  return [
    {
      name: 'list',
      describe: 'accounts, a page at a time',
      options: {
        limit: { describe: 'how many; 50 if not given, 1000 at most' },
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
      describe: 'make an account without a password; `reset-link` lets its owner set one',
      options: CREATE,
      run: async ({ options, signal }) => {
        const given = {
          email: textOf(options, 'email'),
          username: textOrNull(options, 'username'),
          tenant: textOrNull(options, 'tenant'),
          roles: listOf(options, 'roles'),
          locale: textOrNull(options, 'locale'),
        }
        return shown(await inUnit('create', signal, (unit) => on.create(unit, null, given)))
      },
    },
    change('disable', 'sign an account out and let it in no more', (unit, id) =>
      on.disable(unit, null, id),
    ),
    change('enable', 'let a disabled account in again', (unit, id) => on.enable(unit, null, id)),
    change(
      'grant',
      'give an account a role, one of the option `roles`',
      (unit, id, given) => on.grant(unit, null, id, textOf(given, 'role')),
      ROLE,
    ),
    change(
      'revoke',
      'take a role from an account',
      (unit, id, given) => on.revoke(unit, null, id, textOf(given, 'role')),
      ROLE,
    ),
    tenantCommand(on, change),
    {
      name: 'sessions',
      describe: 'login sessions of an account',
      options: ACCOUNT,
      run: async ({ options }) => {
        const sessions = await on.sessions(null, textOf(options, 'account'))
        const lines = sessions.map(({ id, lastSeenAt, device, address }) =>
          [id, new Date(lastSeenAt).toISOString(), address ?? '-', device ?? '-'].join('  '),
        )
        const text = lines.length === 0 ? 'no sessions' : lines.join('\n')
        return { text, json: { ok: true, sessions: sessions.map(sessionOf) } }
      },
    },
    {
      name: 'factors',
      describe: 'second factors of an account',
      options: ACCOUNT,
      run: async ({ options }) => {
        const factors = await on.factors(null, textOf(options, 'account'))
        const lines = factors.map(({ id, kind, name, createdAt, usedAt }) => {
          const used = usedAt === null ? 'never used' : `used ${new Date(usedAt).toISOString()}`
          return [id, kind, shownName(name), new Date(createdAt).toISOString(), used].join('  ')
        })
        const text = lines.length === 0 ? 'no second factors' : lines.join('\n')
        return { text, json: { ok: true, factors: factors.map(factorOf) } }
      },
    },
    resetFactorsCommand(on, inUnit),
    change('end-sessions', 'sign an account out everywhere', (unit, id) =>
      on.endSessions(unit, null, id),
    ),
    deleteCommand(on, inUnit),
    resetCommand(house, on, inUnit),
  ]
}

async function list(on: AccountOperations, options: Options): Promise<CommandResult> {
  const limit = checkedPage(options)
  if (limit === null) {
    throw wrongUsage('--limit must be a number from 1 to 1000', 'Say --limit 50, or leave it out.')
  }
  const { accounts, next } = await on.page(null, textOrNull(options, 'after') ?? '', limit)
  const more = next === null ? [] : [`more: --after ${next}`]
  return {
    text: accounts.length === 0 ? 'no accounts' : [...accounts.map(lineOf), ...more].join('\n'),
    json: { ok: true, accounts: accounts.map(viewOf), next },
  }
}

type Change = (
  name: string,
  describe: string,
  work: (unit: object, id: string, options: Options) => Promise<StoredAccount>,
  options?: Row,
) => PartCommand

/** Without a word it would be taken from whatever it was in by a slip. */
function tenantCommand(on: AccountOperations, change: Change): PartCommand {
  const command = change(
    'set-tenant',
    'move an account to a tenant, or to none',
    (unit, id, given) => on.setTenant(unit, null, id, textOrNull(given, 'tenant')),
    TENANT,
  )
  return {
    ...command,
    run: (context) => {
      const { tenant, none } = context.options
      const isClear = (tenant === undefined) === (none === true)
      if (isClear) return command.run(context)
      throw wrongUsage(
        'One of --tenant and --none must be there',
        'Say --tenant and which, or --none.',
      )
    },
  }
}

function deleteCommand(on: AccountOperations, inUnit: OperatorUnit): PartCommand {
  return {
    name: 'delete',
    describe: 'delete an account for good',
    options: { ...ACCOUNT, yes: { describe: 'yes, for good', kind: 'flag' } },
    run: async ({ options, signal }) => {
      const account = await on.find(null, textOf(options, 'account'))
      if (options['yes'] !== true) {
        throw wrongUsage(
          `This deletes ${account.email ?? account.id} for good`,
          'Repeat it with --yes if that is meant.',
        )
      }
      await inUnit('delete', signal, (unit) => on.remove(unit, null, account.id))
      return { text: 'deleted', json: { ok: true, id: account.id } }
    },
  }
}

/** Without a word nobody is left with the password alone by a slip. */
function resetFactorsCommand(on: AccountOperations, inUnit: OperatorUnit): PartCommand {
  return {
    name: 'reset-factors',
    describe:
      'remove all second factors of an account, whose owner has lost them; it is signed out and told',
    options: { ...ACCOUNT, yes: { describe: 'yes, all of them', kind: 'flag' } },
    run: async ({ options, signal }) => {
      const account = await on.find(null, textOf(options, 'account'))
      const { length } = await on.factors(null, account.id)
      if (options['yes'] !== true) {
        const whose = account.email ?? account.id
        throw wrongUsage(`This removes ${counted(length)} of ${whose}`, 'Say --yes.')
      }
      const work = (unit: object) => on.resetFactors(unit, null, account.id)
      const { id, email } = await inUnit('reset-factors', signal, work)
      const text = `removed ${counted(length)} of ${email ?? id}`
      return { text, json: { ok: true, id, removed: length } }
    },
  }
}

const counted = (factors: number): string =>
  `${factors} second ${factors === 1 ? 'factor' : 'factors'}`

/** Chosen by its owner: nothing of it moves the cursor of a terminal. */
function shownName(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?')
}

function resetCommand(
  house: AccountsHouse,
  on: AccountOperations,
  inUnit: OperatorUnit,
): PartCommand {
  return {
    name: 'reset-link',
    describe:
      'print a link by which whoever has it sets the password of an account; good once, for 30 minutes',
    options: { ...ACCOUNT, mail: { describe: 'mail it instead of printing it', kind: 'flag' } },
    run: async ({ options, signal }) => {
      const account = await on.find(null, textOf(options, 'account'))
      const isMailed = options['mail'] === true
      let id = ''
      await inUnit('reset-link', signal, async (unit) => {
        id = await on.resetChallenge(unit, null, account.id)
        if (isMailed) await house.mails.challenge(unit, id)
        return account
      })
      if (isMailed) return { text: `mailed to ${account.email}`, json: { ok: true, id } }
      const challenge = await house.challenges.find(id)
      const token = challenge === null ? null : house.challenges.linkToken(challenge)
      // Of an account that was deleted or disabled in the same moment.
      if (token === null) throw accountsProblems.problem('account_not_found')
      const link = house.links.linkTo('reset_password', token)
      return { text: link, json: { ok: true, link } }
    },
  }
}

function shown(account: StoredAccount): CommandResult {
  return { text: lineOf(account), json: { ok: true, account: viewOf(account) } }
}

function lineOf({ id, email, username, tenant, roles, disabledAt }: StoredAccount): string {
  const words = [
    id,
    email ?? '-',
    username === null ? '' : `user name ${username}`,
    tenant === null ? '' : `tenant ${tenant}`,
    roles.length === 0 ? '' : `roles ${roles.join(',')}`,
    disabledAt === null ? '' : `disabled ${new Date(disabledAt).toISOString()}`,
  ]
  return words.filter((word) => word !== '').join('  ')
}
