/**
 * What a caller is. `person` is earned by a login session or a first-party client; a credential
 * that says nothing of it is `unknown`.
 */
export type PrincipalKind = 'person' | 'agent' | 'service' | 'unknown'

const KINDS: ReadonlySet<unknown> = new Set(['person', 'agent', 'service', 'unknown'])

export function isPrincipalKind(value: unknown): value is PrincipalKind {
  return KINDS.has(value)
}
