import { type Awaitable, isPromiseLike, promised } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { Outcome } from '../../../contract/call/outcome.ts'
import type { CompleteByName, CompleteContext } from '../../../contract/mcp/mcp-facts.ts'
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
import { LISTING_TIME } from '../../../engine/visibility.ts'

/** Values of an answer, which is what the protocol allows. */
const MOST = 100

/** The request has been identified and limited as a list is; what is kept is kept for the call itself. */
const WITHOUT: readonly StageName[] = [
  'admit',
  'identify',
  'limits',
  'approval',
  'audit-intent',
  'cached',
]

/** What is to be completed. */
export interface CompletionAsked extends CompleteContext {
  readonly argument: string
  readonly typed: string
}

/** Suggestions, as they are sent. */
export interface Suggestions {
  readonly values: readonly string[]
  /** Of all of them. */
  readonly total: number
}

/**
 * A completion goes by the guards, the middleware and the rules of data of the call that it is for: what suggests ids
 * to somebody who may not read them is a list of them (P-VIS-1).
 */
export function compileCompletion(
  action: Action,
  complete: CompleteByName | null,
  app: AppContext,
): Plan {
  const handler = ({ asked }: { readonly asked: CompletionAsked }, call: never) => {
    const param = action.params.find(({ name }) => name === asked.argument)
    // Told only behind the guards: which arguments it has is nobody else's to know.
    if (param === undefined) return { values: null }
    const own =
      complete !== null && Object.hasOwn(complete, param.name) ? complete[param.name] : null
    if (own == null) return suggestions(ownValues(param, asked.typed), action.name)
    const values = own(asked.typed, call, Object.freeze({ arguments: known(action, asked) }))
    const take = (late: unknown) => suggestions(late, action.name)
    // Of a foreign thenable too, whose `then` may return nothing (FND-16).
    const waiting = promised<unknown>(values)
    return waiting === null ? take(values) : waiting.then(take)
  }
  const timeout = action.timeout === 0 ? LISTING_TIME : Math.min(action.timeout, LISTING_TIME)
  const completing: Action = {
    ...action,
    timeout,
    params: [ASKED_PARAM],
    dependencies: [],
    returns: null,
    outputSchema: null,
    answers: 'json',
    handler,
    errorHandlers: [],
    cache: null,
  }
  return compilePlan(completing, 'mcp', app, WITHOUT)
}

/** What others are filled in with, of those that there are: by their own names alone. */
function known(
  { params }: Action,
  { arguments: given }: CompletionAsked,
): CompleteContext['arguments'] {
  const others: Record<string, string> = Object.create(null)
  for (const { name } of params) {
    const text = Object.hasOwn(given, name) ? given[name] : undefined
    if (text !== undefined) others[name] = text
  }
  return Object.freeze(others)
}

/** No more is copied or written than is sent. */
function suggestions(values: unknown, name: string): Suggestions {
  if (!Array.isArray(values)) throw new TypeError(`'${name}': complete must return a list of text`)
  const sent: unknown[] = values.slice(0, MOST)
  if (!sent.every((value): value is string => typeof value === 'string')) {
    throw new TypeError(`'${name}': complete must return text alone`)
  }
  return { values: sent, total: values.length }
}

/** Of an enum and of yes and no the schema knows them. */
function ownValues({ jsonSchema, text }: ParamSpec, typed: string): readonly string[] {
  const listed: unknown = jsonSchema['enum']
  const known = Array.isArray(listed)
    ? listed.filter((value) => value !== null && typeof value !== 'object').map(String)
    : text[0] === 'boolean'
      ? ['true', 'false']
      : []
  return known.filter((value) => value.startsWith(typed))
}

/** What we say ourselves needs no checks. */
const ANYTHING: Schema = {
  '~standard': { version: 1, vendor: 'trefoil', validate: (value) => ({ value }) },
}

const ASKED_PARAM: ParamSpec = {
  name: 'asked',
  source: 'field',
  wire: 'asked',
  schema: ANYTHING,
  jsonSchema: {},
  text: [],
  list: false,
  required: true,
  sensitive: true,
  description: null,
}

/** The request, as what completes sees it. */
class CompletionInbound extends ListingInbound {
  override readonly dryRun = false
  override readonly wholeAnswers: number
  readonly #asked: CompletionAsked

  constructor(list: Inbound, asked: CompletionAsked) {
    super(list)
    this.wholeAnswers = list.wholeAnswers ?? 0
    this.#asked = asked
  }

  override readArguments<T>(
    _action: Action,
    _call: CloseHooks,
    use: UseArguments<T>,
  ): Awaitable<T> {
    return use({ values: [this.#asked], issues: [] })
  }
}

/**
 * Asks for suggestions. A rehearsal: what is opened for it is closed and taken back.
 *
 * @returns why there are none; `null` where there is no such argument
 */
export function askCompletion(
  plan: Plan,
  list: CallState,
  asked: CompletionAsked,
): Awaitable<Suggestions | Problem | null> {
  const inbound = new CompletionInbound(list.inbound, asked)
  const state = new CallState(plan, inbound, list.entrypoint, list)
  // A call of what is public is nobody's, whoever asks.
  state.auth = plan.action.public.mcp ? null : list.auth
  const outcome = rehearse(plan, state)
  return isPromiseLike(outcome) ? outcome.then(readOutcome) : readOutcome(outcome)
}

function readOutcome(outcome: Outcome): Suggestions | Problem | null {
  if (outcome.kind === 'problem') return outcome.problem
  const body = outcome.kind === 'answer' ? outcome.answer.body : null
  // Written by us, unless middleware put something else in its place.
  const value = typeof body === 'string' ? (JSON.parse(body) as Partial<Suggestions>) : {}
  const { values, total } = value
  if (values === null) return null
  return suggestionsOf(values, total)
}

function suggestionsOf(values: unknown, total: unknown): Suggestions {
  const isText = (value: unknown): value is string => typeof value === 'string'
  if (!Array.isArray(values) || !values.every(isText)) {
    throw new TypeError('Middleware put something else in the place of suggestions')
  }
  return { values, total: typeof total === 'number' ? total : values.length }
}
