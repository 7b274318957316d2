import type { AuthContext } from '../../../auth.ts'
import type { StoredAccount } from '../account.ts'
import { accountsProblems } from '../accounts-problems.ts'

/** Who manages accounts; `null` is whoever sits at the machine, and could write into the database as well. */
export type Operator = Pick<AuthContext, 'subject' | 'tenant' | 'roles'> | null

/** @throws Problem `account_not_found` alike for nobody's and for another tenant's (SW-29) */
export function checkSeen(
  operator: Operator,
  account: StoredAccount | null,
): asserts account is StoredAccount {
  const isSeen =
    account !== null &&
    (operator === null || operator.tenant === null || operator.tenant === account.tenant)
  if (!isSeen) throw accountsProblems.problem('account_not_found')
}

/**
 * Whoever may manage accounts does not thereby rule those who have more rights: support would disable the
 * administrators, or send itself a way in (SW-36, GHSA-gv74-j8m3-fg5f).
 *
 * @throws Problem `operator_outranked`
 */
export function checkRank(operator: Operator, account: StoredAccount): void {
  if (operator === null) return
  const lacking = account.roles.filter((role) => !operator.roles.has(role))
  if (lacking.length > 0) throw accountsProblems.problem('operator_outranked')
}

/** Whoever locks himself out does so by his own hand elsewhere, or asks another. @throws Problem `own_account` */
export function checkOther(operator: Operator, account: StoredAccount): void {
  if (operator?.subject === account.id) throw accountsProblems.problem('own_account')
}

/**
 * @param known roles that accounts may have
 * @throws Problem `unknown_role`, and `operator_outranked` for a role that the operator has not got
 */
export function checkRole(operator: Operator, known: readonly string[], role: string): void {
  if (!known.includes(role)) {
    const names = known.length === 0 ? 'none' : known.join(', ')
    throw accountsProblems.problem('unknown_role', {
      fix: `Use one of the option roles of accounts(): ${names}.`,
    })
  }
  if (operator !== null && !operator.roles.has(role)) {
    throw accountsProblems.problem('operator_outranked')
  }
}

/** @throws Problem `operator_outranked`: who is of a tenant gives nobody another */
export function checkTenant(operator: Operator, tenant: string | null): void {
  if (operator === null || operator.tenant === null || operator.tenant === tenant) return
  throw accountsProblems.problem('operator_outranked')
}
