import { wrongUsage } from '../../../inner.ts'
import type { CommandContext, CommandResult, PartCommand } from '../../../parts.ts'
import type { AttemptStore } from '../../../stores.ts'
import { type Identifier, readIdentifier } from '../identifier.ts'
import { type Counted, type LockBudgets, type NamedBudget, networkName } from './lock-budgets.ts'
import type { LoginLocks } from './login-locks.ts'

/** What the commands ask. */
export interface LocksOfCommands {
  readonly store: AttemptStore
  readonly budgets: LockBudgets
  readonly locks: Pick<LoginLocks, 'forget'>
  /** All names of the account that an identifier is of; of none the identifier alone. */
  namesOf(identifier: Identifier): Promise<readonly Identifier[]>
  /** Told of whom an operator has unlocked. */
  unlocked(identifier: Identifier): Promise<void>
}

interface Standing {
  readonly counted: Counted
  readonly failures: number
  /** Whole seconds for which it is locked; 0 for not. */
  readonly retryAfter: number
}

const SHOWN: Readonly<Record<Counted, string>> = {
  account: 'account',
  account_month: 'account, in a month',
  known_devices_month: 'its known devices, in a month',
  device: 'device',
  address: 'address',
  factor: 'second factor',
  factor_month: 'second factor, in a month',
}

/** `trefoil accounts attempts`, `trefoil accounts unlock`. */
export function lockoutCommands(of: LocksOfCommands): readonly PartCommand[] {
  return [
    {
      name: 'attempts',
      describe: 'wrong tries that count, and who is locked; changes nothing',
      options: {
        identifier: { describe: 'e-mail address or user name, whether there is an account or not' },
        address: { describe: 'IP address they came from; of IPv6 its /64' },
      },
      run: (context) => attempts(of, context),
    },
    {
      name: 'unlock',
      describe:
        'forget the wrong tries at an account, by all of its names; those of addresses stay',
      options: {
        identifier: { describe: 'e-mail address or user name', required: true },
      },
      run: async ({ options }) => {
        const identifier = identifierOf(options['identifier'])
        // By whichever name it was tried: an account that is locked by another is locked still.
        const names = await of.namesOf(identifier)
        for (const name of names) await of.locks.forget(name)
        await of.unlocked(identifier)
        const forgotten = names.map(({ text }) => text)
        return {
          text: `forgot the wrong tries at ${forgotten.join(' and ')}; those of addresses stay`,
          json: { ok: true, forgotten },
        }
      },
    },
  ]
}

async function attempts(of: LocksOfCommands, { options }: CommandContext): Promise<CommandResult> {
  const { identifier: name, address } = options
  if (name === undefined && address === undefined) {
    throw wrongUsage(
      'Neither --identifier nor --address is there',
      'Name one or both: what is kept of them are keyed digests, so that they cannot be listed.',
    )
  }
  const identifier = name === undefined ? null : identifierOf(name)
  const from = typeof address === 'string' ? address : null
  if (from !== null && networkName(from) === null) {
    throw wrongUsage('--address is no IP address', 'Write it as 203.0.113.7 or 2001:db8::7.')
  }
  const found = await standings(of, budgetsOf(of.budgets, identifier, from))
  return {
    text: found.map(lineOf).join('\n'),
    json: {
      ok: true,
      attempts: found.map(({ counted, failures, retryAfter }) => ({
        counted,
        failures,
        retry_after: retryAfter,
      })),
    },
  }
}

function budgetsOf(
  budgets: LockBudgets,
  identifier: Identifier | null,
  address: string | null,
): readonly NamedBudget[] {
  const known = identifier === null ? [] : budgets.ofKnownDevices(identifier)
  return [...budgets.ofStranger(identifier, address), ...known]
}

/** One of each kind: under which key of the ring it is counted most is nothing to know. */
async function standings(
  { store }: LocksOfCommands,
  budgets: readonly NamedBudget[],
): Promise<readonly Standing[]> {
  const found = new Map<Counted, Standing>()
  for (const [at, { failures, retryAfter }] of (await store.status(budgets)).entries()) {
    const { counted } = budgets[at] as NamedBudget
    const before = found.get(counted) ?? { failures: 0, retryAfter: 0 }
    found.set(counted, {
      counted,
      failures: Math.max(before.failures, failures),
      retryAfter: Math.max(before.retryAfter, Math.ceil(retryAfter / 1000)),
    })
  }
  return [...found.values()]
}

function lineOf({ counted, failures, retryAfter }: Standing): string {
  const lock = retryAfter > 0 ? `locked for ${retryAfter} s` : 'not locked'
  return `${SHOWN[counted]}: ${failures} failures, ${lock}`
}

function identifierOf(given: unknown): Identifier {
  const identifier = readIdentifier(given)
  if (identifier !== null) return identifier
  throw wrongUsage(
    '--identifier is no e-mail address and no user name',
    'Write an address as name@example.com, or the user name.',
  )
}
