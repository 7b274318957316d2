import type { Actor } from '../../contract/auth/actor.ts'
import { ALLOWED, Denial } from '../../contract/auth/guard-decision.ts'
import type { Guard } from '../../contract/call/call.ts'
import { readNames } from './read-names.ts'

/** What of an `AuthContext` says which client it is. */
interface Parties {
  readonly subject: string
  readonly actor: readonly Actor[]
}

/**
 * Passes for the clients with these ids: the subject of the caller. Where somebody acts for it, that one
 * has to be named too: a token by which an agent acts for `cron` does not make the agent `cron`. Who
 * acted before does not count (RFC 8693 §4.1).
 *
 * The denial never names the clients that would pass (PW-33).
 *
 * @throws ImproperlyConfigured without ids (PW-09)
 */
export function requireClientId(...ids: readonly string[]): Guard {
  const allowed = readNames('requireClientId', ids)
  return Object.freeze({
    name: 'RequireClientId',
    needsInput: false,
    decide({ subject, actor }: Parties) {
      if (!allowed.includes(subject)) return denied(subject)
      const acting = actor[0]
      return acting === undefined || allowed.includes(acting.subject)
        ? ALLOWED
        : denied(acting.subject)
    },
  })
}

function denied(id: string): Denial {
  return new Denial(`Client '${id}' is not allowed to call this tool`, undefined, false)
}
