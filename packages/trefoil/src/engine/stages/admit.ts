import { type Awaitable, promised } from '../../base/promise.ts'
import type { AdmitPort, Lease } from '../../contract/ports/limits.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../call-state.ts'
import { releaseLease } from '../ending/release-lease.ts'
import type { Stage } from '../stage.ts'

/** Asks the app's limiters about a stranger, when it has any. */
export function admitStage(ports: readonly AdmitPort[]): Stage | null {
  return askLimiters(ports, (port, state) => {
    const { site, entrypoint, requestId, inbound } = state
    return port.admit({
      surface: site.surface,
      entrypoint,
      action: site.facts.name,
      requestId,
      client: inbound.client,
    })
  })
}

/** Limiters in order; the first that refuses ends the call, and whoever gave a place gets it back. */
export function askLimiters<Port>(
  ports: readonly Port[],
  ask: (port: Port, state: CallState) => Awaitable<Lease | Problem | undefined>,
): Stage | null {
  if (ports.length === 0) return null
  const askFrom = (start: number, state: CallState): Awaitable<Problem | undefined> => {
    for (let index = start; index < ports.length; index++) {
      const answer = ask(ports[index] as Port, state)
      const waiting = promised(answer)
      if (waiting !== null) {
        return waiting.then((late) => {
          const refused = keepLease(state, late)
          return refused !== undefined || state.ended ? refused : askFrom(index + 1, state)
        })
      }
      const refused = keepLease(state, answer as Lease | Problem | undefined)
      if (refused !== undefined) return refused
    }
    return undefined
  }
  return (state) => askFrom(0, state)
}

/** A place given too late is given back at once: its call has been answered. */
function keepLease(state: CallState, given: Lease | Problem | undefined): Problem | undefined {
  if (given === undefined || given instanceof Problem) return given
  if (state.phase === 'over') {
    releaseLease(state, given, { kind: 'problem', problem: refuse('TIMEOUT') })
    return undefined
  }
  state.leases ??= []
  state.leases.push(given)
  return undefined
}
