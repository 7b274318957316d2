import { deepFreeze, freezeTelling } from '../../base/plain/freeze.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { snapshot } from '../../base/plain/snapshot.ts'
import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { Action } from '../../contract/call/action.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import {
  type ArgumentIssue,
  invalidValue,
  invalidWhole,
  missingArgument,
} from '../../contract/params/param-issue.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import { issuePointer, type SchemaResult } from '../../contract/params/schema.ts'
import { type Validator, validatorOf } from '../../contract/params/validate.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../call-state.ts'
import { type RawArguments, REFUSED } from '../inbound.ts'
import type { Stage } from '../stage.ts'

/**
 * Reads the input, validates every argument exactly once and freezes the result. That
 * one object is hashed for approval and handed to the handler (W-3).
 */
export function bindStage(action: Action): Stage | null {
  if (action.params.length === 0) return emptyStage(action)
  const validators = action.params.map(validatorFor)
  const bind = (state: CallState, raw: RawArguments | Problem) =>
    raw instanceof Problem ? raw : new Binding(state, raw, validators).from(0)
  return (state) => state.inbound.readArguments(action, state, (raw) => bind(state, raw))
}

function validatorFor({ name, schema, sensitive }: ParamSpec): Validator | null {
  if (schema === null) return null
  const validate = validatorOf(schema)
  return sensitive ? quietly(validate, name) : validate
}

/** What a schema throws is logged, and its text may repeat the value: of a secret only its name is. */
function quietly(validate: Validator, name: string): Validator {
  const failed = () => {
    throw new Error(`The schema of the sensitive parameter '${name}' has thrown`)
  }
  return (value) => {
    try {
      const result = validate(value)
      return isPromiseLike(result) ? Promise.resolve(result).catch(failed) : result
    } catch {
      return failed()
    }
  }
}
const NO_ARGUMENTS: CallState['args'] = Object.freeze({})

/** Without parameters the input is still read, to refuse arguments nobody declared. */
function emptyStage(action: Action): Stage {
  const check = (raw: RawArguments | Problem) =>
    raw instanceof Problem ? raw : raw.issues.length > 0 ? refuseIssues(raw.issues) : undefined
  return (state) => {
    state.args = NO_ARGUMENTS
    return state.inbound.readArguments(action, state, check)
  }
}

class Binding {
  readonly #state: CallState
  readonly #params: readonly ParamSpec[]
  readonly #values: readonly unknown[]
  readonly #validators: readonly (Validator | null)[]
  readonly #surface: SurfaceName
  /** Its one parameter is all there is. */
  readonly #isWhole: boolean
  readonly #args: Record<string, unknown> = {}
  #issues: ArgumentIssue[] | null

  constructor(state: CallState, raw: RawArguments, validators: readonly (Validator | null)[]) {
    this.#validators = validators
    this.#state = state
    this.#params = state.site.action.params
    this.#isWhole = state.site.action.isWhole
    this.#values = raw.values
    this.#surface = state.site.surface
    this.#issues = raw.issues.length === 0 ? null : [...raw.issues]
  }

  from(start: number): Awaitable<Problem | undefined> {
    // A validator may run the developer's code, which must not start after the deadline (FND-16).
    if (this.#state.ended) return undefined
    for (let index = start; index < this.#params.length; index++) {
      const param = this.#params[index] as ParamSpec
      const validate = this.#validators[index]
      const sent = this.#values[index]
      if (sent === REFUSED) continue
      const isAbsent = sent === undefined || (sent === null && param.nullIsAbsent === true)
      const value = isAbsent ? param.absent : sent
      if (value === undefined && param.required) this.#add(missingArgument(param, this.#surface))
      else if (validate == null) this.#args[param.name] = value
      else {
        const result = validate(value)
        if (isPromiseLike(result)) {
          return result.then((late) => {
            this.#take(param, late)
            return this.from(index + 1)
          })
        }
        this.#take(param, result)
      }
    }
    return this.#finish()
  }

  #take(param: ParamSpec, result: SchemaResult): void {
    const { issues } = result
    if (issues === undefined) {
      // Read once: asked again, a foreign result may give another value than the one frozen.
      const { value } = result
      this.#args[param.name] = this.#held(value)
      return
    }
    for (const issue of issues) {
      const at = issuePointer(issue)
      this.#add(
        this.#isWhole
          ? invalidWhole(at, issue.message)
          : invalidValue(param, this.#surface, at, issue.message),
      )
    }
  }

  /** What freezing does not hold still is copied: a schema may have given it to others too. */
  #held(value: unknown): unknown {
    if (!freezeTelling(value)) return value
    this.#state.hasLooseArguments = true
    return deepFreeze(snapshot(value))
  }

  #add(issue: ArgumentIssue): void {
    this.#issues ??= []
    this.#issues.push(issue)
  }

  #finish(): Problem | undefined {
    if (this.#issues !== null) return refuseIssues(this.#issues)
    const args = this.#isWhole ? this.#args['input'] : this.#args
    if (!isRecord(args)) return refuse('VALIDATION_ERROR')
    this.#state.args = Object.freeze(args)
    return undefined
  }
}

/**
 * A caller who has been told of a hundred mistakes has been told enough, and two megabytes of small
 * wrong items must not buy an answer of a hundred.
 */
const MOST_ISSUES = 100

/** One problem for all wrong arguments; the first one is the headline (W-33a). */
export function refuseIssues(issues: readonly ArgumentIssue[]): Problem {
  return refuse('VALIDATION_ERROR', {
    detail: issues[0]?.headline,
    issues: issues.slice(0, MOST_ISSUES).map(({ issue }) => issue),
  })
}
