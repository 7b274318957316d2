import { type Awaitable, promised } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import type { Outcome } from '../../../contract/call/outcome.ts'
import type { CompleteByName, CompleteContext } from '../../../contract/mcp/mcp-facts.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import type { AppContext } from '../../../engine/app-context.ts'
import type { CallState } from '../../../engine/call-state.ts'
import type { Plan } from '../../../engine/plan.ts'
import { listingTime } from '../../../engine/visibility.ts'
import { answeredValue, askListing, compileListingCall } from '../lists/listing-call.ts'

/** Values of an answer, which is what the protocol allows. */
const MOST = 100

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

/** Suggestions are given for a second at most: they are asked for at every key. */
export function compileCompletion(
  action: Action,
  complete: CompleteByName | null,
  app: AppContext,
): Plan {
  const ask = (asked: CompletionAsked, call: never) => {
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
  const timeout = listingTime(action, app)
  return compileListingCall<CompletionAsked>(action, { name: 'asked', timeout, ask }, app)
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

/** @returns why there are none; `null` where there is no such argument */
export function askCompletion(
  plan: Plan,
  list: CallState,
  asked: CompletionAsked,
): Awaitable<Suggestions | Problem | null> {
  return askListing(plan, list, asked, readOutcome)
}

function readOutcome(outcome: Outcome): Suggestions | Problem | null {
  if (outcome.kind === 'problem') return outcome.problem
  // Written by us, unless middleware put something else in its place.
  const { values, total } = Object(answeredValue(outcome)) as Partial<Suggestions>
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
