import { freezeClass } from '../../base/plain/freeze-class.ts'
import type { Awaitable } from '../../base/promise.ts'
import type { JsonSchema, SchemaIssue } from '../params/schema.ts'
import type { AskCapability } from './capability.ts'

/** What came back of a question. `value` is what the schema of a form made of what was typed. */
export type Answered<Value = unknown> =
  | { readonly action: 'accept'; readonly value: Value }
  /** Said no. */
  | { readonly action: 'decline' }
  /** Said nothing: went away, closed the window. */
  | { readonly action: 'cancel' }

/** A question as every surface shows it: plain JSON. */
export type QuestionDocument =
  | { readonly kind: 'form'; readonly text: string; readonly schema: JsonSchema }
  | { readonly kind: 'visit'; readonly text: string; readonly url: string }
  | { readonly kind: 'sample'; readonly request: Readonly<Record<string, unknown>> }
  | { readonly kind: 'roots' }

/** What an answer that was sent comes to; issues for one that is none. */
export type ReadAnswer<Value = unknown> =
  | { readonly answered: Answered<Value> }
  | { readonly issues: readonly SchemaIssue[] }

/** What the maker of a question knows of it. */
export interface QuestionFacts<Value = unknown> {
  readonly needs: AskCapability
  readonly document: QuestionDocument
  /** @param sent JSON, as the client sent it */
  read(sent: unknown): Awaitable<ReadAnswer<Value>>
}

/** What is behind a question. For the engine alone: no door leads here. */
export let factsOf: <Value>(question: Question<Value>) => QuestionFacts<Value>

/** True for what a maker of questions made, and nothing that looks like it. */
export let isQuestion: (value: unknown) => value is Question

/** Something to ask the caller, made by `ask.form()`, `ask.visit()` and their like; asked by `call.ask()`. */
export class Question<out Value = unknown> {
  readonly #facts: QuestionFacts<Value>

  static {
    factsOf = (question) => question.#facts
    isQuestion = (value): value is Question =>
      typeof value === 'object' && value !== null && #facts in value
  }

  /** @param facts checked, frozen, and nobody else's */
  constructor(facts: QuestionFacts<Value>) {
    this.#facts = facts
    Object.freeze(this)
  }

  /**
   * Returned, or put into a value, it would ask nobody.
   *
   * @throws TypeError always
   */
  toJSON(): never {
    throw new TypeError('A question is asked by call.ask({ key: question })')
  }
}

freezeClass(Question)

/** Questions by the keys of their author. */
export type Questions = Readonly<Record<string, Question>>

/** What came back of each. */
export type AnswersOf<Asked extends Questions> = {
  readonly [Key in keyof Asked]: Asked[Key] extends Question<infer Value> ? Answered<Value> : never
}

/** Options of `call.ask()`. */
export interface AskOptions {
  /**
   * True: what follows runs once for these answers. Whoever sends them again is refused, in whatever process
   * (`asking.spent`). Default false: within `asking.lifetime` a call with its answers can be repeated, as any call can.
   */
  readonly once?: boolean
}
