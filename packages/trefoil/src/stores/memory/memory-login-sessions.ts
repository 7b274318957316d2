import type {
  LoginSessionStore,
  Owner,
  SessionChange,
  SessionUse,
  StoredLoginSession,
} from '../../contract/ports/login-sessions.ts'
import { checkDetails } from './check-details.ts'

/** So many more are kept before those that are over are dropped. */
const ROOM = 256

/** Login sessions in this process: gone when it ends, and known to no other one. */
export function memoryLoginSessions(): LoginSessionStore {
  const sessions = new Map<string, StoredLoginSession>()
  const keep = (session: StoredLoginSession) => {
    sessions.set(session.id, copyOf(session))
  }
  const holding = (id: string, now: number) => {
    const session = sessions.get(id)
    return session !== undefined && holds(session, now) ? session : null
  }
  /** One that is over by the clock too: it may be set back. */
  const revokeOne = (session: StoredLoginSession, now: number) => {
    const held = holds(session, now)
    if (session.revokedAt === null)
      keep({ ...session, revokedAt: now, version: session.version + 1 })
    return held
  }
  const ofOwner = (owner: Owner, now: number) =>
    [...sessions.values()].filter((one) => holds(one, now) && isSame(one.owner, owner))

  return Object.freeze({
    add(session: StoredLoginSession) {
      checkDetails(session.details)
      if (sessions.has(session.id)) return false
      if (sessions.size % ROOM === ROOM - 1) {
        for (const [id, one] of sessions) if (!holds(one, session.createdAt)) sessions.delete(id)
      }
      keep(session)
      return true
    },
    find: holding,
    list: (owner: Owner, now: number) =>
      ofOwner(owner, now)
        .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1))
        .slice(0, 1000),
    change(id: string, version: number, change: SessionChange, now: number) {
      if (change.details !== undefined) checkDetails(change.details)
      const session = holding(id, now)
      if (session?.version !== version) return false
      const { digest = session.digest, details = session.details } = change
      keep({ ...session, digest, details, version: version + 1 })
      return true
    },
    seen(uses: readonly SessionUse[]) {
      for (const { id, at } of uses) {
        const session = sessions.get(id)
        if (session === undefined || session.seenAt >= at) continue
        if (session.seenAt + session.idle > at) keep({ ...session, seenAt: at })
      }
    },
    revoke(owner: Owner, id: string, now: number) {
      const session = sessions.get(id)
      if (session === undefined || !isSame(session.owner, owner)) return false
      return revokeOne(session, now)
    },
    revokeAll(owner: Owner, except: string | null, now: number) {
      const all = [...sessions.values()].filter(
        (one) => isSame(one.owner, owner) && one.id !== except,
      )
      return all.filter((session) => revokeOne(session, now)).length
    },
  })
}

/** Whose it is, tenants apart. */
export function isSame(one: Owner, other: Owner): boolean {
  return one.tenant === other.tenant && one.subject === other.subject
}

function holds({ revokedAt, endsAt, seenAt, idle }: StoredLoginSession, now: number): boolean {
  return revokedAt === null && endsAt > now && seenAt + idle > now
}

/** What is handed out must not be what is kept. */
function copyOf(session: StoredLoginSession): StoredLoginSession {
  return Object.freeze({ ...session, owner: Object.freeze({ ...session.owner }) })
}
