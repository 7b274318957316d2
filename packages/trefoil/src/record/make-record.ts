import type { Actor } from '../contract/auth/actor.ts'
import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { CallOutcome, CallRecord, Driver } from '../contract/call/call-record.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import type { Problem } from '../contract/problems/problem.ts'

/** What a record is made of, beside what follows from it. */
export interface RecordFacts
  extends Omit<
    CallRecord,
    'subject' | 'kind' | 'tenant' | 'actor' | 'session' | 'driven' | 'outcome' | 'problem'
  > {
  readonly auth: AuthContext | null
  readonly ended: Problem | null
  /** How sending the answer ended. */
  readonly sent: 'ok' | 'aborted' | 'failed'
}

const NOBODY: readonly string[] = Object.freeze([])

function subjectsOf(actors: readonly Actor[]): readonly string[] {
  return Object.freeze(actors.map(({ subject }) => subject))
}

/** Makes the record of a call. Nothing in it can be changed, by whichever reader comes first. */
export function makeRecord(facts: RecordFacts): CallRecord {
  const { auth, ended, sent, ...rest } = facts
  return Object.freeze({
    ...rest,
    // A view, of which a spread would copy nothing.
    client: Object.freeze({ address: rest.client.address, userAgent: rest.client.userAgent }),
    http: rest.http === null ? null : Object.freeze({ ...rest.http }),
    meta: rest.meta === null ? null : Object.freeze({ ...rest.meta }),
    subject: auth?.subject ?? null,
    kind: auth?.kind ?? 'unknown',
    tenant: auth?.tenant ?? null,
    actor: auth === null || auth.actor.length === 0 ? NOBODY : subjectsOf(auth.actor),
    session: auth?.session?.id ?? null,
    driven: driverOf(rest.surface, auth),
    outcome: outcomeOf(rest.status, rest.dryRun, ended, sent),
    problem: ended?.publicCode ?? null,
  })
}

/** How a call ended, in one word. */
export function outcomeOf(
  status: number,
  dryRun: boolean,
  ended: Problem | null,
  sent: RecordFacts['sent'],
): CallOutcome {
  if (ended?.code === 'client_disconnected') return 'aborted'
  // What a handler throws when its signal tells it that the caller has left is no failure of its own.
  if (sent === 'aborted' && (ended === null || ended.code === 'INTERNAL_ERROR')) return 'aborted'
  // Nobody who has half an answer was refused.
  if (sent === 'failed') return sent
  if (ended !== null) return ended.status >= 500 ? 'failed' : 'refused'
  if (sent === 'aborted') return sent
  if (status >= 500) return 'failed'
  return dryRun ? 'dry_run' : 'ok'
}

/**
 * Who is behind a call: what came through MCP or the CLI is an agent's, and so is what a principal
 * does that is none of a person, or that acts for somebody else.
 */
export function driverOf(surface: SurfaceName, auth: AuthContext | null): Driver {
  if (surface !== 'api') return 'agent'
  if (auth === null) return 'unknown'
  if (auth.actor.length > 0) return 'agent'
  if (auth.kind === 'unknown') return 'unknown'
  return auth.kind === 'person' ? 'person' : 'agent'
}
