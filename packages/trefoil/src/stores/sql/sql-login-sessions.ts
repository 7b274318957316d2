import type {
  LoginSessionStore,
  Owner,
  SessionChange,
  SessionUse,
  StoredLoginSession,
} from '../../contract/ports/login-sessions.ts'
import type { SqlRow } from '../../contract/ports/sql.ts'
import type { SqlData } from '../../contract/ports/sql-data.ts'
import { checkDetails } from '../memory/check-details.ts'
import { checkData } from './check-data.ts'
import { flush } from './flush.ts'
import { ownerDigest } from './owner-digest.ts'
import { LOGIN_SESSION_STEPS } from './steps/login-session-tables.ts'
import { sweepByKey } from './sweep-by-key.ts'
import { Sweeper } from './sweeper.ts'
import { newestUses, USES } from './uses.ts'

/** Two times `now`. */
const HOLDS = 'revoked_at is null and ends_at > ? and seen_at + idle > ?'
/** An hour longer, for whoever's clock is behind. */
const OVER = `ends_at < {now} - 3600000 or seen_at + idle < {now} - 3600000
  or coalesce(revoked_at, {now}) < {now} - 3600000`

/**
 * Login sessions that all processes of a database know, outside units of work: one that was revoked in a
 * call that then fails is revoked.
 *
 * @param data what `database()` gives
 * @throws TypeError for what is no database
 */
export function sqlLoginSessions(data: SqlData): LoginSessionStore {
  checkData('sqlLoginSessions', data)
  data.tables('login_sessions', LOGIN_SESSION_STEPS, 'state')
  const { state, dialect } = data
  const sweeper = new Sweeper(
    sweepByKey(state, dialect, { table: 'trefoil_login_sessions', key: 'id', over: `(${OVER})` }),
  )
  // One that is over stays so: its last use may not be moved then.
  const seen = `update trefoil_login_sessions set seen_at = u.at from ${USES[dialect]} as u
    where trefoil_login_sessions.id = u.id and seen_at < u.at and seen_at + idle > u.at`

  // Those that are over by this clock too: by another's, or by this one once it is set right, they are not.
  const revoke = 'update trefoil_login_sessions set revoked_at = ?, version = version + 1 where'

  return Object.freeze({
    async add(session: StoredLoginSession) {
      checkDetails(session.details)
      const { id, digest, owner, createdAt, seenAt, idle, endsAt, revokedAt, details } = session
      const rows = await state.run(
        `insert into trefoil_login_sessions (id, digest, owner, tenant, subject, created_at, seen_at, idle,
          ends_at, revoked_at, details, version) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
          on conflict (id) do nothing returning id`,
        [
          id,
          digest,
          ownerDigest(owner),
          owner.tenant,
          owner.subject,
          createdAt,
          seenAt,
          idle,
          endsAt,
          revokedAt,
          details,
          session.version,
        ],
      )
      sweeper.used()
      return rows.length > 0
    },
    async find(id: string, now: number) {
      const [row] = await state.run(
        `select * from trefoil_login_sessions where id = ? and ${HOLDS}`,
        [id, now, now],
      )
      return row === undefined ? null : sessionOf(row)
    },
    async list(owner: Owner, now: number) {
      const rows = await state.run(
        `select * from trefoil_login_sessions where owner = ? and ${HOLDS}
          order by created_at desc, id limit 1000`,
        [ownerDigest(owner), now, now],
      )
      return rows.map(sessionOf)
    },
    async change(id: string, version: number, { digest, details }: SessionChange, now: number) {
      if (details !== undefined) checkDetails(details)
      const rows = await state.run(
        `update trefoil_login_sessions set digest = coalesce(?, digest), details = coalesce(?, details),
          version = version + 1 where id = ? and version = ? and ${HOLDS} returning id`,
        [digest ?? null, details ?? null, id, version, now, now],
      )
      await flush(state)
      return rows.length > 0
    },
    async seen(uses: readonly SessionUse[]) {
      for (const batch of newestUses(uses)) await state.run(seen, [batch])
    },
    async revoke(owner: Owner, id: string, now: number) {
      const rows = await state.run(
        `${revoke} id = ? and owner = ? and revoked_at is null returning *`,
        [now, id, ownerDigest(owner)],
      )
      await flush(state)
      return rows.some((row) => held(row, now))
    },
    async revokeAll(owner: Owner, except: string | null, now: number) {
      const rows = await state.run(
        `${revoke} owner = ? and id <> ? and revoked_at is null returning *`,
        // No session has an empty id.
        [now, ownerDigest(owner), except ?? ''],
      )
      await flush(state)
      return rows.filter((row) => held(row, now)).length
    },
  })
}

/** Of one that was not revoked before. */
function held(row: SqlRow, now: number): boolean {
  return Number(row['ends_at']) > now && Number(row['seen_at']) + Number(row['idle']) > now
}

function sessionOf(row: SqlRow): StoredLoginSession {
  const { id, digest, tenant, subject, details, revoked_at } = row
  return {
    id: String(id),
    digest: String(digest),
    owner: { tenant: tenant === null ? null : String(tenant), subject: String(subject) },
    createdAt: Number(row['created_at']),
    seenAt: Number(row['seen_at']),
    idle: Number(row['idle']),
    endsAt: Number(row['ends_at']),
    revokedAt: revoked_at === null ? null : Number(revoked_at),
    details: String(details),
    version: Number(row['version']),
  }
}
