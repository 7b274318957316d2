import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { Outcome } from '../../../contract/call/outcome.ts'
import type {
  EntriesPage,
  ListEntries,
  ResourceEntries,
  ResourceFacts,
} from '../../../contract/mcp/mcp-facts.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { Schema } from '../../../contract/params/schema.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import { CallState } from '../../../engine/call-state.ts'
import type { CloseHooks, Inbound, UseArguments } from '../../../engine/inbound.ts'
import type { StageName } from '../../../engine/lifecycle.ts'
import { ListingInbound } from '../../../engine/listing-inbound.ts'
import { compilePlan, type Plan } from '../../../engine/plan.ts'
import { rehearse } from '../../../engine/run.ts'
import { isUndecided } from '../problem-reply.ts'

/** The list has been identified and limited as a whole; what is kept is kept for reads. */
const WITHOUT: readonly StageName[] = [
  'admit',
  'identify',
  'limits',
  'approval',
  'audit-intent',
  'cached',
]

/** The same guards, middleware, deadline and rules of data as a read of the template (P-VIS-1). */
export function compileEntries(
  action: Action,
  { entries }: ResourceFacts,
  app: AppContext,
): Plan | null {
  if (entries === null) return null
  const handler = ({ page }: { readonly page: EntriesPage }, call: never) =>
    (entries as ListEntries<never>)(page, call)
  const listing: Action = {
    ...action,
    params: [PAGE_PARAM],
    dependencies: [],
    returns: null,
    outputSchema: null,
    answers: 'json',
    handler,
    errorHandlers: [],
    cache: null,
  }
  return compilePlan(listing, 'mcp', app, WITHOUT)
}

/** What we say ourselves needs no checks. */
const ANYTHING: Schema = {
  '~standard': { version: 1, vendor: 'trefoil', validate: (value) => ({ value }) },
}

const PAGE_PARAM: ParamSpec = {
  name: 'page',
  source: 'field',
  wire: 'page',
  schema: ANYTHING,
  jsonSchema: {},
  text: [],
  list: false,
  required: true,
  sensitive: false,
  description: null,
}

/** A request for a list, as the function sees it that lists a template. */
class EntriesInbound extends ListingInbound {
  override readonly dryRun = false
  override readonly wholeAnswers: number
  readonly #page: EntriesPage

  constructor(list: Inbound, page: EntriesPage) {
    super(list)
    this.wholeAnswers = list.wholeAnswers ?? 0
    this.#page = page
  }

  override readArguments<T>(
    _action: Action,
    _call: CloseHooks,
    use: UseArguments<T>,
  ): Awaitable<T> {
    return use({ values: [this.#page], issues: [] })
  }
}

/**
 * One page of what a template stands for. A rehearsal: what is opened for it is closed and taken back, and nothing is
 * recorded beside the list.
 *
 * @param list the call that asks for the list, its caller known
 * @returns `null` for a caller whom the guards refuse
 */
export function askEntries(
  plan: Plan,
  list: CallState,
  page: EntriesPage,
): Awaitable<ResourceEntries | Problem | null> {
  const inbound = new EntriesInbound(list.inbound, page)
  const state = new CallState(plan, inbound, list.entrypoint, list)
  // A call of what is public is nobody's, whoever asks for the list.
  state.auth = plan.action.public.mcp ? null : list.auth
  const outcome = rehearse(plan, state)
  const read = (late: Outcome) => readOutcome(plan.action, late)
  return isPromiseLike(outcome) ? outcome.then(read) : read(outcome)
}

function readOutcome(action: Action, outcome: Outcome): ResourceEntries | Problem | null {
  if (outcome.kind === 'problem') {
    const { problem } = outcome
    // One whose guards had not done when the time was up shows nothing either.
    return problem.code === 'ACCESS_DENIED' || isUndecided(problem) ? null : problem
  }
  const body = outcome.kind === 'answer' ? outcome.answer.body : null
  const value: unknown = typeof body === 'string' ? JSON.parse(body) : null
  if (!isEntries(value)) {
    throw new TypeError(
      `Resource '${action.name}': entries must return { items: [{ uri, name }], next }`,
    )
  }
  return value
}

function isEntries(value: unknown): value is ResourceEntries {
  if (typeof value !== 'object' || value === null || !('items' in value)) return false
  const next = 'next' in value ? value.next : null
  return Array.isArray(value.items) && (next === null || typeof next === 'string')
}
