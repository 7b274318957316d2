import { freezeClass } from '../../base/plain/freeze-class.ts'
import { type Awaitable, held } from '../../base/promise.ts'
import type { AnswersOf, AskOptions, Questions } from '../../contract/ask/question.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { readGuard } from '../../contract/auth/read-guard.ts'
import type { BackgroundCall, BackgroundOptions, Call, Guard } from '../../contract/call/call.ts'
import type { ActionFacts, CallClient } from '../../contract/call/call-facts.ts'
import type { Dependency } from '../../contract/call/dependency.ts'
import type { Progress } from '../../contract/content/progress.ts'
import { checkOptionNames } from '../../contract/options/option-names.ts'
import { checkFlag, shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured, refuse } from '../../contract/problems/problem.ts'
import { askCaller } from '../asking/ask-caller.ts'
import type { CallState } from '../call-state.ts'
import { decideGuard } from '../decide-guard.ts'
import { resolveDependency } from '../dependencies/resolve-dependency.ts'
import { boundArguments } from './bound-arguments.ts'
import { CallerView } from './caller-view.ts'
import { FactsView, stateOf } from './facts-view.ts'

/** The one view that handlers, middleware, guards and error handlers of a call are given. */
export function callOf(state: CallState): Call {
  state.view ??= new HandlerCall(state)
  return state.view
}

class HandlerCall extends FactsView implements Call {
  #client: CallerView | null = null
  /** The run it was made for. */
  readonly #run: number

  constructor(state: CallState) {
    super(state)
    this.#run = state.repeats
    Object.preventExtensions(this)
  }

  get action(): ActionFacts {
    return stateOf(this).site.facts
  }
  override get client(): CallClient {
    const state = stateOf(this)
    state.look('call')
    // Who asked for work after an answer is gone: nothing can be asked.
    if (state.inbound.isOver === true) return state.inbound.client as CallClient
    this.#client ??= new CallerView(state)
    return this.#client
  }
  get auth(): AuthContext | null {
    const state = stateOf(this)
    state.askWho('call')
    return state.auth
  }
  get args(): Readonly<Record<string, unknown>> {
    return boundArguments(stateOf(this))
  }
  get app(): { readonly name: string; readonly state: unknown } {
    return stateOf(this).site.app.facts
  }
  get state(): unknown {
    return stateOf(this).own
  }
  get draining(): AbortSignal {
    return stateOf(this).openDrainWatch().signal
  }
  get cspNonce(): string {
    const state = stateOf(this)
    state.look('call')
    return state.inbound.cspNonce
  }

  resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    return held(this.#resolve(dependency))
  }

  authorize(guard: Guard): Promise<void> {
    return held(this.#authorize(guard))
  }

  ask<const Asked extends Questions>(
    questions: Asked,
    options: AskOptions = {},
  ): Promise<AnswersOf<Asked>> {
    // Read by key, each answer by the question that was asked under it.
    return held(this.#ask(questions, options)) as Promise<AnswersOf<Asked>>
  }

  async #ask(questions: Questions, options: AskOptions): Promise<unknown> {
    const state = stateOf(this)
    return askCaller(state, questions, options, () => {
      refuseLate(state, 'ask')
      this.#refuseOld(state, 'ask')
    })
  }

  async #resolve<Value>(dependency: Dependency<Value>): Promise<Value> {
    const state = stateOf(this)
    this.#refuseOld(state, 'resolve')
    if (!state.hasBegun) state.hasLent = true
    return await resolveDependency(state, dependency)
  }

  async #authorize(guard: Guard): Promise<void> {
    const state = stateOf(this)
    refuseLate(state, 'authorize')
    // A check that would not run for a kept answer.
    state.look('call')
    // Its name is in the answer and in the record: read once, as those of the action are (FND-56).
    const asked = readGuard('call.authorize()', guard)
    const refusal = await decideGuard(asked, state, this)
    if (refusal !== undefined) throw refusal
    // The guard may have taken until after the deadline: what it was to protect must not start.
    refuseLate(state, 'authorize')
  }

  background(
    task: (call: BackgroundCall) => Awaitable<unknown>,
    options: BackgroundOptions = {},
  ): void {
    const state = stateOf(this)
    if (typeof task !== 'function') {
      throw new ImproperlyConfigured('call.background() takes a function')
    }
    checkOptionNames('call.background()', options, BACKGROUND_OPTIONS)
    const { always = false } = options
    checkFlag('call.background(): always', always)
    refuseLate(state, 'background')
    this.#refuseOld(state, 'background')
    // Nothing of a rehearsal is left.
    if (state.rehearses) return
    if (!state.site.app.background.accept()) throw tooMuchWaits()
    state.addTask(task, always)
  }

  progress(done: number, total?: number | null, message?: string | null): void {
    const progress = readProgress(done, total, message)
    const state = stateOf(this)
    const { inbound } = state
    // A check may still refuse the call in words of HTTP, which an answer that has begun cannot.
    if (inbound.onProgress === undefined || state.phase !== 'executing') return
    if (state.rehearses || state.repeats !== this.#run) return
    inbound.onProgress(progress)
  }

  /** What is left of a run that was taken back would write into the unit of the next one, beside it. */
  #refuseOld(state: CallState, member: string): void {
    if (state.repeats === this.#run) return
    throw new Error(
      `call.${member}() was used by a run that was taken back: the call is being run again`,
    )
  }
}

const LONGEST_MESSAGE = 1_000

function readProgress(done: unknown, total: unknown, message: unknown): Progress {
  checkAmount('done', done)
  if (total !== undefined && total !== null) checkAmount('total', total)
  const text = message ?? null
  if (text !== null && typeof text !== 'string') {
    throw new ImproperlyConfigured(
      `call.progress(): message must be text, got ${shownValue(message)}`,
    )
  }
  return {
    done,
    total: total ?? null,
    message: text === null || text.length <= LONGEST_MESSAGE ? text : cut(text),
  }
}

function checkAmount(name: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && Number.isFinite(value)) return
  throw new ImproperlyConfigured(
    `call.progress(): ${name} must be a number, got ${shownValue(value)}`,
  )
}

/** Not through a pair of surrogates. */
function cut(text: string): string {
  return `${text.slice(0, LONGEST_MESSAGE - 1).replace(/[\ud800-\udbff]$/, '')}…`
}

/** Told to the call that adds it: what was accepted and lost would be lost silently. */
function tooMuchWaits(): Error {
  return refuse('unavailable', {
    detail: 'Too much background work is waiting',
    headers: { 'retry-after': '1' },
  })
}

const BACKGROUND_OPTIONS = { always: true } as const

/** A handler that outlives its call has nobody left to act for. */
function refuseLate(state: CallState, member: string): void {
  if (state.ended) throw new Error(`call.${member}() was used after the call had ended`)
}

freezeClass(HandlerCall)
