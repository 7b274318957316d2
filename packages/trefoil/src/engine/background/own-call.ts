import type { Awaitable } from '../../base/promise.ts'
import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { type Action, emptyAction } from '../../contract/call/action.ts'
import type { BackgroundCall } from '../../contract/call/call.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { refuse } from '../../contract/problems/problem.ts'
import { TraceSource } from '../../record/trace-source.ts'
import type { AppContext } from '../app-context.ts'
import { inCall } from '../call-frame.ts'
import { CallState } from '../call-state.ts'
import type { Failure } from '../dependencies/dependency-scope.ts'
import { settleLate } from '../ending/settle.ts'
import { ActionView } from '../views/action-view.ts'
import { callOf } from '../views/handler-call.ts'
import { EndedInbound } from './ended-inbound.ts'
import { handOver } from './hand-over.ts'
import { outOfContext } from './out-of-context.ts'
import { closeTask } from './run-task.ts'

/** Work that nobody waits for with an answer: a job, say. */
export interface OwnWork<Value> {
  /** What log lines call it. */
  readonly name: string
  /** For whom; `null` for nobody. */
  readonly auth: AuthContext | null
  readonly source: SurfaceName
  /** Of the call that asked for it; `null` for one of its own. */
  readonly requestId: string | null
  /** `traceparent` of whoever asked for it; `null` for a trace that begins here. */
  readonly traceparent: string | null
  /** Ends it: what it has open is taken back at once, and what it does from then on is in vain. */
  readonly signal: AbortSignal
  readonly run: (call: BackgroundCall) => Awaitable<Value>
}

/**
 * Runs work in a call of its own, in the context of nobody, and closes what was opened for it.
 *
 * @returns what it gave, once all of that was closed well
 * @throws what it threw, what closing it threw, or the reason of the signal
 */
export function runOwnCall<Value>(app: AppContext, work: OwnWork<Value>): Promise<Value> {
  return outOfContext(() => run(app, work))
}

async function run<Value>(app: AppContext, work: OwnWork<Value>): Promise<Value> {
  const { signal } = work
  signal.throwIfAborted()
  const state = open(app, work)
  const done = Promise.withResolvers<Value>()
  const stop = () => void giveUp(state, signal.reason).then(done.reject, done.reject)
  signal.addEventListener('abort', stop, { once: true })
  finish(state, work).then(done.resolve, done.reject)
  try {
    return await done.promise
  } finally {
    signal.removeEventListener('abort', stop)
  }
}

function open<Value>(app: AppContext, work: OwnWork<Value>): CallState {
  const action: Action = { ...emptyAction(work.name), external: true }
  const site = {
    action,
    facts: new ActionView(action),
    surface: work.source,
    app,
    schemes: [],
    entry: null,
    isListing: false,
  }
  const callId = app.nextId()
  const requestId = work.requestId ?? callId
  const ids = { requestId, callId, trace: traceOf(app, work.traceparent) }
  const state = new CallState(site, new EndedInbound(NO_CLIENT), 'local', ids)
  state.auth = work.auth
  state.phase = 'executing'
  return state
}

const NO_CLIENT = Object.freeze({ address: null, userAgent: null })

function traceOf({ tracing }: AppContext, traceparent: string | null): TraceSource['trace'] | null {
  if (tracing === null) return null
  // It is no stranger's: it was written down by a call of this app.
  const source = new TraceSource({ ...tracing, continues: true }, [])
  if (traceparent !== null) source.fromMessage(traceparent, null)
  return source.trace
}

/** Resolves when it has ended well; never, where somebody else has ended it meanwhile. */
async function finish<Value>(state: CallState, work: OwnWork<Value>): Promise<Value> {
  let value: Value
  try {
    value = await inCall(state, () => work.run(callOf(state)))
  } catch (error) {
    if (state.ended) return late(state, error)
    await end(state, { error })
    throw error
  }
  if (state.ended) return late(state, null)
  const failure = await end(state, null)
  if (failure !== null) throw failure.error
  return value
}

/** Whoever waited has been told already. */
function late(state: CallState, error: unknown): Promise<never> {
  if (error !== null) settleLate(state, error)
  return new Promise(() => {})
}

/** @returns what everybody who waits is told */
async function giveUp(state: CallState, reason: unknown): Promise<unknown> {
  // It has ended by itself, and is being closed: what has been committed stays so.
  if (state.ended) return new Promise(() => {})
  const problem = refuse('unavailable', { detail: 'The work was given up', cause: reason })
  state.phase = 'closing'
  await inCall(state, () => {
    state.abort(problem)
    return end(state, { error: problem })
  })
  return reason
}

async function end(state: CallState, failure: Failure | null): Promise<Failure | null> {
  const closeFailure = await closeTask(state, failure)
  handOver(state, failure === null && closeFailure === null)
  return closeFailure
}
