/**
 * What stands between a call and its handler beside guards. `confirm`: the person an agent belongs to
 * says yes; `approve`: somebody else does; `deny`: nobody can.
 */
export type NeedKind = 'none' | 'confirm' | 'approve' | 'deny'

/** `createApp({ agentWrites })`: what agents need for an action that changes something. */
export type AgentWrites = 'allow' | 'approve' | 'deny'

/**
 * Who calls, as far as need goes. `agent`: an agent, a service, or anybody for whom somebody else
 * acts; `unknown`: known by name, and no more; `nobody`: not identified, because the action is public
 * there or the surface has no authenticator.
 */
export type CallerClass = 'person' | 'unknown' | 'agent' | 'nobody'

/** Every class of caller, in the order of the table. */
export const CALLER_CLASSES: readonly CallerClass[] = ['person', 'unknown', 'agent', 'nobody']

/** What a call needs, and what said so. */
export interface Need {
  readonly kind: NeedKind
  /** The option that asks for it; `null` where none does. */
  readonly rule: 'needsApproval' | 'agentWrites' | null
}

/** What an action needs on one surface, whoever calls. */
export type NeedTable = Readonly<Record<CallerClass, Need>>

const NONE: Need = Object.freeze({ kind: 'none', rule: null })

/** Nothing, from anybody. */
export const NO_NEED: NeedTable = Object.freeze({
  person: NONE,
  unknown: NONE,
  agent: NONE,
  nobody: NONE,
})
