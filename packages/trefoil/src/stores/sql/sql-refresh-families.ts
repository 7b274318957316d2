import type { Owner } from '../../contract/ports/login-sessions.ts'
import type {
  RefreshFamily,
  RefreshFamilyStore,
  Rotation,
  RotationAnswer,
} from '../../contract/ports/refresh-families.ts'
import type { SqlRow } from '../../contract/ports/sql.ts'
import type { SqlData } from '../../contract/ports/sql-data.ts'
import { checkDetails } from '../memory/check-details.ts'
import { checkData } from './check-data.ts'
import { flush } from './flush.ts'
import { ownerDigest } from './owner-digest.ts'
import { retried } from './retried.ts'
import { REFRESH_FAMILY_STEPS } from './steps/refresh-family-tables.ts'
import { NOW, sweepByKey } from './sweep-by-key.ts'
import { Sweeper } from './sweeper.ts'

const TABLE = 'trefoil_refresh_families'
const USED = 'trefoil_refresh_families_used'
/** Once `now`. */
const HOLDS = 'revoked_at is null and ends_at > ?'

/** Milliseconds that a day has: a token sent a little later is told that it is over, not that it is unknown. */
const DAY = 86_400_000

/**
 * Refresh tokens that all processes of a database know, outside units of work: a family that was revoked in
 * a call that then fails is revoked.
 *
 * @param data what `database()` gives
 * @throws TypeError for what is no database
 */
export function sqlRefreshFamilies(data: SqlData): RefreshFamilyStore {
  checkData('sqlRefreshFamilies', data)
  data.tables('refresh_families', REFRESH_FAMILY_STEPS, 'state')
  const { state, dialect } = data
  const over = `ends_at < {now} - ${DAY}`
  const sweepers = [
    { table: TABLE, key: 'id', over },
    { table: USED, key: 'digest', over },
  ].map((leftovers) => new Sweeper(sweepByKey(state, dialect, leftovers)))

  async function rotate(rotation: Rotation): Promise<RotationAnswer> {
    const { digest, next, until, sealed, now } = rotation
    // Before the rotation: a process that ends in between has noted a token that is still good, and asking
    // whether it is comes first.
    await state.run(
      `insert into ${USED} (digest, family, ends_at) select digest, id, ends_at from ${TABLE}
        where digest = ? and ${HOLDS} on conflict (digest) do nothing`,
      [digest, now],
    )
    const [rotated] = await state.run(
      `update ${TABLE} set previous = digest, digest = ?, until = ?, rotated_at = ${NOW[dialect]}, sealed = ?
        where digest = ? and until > ? and ${HOLDS} returning *`,
      [next, until, sealed, digest, now, now],
    )
    if (rotated !== undefined) {
      await flush(state)
      return { kind: 'rotated', family: familyOf(rotated) }
    }
    return notRotated(rotation)
  }

  async function notRotated({ digest, grace, now }: Rotation): Promise<RotationAnswer> {
    const [row] = await state.run(
      `select *, ${NOW[dialect]} as moment from ${TABLE} where digest = ? or id = (select family from ${USED} where digest = ?)`,
      [digest, digest],
    )
    if (row === undefined) return { kind: 'unknown' }
    const family = familyOf(row)
    // The newest there is, and too old.
    if (row['digest'] === digest || family.endsAt <= now) return { kind: 'over', family }
    // By one clock: the next process's may be an hour behind, and would take whoever lost the answer for a thief.
    const sentAgain =
      row['previous'] === digest &&
      family.revokedAt === null &&
      Math.abs(Number(row['moment']) - Number(row['rotated_at'])) < grace
    if (sentAgain) return { kind: 'repeated', family, sealed: String(row['sealed']) }
    await state.run(
      `update ${TABLE} set revoked_at = ?, reason = 'reuse' where id = ? and revoked_at is null`,
      [now, family.id],
    )
    await flush(state)
    const [after] = await state.run(`select * from ${TABLE} where id = ?`, [family.id])
    return { kind: 'reused', family: after === undefined ? family : familyOf(after) }
  }

  return Object.freeze({
    async add(family: RefreshFamily, digest: string, until: number) {
      checkDetails(family.details)
      const { id, owner, clientId, session, createdAt, endsAt, revokedAt, reason, details } = family
      const rows = await state.run(
        `insert into ${TABLE} (id, owner, tenant, subject, client_id, session, created_at, ends_at, revoked_at,
          reason, details, digest, until)
          select ${placesOfFamily(dialect)} where not exists (select 1 from ${USED} where digest = ?)
          on conflict do nothing returning id`,
        [
          id,
          ownerDigest(owner),
          owner.tenant,
          owner.subject,
          clientId,
          session,
          createdAt,
          endsAt,
          revokedAt,
          reason,
          details,
          digest,
          until,
          digest,
        ],
      )
      for (const sweeper of sweepers) sweeper.used()
      return rows.length > 0
    },
    async find(digest: string, now: number) {
      const [row] = await state.run(
        `select * from ${TABLE} where digest = ? and until > ? and ${HOLDS}`,
        [digest, now, now],
      )
      return row === undefined ? null : familyOf(row)
    },
    async rotate(rotation: Rotation) {
      const answer = await retried(() => rotate(rotation))
      for (const sweeper of sweepers) sweeper.used()
      return answer
    },
    async list(owner: Owner, now: number) {
      const rows = await state.run(
        `select * from ${TABLE} where owner = ? and ${HOLDS} order by created_at desc, id limit 1000`,
        [ownerDigest(owner), now],
      )
      return rows.map(familyOf)
    },
    async revoke(owner: Owner, id: string, reason: string, now: number) {
      const rows = await state.run(
        `update ${TABLE} set revoked_at = ?, reason = ? where id = ? and owner = ? and ${HOLDS} returning id`,
        [now, reason, id, ownerDigest(owner), now],
      )
      await flush(state)
      return rows.length > 0
    },
    async revokeAll(owner: Owner, session: string | null, reason: string, now: number) {
      const ofSession = session === null ? '' : 'session = ? and'
      const rows = await state.run(
        `update ${TABLE} set revoked_at = ?, reason = ?
          where owner = ? and ${ofSession} ${HOLDS} returning id`,
        [now, reason, ownerDigest(owner), ...(session === null ? [] : [session]), now],
      )
      await flush(state)
      return rows.length
    },
  })
}

/** Places for the columns of `add`; PostgreSQL does not guess types in a select. */
function placesOfFamily(dialect: SqlData['dialect']): string {
  const types = 'text text text text text text bigint bigint bigint text text text bigint'.split(
    ' ',
  )
  return types.map((type) => (dialect === 'sqlite' ? '?' : `cast(? as ${type})`)).join(', ')
}

function familyOf(row: SqlRow): RefreshFamily {
  const text = (name: string) => (row[name] === null ? null : String(row[name]))
  const { revoked_at } = row
  return {
    id: String(row['id']),
    owner: { tenant: text('tenant'), subject: String(row['subject']) },
    clientId: text('client_id'),
    session: text('session'),
    createdAt: Number(row['created_at']),
    endsAt: Number(row['ends_at']),
    revokedAt: revoked_at === null ? null : Number(revoked_at),
    reason: text('reason'),
    details: String(row['details']),
  }
}
