import { systemClock } from '../../base/clock.ts'
import type { Owner } from '../../contract/ports/login-sessions.ts'
import type {
  RefreshFamily,
  RefreshFamilyStore,
  Rotation,
  RotationAnswer,
} from '../../contract/ports/refresh-families.ts'
import { checkDetails } from './check-details.ts'
import { isSame } from './memory-login-sessions.ts'
import { steadySweep } from './steady-sweep.ts'

/** Milliseconds for which a token of a family that is over is told so. */
const DAY = 86_400_000

interface Kept {
  family: RefreshFamily
  digest: string
  /** All there were. */
  readonly digests: string[]
  until: number
  previous: string | null
  /** By a clock that never steps back. */
  rotatedAt: number
  sealed: string
}

/** Refresh tokens in this process: gone when it ends, and known to no other one. */
export function memoryRefreshFamilies(): RefreshFamilyStore {
  const families = new Map<string, Kept>()
  /** Of every token there was. */
  const byDigest = new Map<string, Kept>()
  const sweep = steadySweep(
    families,
    ({ family }, now) => family.endsAt < now - DAY,
    (id, { digests }) => {
      families.delete(id)
      for (const digest of digests) byDigest.delete(digest)
    },
  )
  const ofOwner = (owner: Owner, now: number) =>
    [...families.values()].filter(({ family }) => holds(family, now) && isSame(family.owner, owner))
  const revokeOne = (kept: Kept, reason: string, now: number) => {
    kept.family = copyOf({ ...kept.family, revokedAt: now, reason })
  }

  return Object.freeze({
    add(family: RefreshFamily, digest: string, until: number) {
      checkDetails(family.details)
      if (families.has(family.id) || byDigest.has(digest)) return false
      sweep(family.createdAt)
      const last = { previous: null, rotatedAt: 0, sealed: '' }
      const kept: Kept = { family: copyOf(family), digest, digests: [digest], until, ...last }
      families.set(family.id, kept)
      byDigest.set(digest, kept)
      return true
    },
    find(digest: string, now: number) {
      const kept = byDigest.get(digest)
      if (kept?.digest !== digest || kept.until <= now || !holds(kept.family, now)) return null
      return kept.family
    },
    rotate({ digest, next, until, sealed, grace, now }: Rotation): RotationAnswer {
      const kept = byDigest.get(digest)
      if (kept === undefined) return { kind: 'unknown' }
      const { family } = kept
      if (kept.digest === digest) {
        if (kept.until <= now || !holds(family, now)) return { kind: 'over', family }
        const rotatedAt = systemClock.elapsed()
        Object.assign(kept, { digest: next, until, previous: digest, rotatedAt, sealed })
        byDigest.set(next, kept)
        kept.digests.push(next)
        return { kind: 'rotated', family }
      }
      if (family.endsAt <= now) return { kind: 'over', family }
      const isRecent = systemClock.elapsed() - kept.rotatedAt < grace
      if (kept.previous === digest && family.revokedAt === null && isRecent) {
        return { kind: 'repeated', family, sealed: kept.sealed }
      }
      if (family.revokedAt === null) revokeOne(kept, 'reuse', now)
      return { kind: 'reused', family: kept.family }
    },
    list: (owner: Owner, now: number) =>
      ofOwner(owner, now)
        .map(({ family }) => family)
        .sort((one, other) => other.createdAt - one.createdAt || (one.id < other.id ? -1 : 1))
        .slice(0, 1000),
    revoke(owner: Owner, id: string, reason: string, now: number) {
      const kept = families.get(id)
      if (kept === undefined || !holds(kept.family, now)) return false
      if (!isSame(kept.family.owner, owner)) return false
      revokeOne(kept, reason, now)
      return true
    },
    revokeAll(owner: Owner, session: string | null, reason: string, now: number) {
      const all = ofOwner(owner, now).filter(
        ({ family }) => session === null || family.session === session,
      )
      for (const kept of all) revokeOne(kept, reason, now)
      return all.length
    },
  })
}

function holds({ revokedAt, endsAt }: RefreshFamily, now: number): boolean {
  return revokedAt === null && endsAt > now
}

/** What is handed out must not be what is kept. */
function copyOf(family: RefreshFamily): RefreshFamily {
  return Object.freeze({ ...family, owner: Object.freeze({ ...family.owner }) })
}
