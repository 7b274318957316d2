import { promised } from '../../base/promise.ts'
import type { AdmitPort, Lease } from '../../contract/ports/limits.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallState } from '../call-state.ts'
import { releaseLease } from '../ending/release-lease.ts'
import type { Stage } from '../stage.ts'

/** Asks the app's limiter about a stranger, when it has one. */
export function admitStage(port: AdmitPort | null): Stage | null {
  if (port === null) return null
  return (state) => {
    const { site, entrypoint, requestId, inbound } = state
    const answer = port.admit({
      surface: site.surface,
      entrypoint,
      action: site.facts.name,
      requestId,
      client: inbound.client,
    })
    const keep = (given: Lease | Problem | undefined) => keepLease(state, given)
    return promised(answer)?.then(keep) ?? keep(answer as Lease | Problem | undefined)
  }
}

/** A place given too late is given back at once: its call has been answered. */
export function keepLease(
  state: CallState,
  given: Lease | Problem | undefined,
): Problem | undefined {
  if (given === undefined || given instanceof Problem) return given
  if (state.phase === 'over') {
    releaseLease(state, given, { kind: 'problem', problem: refuse('TIMEOUT') })
    return undefined
  }
  state.leases ??= []
  state.leases.push(given)
  return undefined
}
