import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import type { Denied } from '../../contract/auth/guard-decision.ts'
import type { Call, Guard } from '../../contract/call/call.ts'
import type { ProviderCall } from '../../contract/call/dependency.ts'
import type { Truth } from '../conditions/compare.ts'
import type { RuleReason } from '../conditions/explain-rule.ts'
import type { TenantRule } from './row-rules.ts'

/** Loads the row a call is about; nothing (`null`, `undefined`) where there is none. */
export type Load<Row> = (call: ProviderCall) => Awaitable<Row | null | undefined>

/** What such a guard is made of. */
export interface ResourceRules<Row> {
  readonly name: string
  /** Asked before anything is loaded; `null` for nothing. */
  readonly first: Guard | null
  readonly load: Load<Row>
  /** `null` for rows of no tenant. */
  readonly tenant: TenantRule | null
  /** Whether a denied row looks as if it were not there. */
  readonly isHidden: boolean
  /** The test. A throw denies. */
  test(auth: AuthContext, row: Row, call: Call): Awaitable<Truth | Denied>
  /** Which rules of the test settled it; none where it is a function. */
  rulesOf(auth: AuthContext, row: Row): readonly RuleReason[]
}
