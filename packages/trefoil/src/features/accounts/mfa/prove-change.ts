import type { Call } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { provePresence, type SignedIn } from '../flows/signed-in.ts'
import { proveCode } from './codes/prove-code.ts'
import type { FactorKind, SecondFactor, StoredFactor } from './factor.ts'
import { wrongCode } from './finish-login.ts'
import type { ProvedFactor } from './second-factor-proof.ts'
import { proveFactor } from './step-up.ts'

/** Milliseconds for which a second factor is fresh. */
const FRESH = 5 * 60_000
/** What shows that somebody has what was set up; a code in a mail shows that the mailbox is open. */
const STRONG: readonly SecondFactor[] = ['totp', 'passkey', 'recovery']

/** What somebody shows who changes how the account is entered. */
export interface ShownForChange {
  readonly password: string | undefined
  /** Of the app, or a recovery code. */
  readonly code: string | undefined
}

/**
 * Holds a change of second factors to a proof of just now (MFA-6): a session that was left open, or stolen, is not enough. Whoever
 * has a second factor shows it, by a code or by a login or a step-up of the last five minutes; whoever has none shows what
 * there is.
 *
 * @param confirmed factors of the account
 * @returns a code to be used up in the unit of the change; `null` where something else was shown
 * @throws Problem `invalid_code`, `account_locked`, `fresh_login_required`, `login_bad_credentials`
 */
export async function proveForChange(
  house: AccountsHouse,
  call: Call,
  member: SignedIn,
  confirmed: readonly StoredFactor[],
  { password, code }: ShownForChange,
): Promise<ProvedFactor | null> {
  if (confirmed.length === 0) {
    await provePresence(house, call, member, password)
    return null
  }
  if (code !== undefined) {
    return proveFactor(house, call, member, {
      check: (account) =>
        proveCode(house, { account, call, typed: code, allowed: STRONG, step: null }),
    })
  }
  if (!isFreshlyProved(house, member)) throw accountsProblems.problem('fresh_login_required')
  return null
}

/**
 * Before a factor is set up beside those there are.
 *
 * @throws Problem `mfa_factor_unavailable` where the policy takes neither it nor another one: with it nobody could
 *   finish the next login
 */
export async function refuseUseless(
  { mfa }: AccountsHouse,
  call: Call,
  { account }: SignedIn,
  confirmed: readonly StoredFactor[],
  kind: FactorKind,
): Promise<void> {
  const takes = await mfa.takes(account, call)
  if (!takes([...confirmed, { kind }])) throw accountsProblems.problem('mfa_factor_unavailable')
}

/**
 * In the unit of the change: who showed it at the same time elsewhere was faster, or was slower.
 *
 * @throws Problem `invalid_code`
 */
export async function useUp(unit: object, proved: ProvedFactor | null): Promise<void> {
  if (proved !== null && !(await proved.useUp(unit))) throw wrongCode()
}

/** A second factor of the last minutes. A clock that was set back makes nothing fresh. */
export function isFreshlyProved(
  { clock }: Pick<AccountsHouse, 'clock'>,
  { session }: Pick<SignedIn, 'session'>,
): boolean {
  const { methods = [], methodTimes = {}, authTime, createdAt } = session
  return STRONG.some((method) => {
    if (!methods.includes(method)) return false
    const at = methodTimes[method] ?? authTime ?? createdAt
    return Math.abs(clock.now() - at * 1000) <= FRESH
  })
}
