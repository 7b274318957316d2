import type { Plan } from '../../../engine/plan.ts'
import type { ArgumentHeader } from '../wire/routing-headers.ts'

/** The action that a message names. */
export interface Target {
  readonly plan: Plan
  /** Arguments that clients repeat in headers; `null` for none. */
  readonly headers: readonly ArgumentHeader[] | null
  /** What the name itself says: texts of a template; `null` for none. */
  readonly texts: Readonly<Record<string, string>> | null
}
