import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { type TenantRule, USUAL_TENANT } from './row-rules.ts'

/** @throws ImproperlyConfigured for what is neither the name of a column nor `false` */
export function readTenant(option: string, value: unknown): TenantRule | null {
  if (value === undefined) return USUAL_TENANT
  if (value === false) return null
  if (typeof value !== 'string' || value === '') {
    throw new ImproperlyConfigured(
      `${option} must be the name of a column, or false for rows of no tenant, got ${shownValue(value)}`,
    )
  }
  return Object.freeze({ column: value, isNamed: true })
}
