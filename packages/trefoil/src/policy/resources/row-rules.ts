import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { Truth } from '../conditions/compare.ts'
import { type RuleReason, told } from '../conditions/explain-rule.ts'
import { MISSING, readAttribute } from '../conditions/read-attribute.ts'

/** Where a tenant is looked for. */
export interface TenantRule {
  readonly column: string
  /** True when a row without it is nobody's. */
  readonly isNamed: boolean
}

/** What is looked at where the developer named nothing: a row that has it is a row of a tenant. */
export const USUAL_TENANT: TenantRule = Object.freeze({ column: 'tenant_id', isNamed: false })

const OTHER_OWNER = 'user_id'

/** Whether a row is of the caller's tenant; a caller without one has the rows without one. */
export function isOfTenant(
  { column, isNamed }: TenantRule,
  auth: AuthContext,
  row: object,
): boolean {
  const value = readAttribute(row, column)
  if (value === MISSING) return !isNamed
  if (value === null) return auth.tenant === null && !isNamed
  return idText(value) === auth.tenant && auth.tenant !== null
}

/**
 * Whether the caller owns a row (S-ABAC-2): the attribute, and where there is none `user_id`, compared as
 * text with the subject. Neither true nor false where nothing there is an id.
 */
export function isOwnedBy(attribute: string, auth: AuthContext, row: object): Truth {
  const own = readAttribute(row, attribute)
  const value = own === MISSING ? readAttribute(row, OTHER_OWNER) : own
  const id = value === MISSING ? null : idText(value)
  return id === null ? null : id === auth.subject
}

/** Why it is as {@link isOwnedBy} says. */
export function ownerReason(attribute: string, auth: AuthContext, row: object): RuleReason {
  const truth = isOwnedBy(attribute, auth, row)
  const of = readAttribute(row, attribute) === MISSING ? OTHER_OWNER : attribute
  const value = readAttribute(row, of)
  const doubt = value === MISSING ? 'no_column' : value === null ? 'null_column' : 'column_type'
  return Object.freeze({ at: 'owns', of, came: told(truth), doubt: truth === null ? doubt : null })
}

/** An id as text. Whatever else there is has a `toString` that may say anything. */
function idText(value: unknown): string | null {
  if (typeof value === 'string') return value === '' ? null : value
  if (typeof value === 'bigint') return String(value)
  return Number.isSafeInteger(value) ? String(value) : null
}
