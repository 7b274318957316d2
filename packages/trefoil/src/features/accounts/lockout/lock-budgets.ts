import { type LockoutValues, lockTimes, networkOf } from '../../../inner.ts'
import type { AttemptBudget } from '../../../stores.ts'
import type { AccountKeys, KeyPurpose } from '../account-keys.ts'
import type { Identifier } from '../identifier.ts'

/** What is counted, in the words of operators. */
export type Counted =
  | 'account'
  | 'account_month'
  | 'known_devices_month'
  | 'device'
  | 'address'
  | 'factor'
  | 'factor_month'

/** A budget under one key of the ring. */
export interface NamedBudget extends AttemptBudget {
  readonly counted: Counted
}

const MONTH = 30 * 86_400_000
/**
 * NIST SP 800-63B-4, 3.2.2: no more than 100 failures in a row at one account. An account may be named by address and by
 * user name, and be tried by strangers and from devices it knows: 2 × (40 + 10).
 */
const STRANGERS_A_MONTH = 40
const KNOWN_A_MONTH = 10
/** Of a million codes three are good at any time: so many tries find one of them once in 8,000 accounts. */
const FACTORS_A_MONTH = 40

/**
 * Who is counted, and how far. Under every key of the ring: what was counted under the one before a rotation still
 * locks, and what is counted now is found by a process that has only that one yet.
 */
export class LockBudgets {
  readonly #keys: AccountKeys
  readonly #config: LockoutValues

  constructor(keys: AccountKeys, config: LockoutValues) {
    this.#keys = keys
    this.#config = config
  }

  /** Of whoever is not known: the account, whether there is one or not, and where it is tried from. */
  ofStranger(identifier: Identifier | null, address: string | null): readonly NamedBudget[] {
    return [...(identifier === null ? [] : this.ofAccount(identifier)), ...this.ofAddress(address)]
  }

  ofAccount(identifier: Identifier): readonly NamedBudget[] {
    const name = nameOf(identifier)
    return [
      ...this.#named('account', 'identifier', name, this.#limits(this.#config.threshold)),
      ...this.#named('account_month', 'identifier', name, monthly(STRANGERS_A_MONTH)),
    ]
  }

  /** Of a device that signed in to it, or a session: strangers use up none of its tries, and neither do those beside it. */
  ofDevice(identifier: Identifier, device: string): readonly NamedBudget[] {
    const limits = this.#limits(this.#config.threshold)
    return [
      ...this.#named('device', 'identifier', `${device} ${nameOf(identifier)}`, limits),
      ...this.ofKnownDevices(identifier),
    ]
  }

  ofKnownDevices(identifier: Identifier): readonly NamedBudget[] {
    const name = nameOf(identifier)
    return this.#named('known_devices_month', 'identifier', name, monthly(KNOWN_A_MONTH))
  }

  /** Of whoever has shown the first proof, wherever they are and whatever they called the account. */
  ofFactor(accountId: string): readonly NamedBudget[] {
    const limits = this.#limits(this.#config.threshold)
    return [
      ...this.#named('factor', 'identifier', accountId, limits),
      ...this.#named('factor_month', 'identifier', accountId, monthly(FACTORS_A_MONTH)),
    ]
  }

  /** @param address none where nobody knows it: it is no address that many share */
  ofAddress(address: string | null): readonly NamedBudget[] {
    const network = networkName(address)
    if (network === null) return []
    return this.#named('address', 'address', network, this.#limits(this.#config.addressThreshold))
  }

  #limits(threshold: number): Omit<AttemptBudget, 'key'> {
    return { ...lockTimes(this.#config), threshold, window: this.#config.window }
  }

  #named(
    counted: Counted,
    purpose: KeyPurpose,
    name: string,
    limits: Omit<AttemptBudget, 'key'>,
  ): readonly NamedBudget[] {
    const keys = this.#keys.macs(purpose, `${counted} ${name}`)
    return keys.map((key) => ({ counted, key, ...limits }))
  }
}

/**
 * Of an address, the network that is one caller: all of an IPv6 /64, since whoever has one address of it has every other
 * (GHSA-p6v2-xcpg-h6xw); an IPv4 address in one spelling.
 *
 * @returns `null` where nobody knows it, and for what is no address
 */
export function networkName(address: string | null): string | null {
  const network = address === null ? null : networkOf(address)
  return network === null ? null : `${network.bytes.join('.')}${network.zone}`
}

function nameOf({ kind, text }: Identifier): string {
  return `${kind}:${text}`
}

function monthly(threshold: number): Omit<AttemptBudget, 'key'> {
  return { threshold, window: MONTH, base: MONTH, cap: MONTH }
}
