import { deepFreeze } from '../base/plain/freeze.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { Action } from '../contract/call/action.ts'
import {
  type AgentWrites,
  CALLER_CLASSES,
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

/** What is known of the callers of an action on a surface before any of them comes. */
export interface Callers {
  /** True where it is open to anonymous callers: nobody is asked who they are. */
  readonly isPublic: boolean
  /** True where an authenticator says who calls. */
  readonly isCovered: boolean
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
  action: Pick<Action, 'need'>,
  auth: AuthContext | null,
  source: SurfaceName,
  _args?: Readonly<Record<string, unknown>>,
): Need {
  return action.need[source][callerClass(auth)]
}

/**
 * Who calls. Nothing but `person`, said by the authenticator and with nobody acting for them, is a
 * person: a kind that nobody knows does not open what is shut to agents.
 */
export function callerClass(auth: AuthContext | null): CallerClass {
  if (auth === null) return 'nobody'
  if (auth.actor.length > 0) return 'agent'
  const { kind } = auth
  if (kind === 'person') return 'person'
  return kind === 'agent' || kind === 'service' ? 'agent' : 'unknown'
}

/**
 * The whole need of an action on a surface. Where nobody is asked who calls it is the same for all:
 * that of `nobody` for what is public, else that of `unknown`, because no one can tell.
 */
export function needTable(
  rules: NeedRules,
  source: SurfaceName,
  { isPublic, isCovered }: Callers,
): NeedTable {
  const of = (caller: CallerClass) => needOf(rules, source, isPublic ? 'nobody' : caller)
  const unknown = of('unknown')
  return Object.freeze({
    person: isCovered ? of('person') : unknown,
    unknown,
    agent: isCovered ? of('agent') : unknown,
    // Where callers must be known this one is refused before; it gains nothing if it is not.
    nobody: unknown,
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

/** Everything that callers of an action on a surface may meet. */
export function needsOn(
  { need: needs }: Pick<Action, 'need'>,
  source: SurfaceName,
): ReadonlySet<NeedKind> {
  return new Set(CALLER_CLASSES.map((caller) => needs[source][caller].kind))
}
