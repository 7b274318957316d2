import { type Awaitable, isPromiseLike } from '../base/promise.ts'
import type { Outcome } from '../contract/outcome.ts'
import { type Problem, refuse } from '../contract/problem.ts'
import { discardStream, isStream, watchStream } from './answer/stream.ts'
import type { Failure } from './dependency-scope.ts'
import { DryRun } from './dry-run.ts'
import type { RunningCall } from './running-call.ts'
import { settleThrown, toProblem } from './settle.ts'
import type { Stage } from './stage.ts'

/**
 * Walks a call through the stages of its plan, settles and records it. Never rejects. Stays
 * synchronous as long as nothing waits.
 */
export function run(call: RunningCall): Awaitable<Outcome> {
  const { timeout } = call['~plan'].action
  return timeout === 0 ? walk(call) : walkInTime(call, timeout)
}

function walk(call: RunningCall): Awaitable<Outcome> {
  try {
    const refusal = advance(call, call['~plan'].run, 0)
    return isPromiseLike(refusal)
      ? refusal.then(
          (late) => finish(call, late),
          (error) => finishThrown(call, error),
        )
      : finish(call, refusal)
  } catch (error) {
    return finishThrown(call, error)
  }
}

/**
 * The deadline stands around all stages: a body that trickles in, an authenticator or an approver
 * that does not answer costs as much as a slow handler. What it interrupts starts nothing more.
 */
function walkInTime(call: RunningCall, ms: number): Awaitable<Outcome> {
  let isOver = false
  let expire: ((outcome: Awaitable<Outcome>) => void) | null = null
  call['~startDeadline'](ms, (problem) => {
    if (isOver) return
    isOver = true
    // The caller is told now that nothing was done.
    call['~ended'] = true
    expire?.(finishThrown(call, problem))
  })
  const end = (finish: () => Awaitable<Outcome>): Awaitable<Outcome> => {
    if (isOver) {
      // A handler that ignored its signal may have opened what it returns.
      discardStream(call['~value'])
      return LATE
    }
    isOver = true
    return finish()
  }
  let refusal: Awaitable<Problem | undefined>
  try {
    refusal = advance(call, call['~plan'].run, 0)
  } catch (error) {
    return end(() => finishThrown(call, error))
  }
  if (!isPromiseLike(refusal)) {
    const early = refusal
    return end(() => finish(call, early))
  }
  const waiting = refusal
  return new Promise((resolve) => {
    expire = resolve
    waiting.then(
      (late) => resolve(end(() => finish(call, late))),
      (error) => resolve(end(() => finishThrown(call, error))),
    )
  })
}

/** Never seen: its call has been answered already. */
const LATE: Outcome = { ok: false, problem: refuse('TIMEOUT') }

function advance(
  call: RunningCall,
  stages: readonly Stage[],
  start: number,
): Awaitable<Problem | undefined> {
  for (let index = start; index < stages.length; index++) {
    const refusal = (stages[index] as Stage)(call)
    if (refusal === undefined) continue
    if (!isPromiseLike(refusal)) return refusal
    if (index === stages.length - 1) return refusal
    return refusal.then((late) => {
      if (late !== undefined || call['~ended']) return late
      return advance(call, stages, index + 1)
    })
  }
  return undefined
}

function finish(call: RunningCall, refusal: Problem | undefined): Awaitable<Outcome> {
  if (refusal !== undefined) return record(call, { ok: false, problem: toProblem(call, refusal) })
  return record(call, { ok: true, value: call['~value'], reply: call['~reply'] })
}

async function finishThrown(call: RunningCall, error: unknown): Promise<Outcome> {
  // Exception handlers are for the developer's code: one of them must not turn a refusal of an
  // earlier stage into an answer.
  const outcome: Outcome = call['~executing']
    ? await settleThrown(call, error)
    : { ok: false, problem: toProblem(call, error) }
  return record(call, outcome, { error })
}

/**
 * Stage 14. The function scope ends with the handler, the request scope with the answer: at
 * once for a value, after the last piece for a stream. A failure to close turns success into
 * failure, because a transaction that did not commit did not happen.
 */
function record(call: RunningCall, outcome: Outcome, thrown?: Failure): Awaitable<Outcome> {
  const failure = failureOf(outcome, thrown)
  if (outcome.ok && isStream(outcome.value)) {
    return recordStream(call, outcome, outcome.value, failure)
  }
  const closing = call['~close'](failure)
  if (isPromiseLike(closing)) return closing.then((failed) => audited(call, outcome, failed))
  return audited(call, outcome, closing)
}

function failureOf(outcome: Outcome, thrown: Failure | undefined): Failure | null {
  if (thrown !== undefined) return thrown
  if (!outcome.ok) return outcome.problem instanceof DryRun ? null : { error: outcome.problem }
  // A returned 5xx is a failure too: what the dependencies did is rolled back (W-15).
  const status = outcome.reply?.status ?? 200
  return status >= 500 ? { error: refuse('http_error', { status }) } : null
}

function recordStream(
  call: RunningCall,
  outcome: Extract<Outcome, { ok: true }>,
  stream: AsyncIterable<string | Uint8Array>,
  failedBefore: Failure | null,
): Outcome {
  const ended = async (failedWithin: Failure | null) => {
    // A 5xx, or an error that a handler turned into a stream, stays a failure (W-15).
    const closeFailure = await call['~close'](failedWithin ?? failedBefore)
    await audited(call, outcome, failedWithin ?? closeFailure)
    if (closeFailure !== null) throw closeFailure.error
  }
  const value = watchStream(stream, ended, () => refuse('client_disconnected'))
  return { ok: true, value, reply: outcome.reply }
}

function audited(
  call: RunningCall,
  outcome: Outcome,
  closeFailure: Failure | null,
): Awaitable<Outcome> {
  const final: Outcome =
    closeFailure === null ? outcome : { ok: false, problem: toProblem(call, closeFailure.error) }
  const { audit } = call['~app']
  return audit === null ? final : auditOutcome(call, final)
}

async function auditOutcome(call: RunningCall, outcome: Outcome): Promise<Outcome> {
  try {
    await call['~app'].audit?.outcome(call, outcome)
    return outcome
  } catch (error) {
    return { ok: false, problem: toProblem(call, error) }
  }
}
