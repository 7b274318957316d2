import type { Outcome } from '../../contract/call/outcome.ts'
import type { Lease } from '../../contract/ports/limits.ts'
import { isRefusal, type Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallResult, CircuitChange } from '../../policy/capacity/circuit.ts'
import { writeSafely } from '../../record/write-safely.ts'
import { idFields } from '../call-ids.ts'
import { calledAs } from '../call-site.ts'
import type { CallState } from '../call-state.ts'
import type { ActionCircuit } from '../limits/capacity.ts'
import type { Stage, StageSite } from '../stage.ts'

/**
 * Refuses while the circuit of the action is open. Behind all guards and the reading of arguments:
 * a caller who is denied cannot hold the one call that may try, and learns nothing. Before approval:
 * what cannot run must not use one up.
 */
export function circuitStage({ action, app }: StageSite): Stage | null {
  const own = app.capacity.circuitOf(action, app.clock, app.logger)
  if (own === null) return null
  const { circuit } = own
  return (state) => {
    // It runs nothing, so it tries nothing: it is told what a call would be told.
    if (state.inbound.dryRun) return circuit.refuses(own.now()) ? open(state, own) : undefined
    const now = own.now()
    const ticket = circuit.enter(now)
    if (ticket === null) return open(state, own)
    state.leases ??= []
    const lease = new CircuitLease(own, state, ticket)
    state.leases.push(lease)
    if (circuit.stateAt(now) !== 'closed') state.onFirstPiece = () => lease.begin()
    return undefined
  }
}

function open({ site }: CallState, own: ActionCircuit): Problem {
  const seconds = own.retryAfter()
  return refuse('CIRCUIT_OPEN', {
    detail: `${calledAs(site)} has failed repeatedly and is not tried for now`,
    headers: { 'retry-after': String(seconds) },
    details: { action: site.facts.name, retry_after_seconds: seconds, retryable: true },
  })
}

/** Tells the circuit how its call ended, whatever way that was. */
class CircuitLease implements Lease {
  readonly #own: ActionCircuit
  readonly #state: CallState
  readonly #ticket: number

  constructor(own: ActionCircuit, state: CallState, ticket: number) {
    this.#own = own
    this.#state = state
    this.#ticket = ticket
  }

  /** A stream of the call that tries is being sent. */
  begin(): void {
    const { answer, failure } = this.#state
    // An error handler's, or one with a 5xx, shows nothing that works.
    if (failure !== null || answer === null || answer.status >= 400) return
    this.#tell(this.#own.circuit.begin(this.#ticket))
  }

  release(outcome: Outcome): void {
    const { circuit } = this.#own
    this.#tell(circuit.leave(this.#ticket, resultOf(this.#state, outcome), this.#own.now()))
  }

  #tell(change: CircuitChange): void {
    if (change === null) return
    const { logger } = this.#own
    const fields = { ...this.#own.facts(), ...idFields(this.#state) }
    if (change === 'opened') writeSafely(logger, 'warn', fields, 'Circuit opened')
    else writeSafely(logger, 'info', fields, 'Circuit closed')
  }
}

/**
 * Only what the action itself came to counts (PW-29). What any caller can bring about at will counts
 * for nothing, or five of their calls would close the action to everybody: to be refused, to leave,
 * to read a stream or send a body slowly, to ask for more than may be sent.
 */
function resultOf(state: CallState, outcome: Outcome): CallResult {
  if (!state.hasEntered || outcome.kind === 'dry-run') return 'nothing'
  if (outcome.kind === 'answer') {
    const { status } = outcome.answer
    if (status >= 500) return byCaller(state) ? 'nothing' : 'failure'
    // What an error handler made an answer of was rolled back: nobody can say that it went well.
    return status >= 400 || state.failure !== null ? 'nothing' : 'success'
  }
  const { problem } = outcome
  if (problem.status < 500 || SAYS_NOTHING.has(problem.code)) return 'nothing'
  if (problem.code === 'TIMEOUT') return maySlowDown(state) ? 'nothing' : 'failure'
  // The reason of `call.draining`, thrown on: it is the server that ends.
  if (problem.code === 'unavailable' && isRefusal(problem)) return 'nothing'
  return byCaller(state) ? 'nothing' : 'failure'
}

/** Of the two ends of a stream, either may have been the slow one; of a body that arrives as well. */
function maySlowDown({ site, answer, readsBody }: CallState): boolean {
  return readsBody || (site.surface === 'api' && answer?.kind === 'stream')
}

/**
 * Libraries make an error of their own of an aborted signal, and of a body that is too large: whoever left,
 * or sent it, has brought it about.
 */
function byCaller({ inbound, hasWrongBody }: CallState): boolean {
  return inbound.aborted || hasWrongBody
}

const SAYS_NOTHING: ReadonlySet<string> = new Set([
  'client_disconnected',
  'response_too_large',
  'CONCURRENCY_LIMIT_EXCEEDED',
  'CIRCUIT_OPEN',
])
