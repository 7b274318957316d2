import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { Outcome } from '../../../contract/call/outcome.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { Schema } from '../../../contract/params/schema.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import { CallState } from '../../../engine/call-state.ts'
import type { CloseHooks, UseArguments } from '../../../engine/inbound.ts'
import type { StageName } from '../../../engine/lifecycle.ts'
import { ListingInbound } from '../../../engine/listing-inbound.ts'
import { compilePlan, type Plan } from '../../../engine/plan.ts'
import { rehearse } from '../../../engine/run.ts'

/** The message has been identified and limited as a list is; what is kept is kept for the call itself. */
const WITHOUT: readonly StageName[] = [
  'admit',
  'identify',
  'limits',
  'approval',
  'audit-intent',
  'cached',
]

/** What a function of the developer's is asked beside an action: what it lists, what it suggests. */
export interface ListingCall<Given> {
  /** Under which name middleware finds what is asked among the arguments. */
  readonly name: string
  /** Milliseconds; 0 for any time. */
  readonly timeout: number
  ask(given: Given, call: never): unknown
}

/**
 * The plan of such a question: the guards, the middleware, the deadline and the rules of data of the action it stands
 * beside, because what lists or suggests ids to somebody who may not read them gives them away (P-VIS-1).
 */
export function compileListingCall<Given>(
  action: Action,
  { name, timeout, ask }: ListingCall<Given>,
  app: AppContext,
): Plan {
  const handler = (args: Readonly<Record<string, unknown>>, call: never) =>
    // What `askListing` handed in, which nothing has changed.
    ask(args[name] as Given, call)
  const listing: Action = {
    ...action,
    timeout,
    params: [{ ...GIVEN, name, wire: name }],
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

const GIVEN: Omit<ParamSpec, 'name' | 'wire'> = {
  source: 'field',
  schema: ANYTHING,
  jsonSchema: {},
  text: [],
  list: false,
  required: true,
  sensitive: true,
  description: null,
}

/** The message that asks, as the function sees it that is asked. */
class AskingInbound extends ListingInbound {
  override readonly dryRun = false
  override readonly wholeAnswers: number
  readonly #list: CallState
  readonly #given: unknown

  constructor(list: CallState, given: unknown) {
    super(list.inbound)
    this.wholeAnswers = list.inbound.wholeAnswers ?? 0
    this.#list = list
    this.#given = given
  }

  /** Also when the call ends that asks: its caller has been told, and nobody is left to use what comes. */
  override onCallOff(listener: () => void): void {
    super.onCallOff(listener)
    this.#list.signal.addEventListener('abort', listener, { once: true })
  }

  override readArguments<T>(
    _action: Action,
    _call: CloseHooks,
    use: UseArguments<T>,
  ): Awaitable<T> {
    return use({ values: [this.#given], issues: [] })
  }
}

/**
 * Asks. A rehearsal: what is opened for it is closed and taken back, and nothing is recorded beside the call that asks.
 *
 * @param list the call that asks, its caller known
 * @param read makes of the outcome what was asked for
 */
export function askListing<Given, Found>(
  plan: Plan,
  list: CallState,
  given: Given,
  read: (outcome: Outcome) => Found,
): Awaitable<Found> {
  const state = new CallState(plan, new AskingInbound(list, given), list.entrypoint, list)
  // A call of what is public is nobody's, whoever asks.
  state.auth = plan.action.public.mcp ? null : list.auth
  const take = (outcome: Outcome) => {
    // One line of one error: the call that asks ends with the same.
    if (outcome.kind === 'problem' && outcome.problem.status >= 500) list.logged ??= state.logged
    return read(outcome)
  }
  const outcome = rehearse(plan, state)
  return isPromiseLike(outcome) ? outcome.then(take) : take(outcome)
}

/** The value of an answer, which is JSON that we wrote; `null` where there is none. */
export function answeredValue(outcome: Outcome): unknown {
  const body = outcome.kind === 'answer' ? outcome.answer.body : null
  return typeof body === 'string' ? JSON.parse(body) : null
}
