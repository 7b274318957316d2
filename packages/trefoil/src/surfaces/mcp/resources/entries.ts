import type { Awaitable } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { Outcome } from '../../../contract/call/outcome.ts'
import type {
  EntriesPage,
  ListEntries,
  ResourceEntries,
  ResourceFacts,
} from '../../../contract/mcp/mcp-facts.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import type { CallState } from '../../../engine/call-state.ts'
import type { Plan } from '../../../engine/plan.ts'
import { answeredValue, askListing, compileListingCall } from '../lists/listing-call.ts'
import { isUndecided } from '../problem-reply.ts'

/** @returns `null` for a template that nobody can list */
export function compileEntries(
  action: Action,
  { entries }: ResourceFacts,
  app: AppContext,
): Plan | null {
  if (entries === null) return null
  const { timeout } = action
  const ask = entries as ListEntries<never>
  return compileListingCall<EntriesPage>(action, { name: 'page', timeout, ask }, app)
}

/**
 * One page of what a template stands for.
 *
 * @param list the call that asks for the list, its caller known
 * @returns `null` for a caller whom the guards refuse
 */
export function askEntries(
  plan: Plan,
  list: CallState,
  page: EntriesPage,
): Awaitable<ResourceEntries | Problem | null> {
  return askListing(plan, list, page, (outcome) => readOutcome(plan.action, outcome))
}

function readOutcome({ name }: Action, outcome: Outcome): ResourceEntries | Problem | null {
  if (outcome.kind === 'problem') {
    const { problem } = outcome
    // One whose guards had not done when the time was up shows nothing either.
    return problem.code === 'ACCESS_DENIED' || isUndecided(problem) ? null : problem
  }
  const value = answeredValue(outcome)
  if (!isEntries(value)) {
    throw new TypeError(
      `Resource '${name}': entries must return { items: [{ uri, name }], next }, next being text or null`,
    )
  }
  return value
}

function isEntries(value: unknown): value is ResourceEntries {
  if (typeof value !== 'object' || value === null || !('items' in value)) return false
  const next = 'next' in value ? value.next : null
  return Array.isArray(value.items) && (next === null || typeof next === 'string')
}
