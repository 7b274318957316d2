import type { Clock } from '../../../index.ts'
import { checkLockout, type LockoutValues } from '../../../inner.ts'
import type { PartCommand } from '../../../parts.ts'
import type { AttemptStore } from '../../../stores.ts'
import type { AccountKeys } from '../account-keys.ts'
import { DeviceTokens } from './device-token.ts'
import { LockBudgets } from './lock-budgets.ts'
import { type LocksOfCommands, lockoutCommands } from './lockout-commands.ts'
import type { LoginLocks } from './login-locks.ts'
import { ReservingLocks } from './reserving-locks.ts'

/** What the room of lockout brings to the part. */
export interface MadeLocks {
  readonly locks: LoginLocks
  commands(accounts?: Pick<LocksOfCommands, 'namesOf' | 'unlocked'>): readonly PartCommand[]
}

const NO_ACCOUNTS: Pick<LocksOfCommands, 'namesOf' | 'unlocked'> = {
  namesOf: async (identifier) => [identifier],
  unlocked: async () => {},
}

/**
 * @param store `sqlAttempts(data)`: counters of all processes, outside units of work
 * @param longestWait milliseconds for which somebody waits for a try while all are under way. Default 8 seconds
 * @throws ImproperlyConfigured for a lockout whose first lock is longer than its longest
 */
export function makeLocks(
  store: AttemptStore,
  keys: AccountKeys,
  config: LockoutValues,
  clock: Clock,
  longestWait?: number,
): MadeLocks {
  const budgets = new LockBudgets(keys, checkLockout(config))
  const devices = new DeviceTokens(keys, () => clock.now())
  const locks = new ReservingLocks(store, budgets, devices, longestWait)
  return {
    locks,
    commands: (accounts = NO_ACCOUNTS) => lockoutCommands({ store, budgets, locks, ...accounts }),
  }
}
