import { deepFreeze } from '../base/plain/freeze.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { Action } from '../contract/call/action.ts'
import {
  type AgentWrites,
  type CallerClass,
  type Need,
  type NeedKind,
  type NeedTable,
  NO_NEED,
} from '../contract/call/need.ts'
import type { PerSurface, SurfaceName } from '../contract/call/surface-name.ts'

/** What an action says that its need depends on. */
export interface NeedRules {
  /** True when it says `needsApproval` in any form. */
  readonly asks: boolean
  /** Surfaces on which it asks whoever calls. */
  readonly everybody: PerSurface
  /** True when it may change something. */
  readonly changes: boolean
  readonly agentWrites: AgentWrites
}

const NONE = NO_NEED.nobody
const APPROVE: Need = deepFreeze({ kind: 'approve', rule: 'needsApproval' })
const WRITES: Readonly<Record<AgentWrites, Need>> = deepFreeze({
  allow: NONE,
  approve: { kind: 'approve', rule: 'agentWrites' },
  deny: { kind: 'deny', rule: 'agentWrites' },
})

/**
 * What a call needs (DESIGN §3.4): it follows who calls, not the way in. Looked up in what was worked
 * out when the app was compiled.
 *
 * @param auth `null` for a caller whom nobody has identified
 * @param _args what the handler would get; no rule reads them yet
 */
export function need(
  action: Pick<Action, 'need' | 'public'>,
  auth: AuthContext | null,
  source: SurfaceName,
  _args?: Readonly<Record<string, unknown>>,
): Need {
  return action.need[source][callerClass(auth, action.public[source])]
}

/**
 * Who calls. Nothing but `person`, said by the authenticator and with nobody acting for them, is a
 * person: a kind that nobody knows does not open what is shut to agents.
 *
 * @param isPublic true where the action is open to anonymous callers
 */
export function callerClass(auth: AuthContext | null, isPublic: boolean): CallerClass {
  if (auth === null) return isPublic ? 'nobody' : 'unknown'
  if (auth.actor.length > 0) return 'agent'
  const { kind } = auth
  if (kind === 'person') return 'person'
  return kind === 'agent' || kind === 'service' ? 'agent' : 'unknown'
}

/** The whole need of an action on a surface. */
export function needTable(rules: NeedRules, source: SurfaceName): NeedTable {
  return Object.freeze({
    person: needOf(rules, source, 'person'),
    unknown: needOf(rules, source, 'unknown'),
    agent: needOf(rules, source, 'agent'),
    nobody: needOf(rules, source, 'nobody'),
  })
}

function needOf(rules: NeedRules, source: SurfaceName, caller: CallerClass): Need {
  const { asks, everybody, changes, agentWrites } = rules
  if (everybody[source]) return APPROVE
  // Who can only be an agent, and who may be one where agents are not let alone. A person who comes
  // through MCP or the CLI is one to us: what types there is a program.
  const isAgent =
    caller === 'agent' ||
    (caller === 'person' && source !== 'api') ||
    (caller === 'unknown' && (source !== 'api' || agentWrites !== 'allow'))
  if (!isAgent) return NONE
  if (asks) return APPROVE
  return changes ? WRITES[agentWrites] : NONE
}

/** Everything that callers of a surface may meet; just one where it is the same for all of them. */
export function needsOn(
  { need: needs, public: isPublic }: Pick<Action, 'need' | 'public'>,
  source: SurfaceName,
): ReadonlySet<NeedKind> {
  const { nobody, person, unknown, agent } = needs[source]
  // A public action is not asked who calls, and every other one refuses who is not known.
  const met = isPublic[source] ? [nobody] : [person, unknown, agent]
  return new Set(met.map(({ kind }) => kind))
}
