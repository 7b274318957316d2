import type { Lease } from '../../contract/ports/limits.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import { callerKey, tenantKey } from '../../policy/capacity/caller-key.ts'
import type { KeyedPlaces } from '../../policy/capacity/places.ts'
import { calledAs } from '../call-site.ts'
import type { CallState } from '../call-state.ts'
import type { Stage, StageSite } from '../stage.ts'

/**
 * Takes a place in the app and in the action, or refuses at once: who waited for one would wait with
 * a body in memory and a connection open, which is what the limit is against. Asks for all of them
 * before it takes one, so a call that is refused holds nothing and is counted where it was refused.
 */
export function placesStage({ action, app }: StageSite): Stage | null {
  const inApp = action.appConcurrency === null ? null : app.capacity.places
  const own = app.capacity.placesOf(action)
  if (own === null && inApp === null) return null
  const { all = null, callers = null, tenants = null } = own ?? {}
  return (state) => {
    const { auth, inbound } = state
    const caller = callers === null ? '' : callerKey(auth, inbound.client.address)
    const tenant = tenants === null ? '' : tenantKey(auth)
    if (all !== null) {
      const refused =
        (all.isFull ? atCapacity(state, all.limit, '') : null) ??
        full(state, callers, caller, ' of one caller') ??
        full(state, tenants, tenant, ' of one tenant')
      if (refused !== null) {
        all.refuse()
        return refused
      }
    }
    if (inApp?.isFull === true) {
      inApp.refuse()
      return refused(`Server at capacity (${inApp.limit} concurrent requests)`)
    }
    state.leases ??= []
    const { leases } = state
    // What counts everybody gives itself back: the usual call makes no object for it.
    for (const places of [inApp, all]) {
      if (places === null) continue
      places.take()
      leases.push(places)
    }
    if (callers !== null) leases.push(taken(callers, caller))
    if (tenants !== null) leases.push(taken(tenants, tenant))
    return undefined
  }
}

function full(
  state: CallState,
  places: KeyedPlaces | null,
  key: string,
  whose: string,
): Problem | null {
  return places?.isFull(key) === true ? atCapacity(state, places.limit, whose) : null
}

function atCapacity({ site }: CallState, limit: number, whose: string): Problem {
  return refused(`${calledAs(site)} at capacity (${limit} concurrent calls${whose})`)
}

function refused(detail: string): Problem {
  return refuse('CONCURRENCY_LIMIT_EXCEEDED', {
    detail,
    headers: RETRY,
    details: RETRYABLE,
  })
}

const RETRY = Object.freeze({ 'retry-after': '1' })
const RETRYABLE = Object.freeze({ retryable: true })

function taken(places: KeyedPlaces, key: string): Lease {
  places.take(key)
  return { release: () => places.release(key) }
}
