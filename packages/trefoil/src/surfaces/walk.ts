import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { Answer } from '../contract/answer/answer.ts'
import type { Outcome } from '../contract/call/outcome.ts'
import { Problem, refuse } from '../contract/problems/problem.ts'
import { failStream } from '../engine/answer/stream.ts'
import { CallState } from '../engine/call-state.ts'
import { toProblem } from '../engine/ending/settle.ts'
import type { Inbound } from '../engine/inbound.ts'
import type { Plan } from '../engine/plan.ts'
import { run } from '../engine/run.ts'
import type { Arrival } from './arrival.ts'

/** What was asked for: a plan, and what the surface wants to remember of how it was asked. */
export interface Found {
  readonly plan: Plan
}

/** An answer that needs no call: of a preflight, or of another surface's endpoint. */
export class Ready<Reply> {
  readonly reply: Reply

  constructor(reply: Reply) {
    this.reply = reply
  }
}

/** Something that a surface received. */
export interface Visit {
  readonly arrival: Arrival
}

/**
 * A surface, as far as the walk is concerned: four verbs. None of them runs a call, and none of
 * them knows another surface.
 */
export interface Surface<V extends Visit, F extends Found, Reply> {
  /** Reads as much as it takes to know which action is meant, and no more. */
  find(visit: V): Awaitable<F | Problem | Ready<Reply>>
  /** The call's input: facts now, the arguments when they are asked for. */
  decode(visit: V, found: F): Inbound
  /**
   * Writes an answer, or a dry run, of which `answer` is `null`; a problem when that cannot be.
   */
  encode(visit: V, found: F, state: CallState, answer: Answer | null): Awaitable<Reply | Problem>
  /** @param found what was found, if anything was */
  encodeProblem(visit: V, problem: Problem, found: F | null): Reply
}

/** The one way through every surface: find, check and run, encode. Never rejects. */
export function walk<V extends Visit, F extends Found, Reply>(
  surface: Surface<V, F, Reply>,
  visit: V,
): Awaitable<Reply> {
  const found = surface.find(visit)
  return isPromiseLike(found)
    ? found.then((late) => proceed(surface, visit, late))
    : proceed(surface, visit, found)
}

function proceed<V extends Visit, F extends Found, Reply>(
  surface: Surface<V, F, Reply>,
  visit: V,
  found: F | Problem | Ready<Reply>,
): Awaitable<Reply> {
  if (found instanceof Problem) return refused(surface, visit, found, null)
  if (found instanceof Ready) return found.reply
  const { arrival } = visit
  const { plan } = found
  const inbound = surface.decode(visit, found)
  const state = new CallState(plan, inbound, arrival.entrypoint, arrival)
  arrival.state = state
  const outcome = run(plan, state)
  return isPromiseLike(outcome)
    ? outcome.then((late) => encoded(surface, visit, found, state, late))
    : encoded(surface, visit, found, state, outcome)
}

function encoded<V extends Visit, F extends Found, Reply>(
  surface: Surface<V, F, Reply>,
  visit: V,
  found: F,
  state: CallState,
  outcome: Outcome,
): Awaitable<Reply> {
  if (outcome.kind === 'problem') return refused(surface, visit, outcome.problem, found)
  const answer = outcome.kind === 'answer' ? outcome.answer : null
  if (answer === null) visit.arrival.dryRun = true
  try {
    const reply = surface.encode(visit, found, state, answer)
    if (!isPromiseLike(reply)) {
      return reply instanceof Problem ? refused(surface, visit, reply, found) : reply
    }
    return reply.then(
      (late) => (late instanceof Problem ? refused(surface, visit, late, found) : late),
      (error: unknown) => lost(surface, visit, found, state, answer, error),
    )
  } catch (error) {
    return lost(surface, visit, found, state, answer, error)
  }
}

/** An answer that could not be written. */
function lost<V extends Visit, F extends Found, Reply>(
  surface: Surface<V, F, Reply>,
  visit: V,
  found: F,
  state: CallState,
  answer: Answer | null,
  error: unknown,
): Reply {
  // Nobody is going to read it, and it may hold dependencies open.
  void failStream(answer?.body, error)
  return refused(surface, visit, toProblem(state, error), found)
}

/** For a visit that is refused before the walk begins, by its transport. */
export function refuseVisit<V extends Visit, F extends Found, Reply>(
  surface: Surface<V, F, Reply>,
  visit: V,
  problem: Problem,
): Reply {
  return refused(surface, visit, problem, null)
}

/** A refusal goes through the same net as an answer: a member of it may have no JSON form (FND-5). */
function refused<V extends Visit, F extends Found, Reply>(
  surface: Surface<V, F, Reply>,
  visit: V,
  problem: Problem,
  found: F | null,
): Reply {
  const { arrival } = visit
  arrival.problem = problem
  try {
    return surface.encodeProblem(visit, problem, found)
  } catch (error) {
    const plain =
      arrival.state === null ? refuse('INTERNAL_ERROR') : toProblem(arrival.state, error)
    arrival.problem = plain
    return surface.encodeProblem(visit, plain, found)
  }
}
