import { randomUUID } from 'node:crypto'
import type { Call, Clock } from '../../../index.ts'
import type {
  LoginSessionStore,
  RefreshFamily,
  RefreshFamilyStore,
  StoredLoginSession,
} from '../../../stores.ts'
import type { AccountKeys } from '../account-keys.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { openAnswer, type RenewedTokens, sealAnswer } from './sealed-answer.ts'
import { readDetails, type SessionDetails, writeDetails } from './session-details.ts'
import { type StandingRules, standingOf } from './session-standing.ts'
import { digestOf, makeToken, readToken } from './token-text.ts'

/** Milliseconds for which who lost the answer is given it once more. */
const GRACE = 20_000
/** Milliseconds for which the access token before is still taken: of calls that were under way. */
const OVERLAP = 60_000
const ATTEMPTS = 16

/** What refresh tokens are renewed by. */
export interface RefreshRules extends StandingRules {
  readonly sessions: LoginSessionStore
  readonly families: RefreshFamilyStore
  readonly keys: AccountKeys
  readonly clock: Clock
  /** Milliseconds. */
  readonly accessLifetime: number
  readonly refreshLifetime: number
  /** Somebody else has the token: the family is over, and the session is to be ended. */
  readonly stolen: (family: RefreshFamily, call: Call) => Promise<void>
  /** For tests. */
  readonly grace?: number
}

/** A session with what the room knows of it. */
interface Found {
  readonly session: StoredLoginSession
  readonly details: SessionDetails
}

/** What a client is given with a session. */
export interface IssuedTokens {
  readonly body: string
  readonly digest: string
  readonly issuedAt: number
  readonly until: number
}

/**
 * Renews pairs of tokens. Of all who send one token at the same time one gets its successor in, the others are
 * given the same answer. The order is: who may, the rotation (from which on the answer can be opened by whoever
 * sent the token), the session, the answer. A process that ends in between leaves nothing that the next one to send
 * the token does not finish.
 */
export class Refreshing {
  readonly #rules: RefreshRules

  constructor(rules: RefreshRules) {
    this.#rules = rules
  }

  /** The first pair of a session, and the family that its successors will be of. */
  async start(
    session: Pick<StoredLoginSession, 'id' | 'owner' | 'createdAt' | 'endsAt'>,
    clientId: string | null,
    tokens: IssuedTokens & { readonly refreshDigest: string },
  ): Promise<void> {
    const { families } = this.#rules
    const family: RefreshFamily = {
      id: randomUUID(),
      owner: session.owner,
      clientId,
      session: session.id,
      createdAt: session.createdAt,
      endsAt: session.endsAt,
      revokedAt: null,
      reason: null,
      details: '{}',
    }
    const until = this.#refreshUntil(session, tokens.issuedAt)
    if (!(await families.add(family, tokens.refreshDigest, until))) {
      throw new Error('The refresh tokens of a login could not be stored')
    }
  }

  /** A pair for a session; nothing is stored. */
  issue(
    session: Pick<StoredLoginSession, 'id' | 'endsAt'>,
    now: number,
  ): IssuedTokens & {
    readonly refreshDigest: string
  } {
    const access = makeToken('access', session.id)
    const refresh = makeToken('refresh', null)
    const until = Math.min(now + this.#rules.accessLifetime, session.endsAt)
    const body = JSON.stringify({
      access_token: access.text,
      token_type: 'bearer',
      expires_in: Math.floor((until - now) / 1000),
      refresh_token: refresh.text,
    })
    return { body, digest: access.digest, issuedAt: now, until, refreshDigest: refresh.digest }
  }

  /**
   * @returns the answer's body, and of whom
   * @throws Problem `invalid_refresh_token`, `account_disabled`
   */
  async renew(
    call: Call,
    token: string,
    clientId: string | null,
  ): Promise<{ readonly body: string; readonly family: RefreshFamily; readonly isNew: boolean }> {
    const { families, keys, clock, grace = GRACE } = this.#rules
    if (readToken('refresh', token) === null) throw invalid()
    const digest = digestOf(token)
    const now = clock.now()
    const family = await families.find(digest, now)
    const found = family === null ? null : await this.#mayRenew(family, clientId, now)
    if (family !== null && found === null) throw invalid()
    // Of one that was used: asked all the same, because the store alone knows by whom and when.
    const session = found?.session ?? { id: '', endsAt: now }
    const next = this.issue(session, now)
    const renewed: RenewedTokens = {
      digest: next.digest,
      serial: (found?.details.serial ?? 0) + 1,
      issuedAt: now,
      until: next.until,
      body: next.body,
    }
    const answer = await families.rotate({
      digest,
      next: next.refreshDigest,
      until: this.#refreshUntil(session, now),
      sealed: sealAnswer(keys, token, renewed),
      grace,
      now,
    })
    switch (answer.kind) {
      case 'rotated':
        return this.#finished(answer.family, found === null ? null : renewed, true)
      case 'repeated':
        return this.#repeated(answer.family, clientId, openAnswer(keys, token, answer.sealed))
      case 'reused':
        await this.#rules.stolen(answer.family, call)
        throw invalid()
      default:
        throw invalid()
    }
  }

  /** Nothing of it is changed where somebody may not. */
  async #mayRenew(
    family: RefreshFamily,
    clientId: string | null,
    now: number,
  ): Promise<Found | null> {
    // Another client that came by the token cannot use it, nor use it up (GHSA-pw9m-5jxm-xr6h).
    if (family.clientId !== clientId || family.session === null) return null
    const session = await this.#rules.sessions.find(family.session, now)
    const details = session === null ? null : readDetails(session)
    if (session === null || details === null || details.mode !== 'bearer') return null
    const { kind } = await standingOf(this.#rules, session, details)
    if (kind === 'disabled') throw accountsProblems.problem('account_disabled')
    return kind === 'good' ? { session, details } : null
  }

  /** Lost on the way: the same answer, to whom it was given, as long as he may have it. */
  async #repeated(
    family: RefreshFamily,
    clientId: string | null,
    renewed: RenewedTokens | null,
  ): Promise<{ readonly body: string; readonly family: RefreshFamily; readonly isNew: boolean }> {
    if (renewed === null) throw invalid()
    if ((await this.#mayRenew(family, clientId, this.#rules.clock.now())) === null) throw invalid()
    return this.#finished(family, renewed, false)
  }

  /** The access token of the answer opens the session before the answer is given. */
  async #finished(
    family: RefreshFamily,
    renewed: RenewedTokens | null,
    isNew: boolean,
  ): Promise<{ readonly body: string; readonly family: RefreshFamily; readonly isNew: boolean }> {
    if (renewed === null || family.session === null) throw invalid()
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const { sessions, clock } = this.#rules
      const now = clock.now()
      const session = await sessions.find(family.session, now)
      const details = session === null ? null : readDetails(session)
      if (session === null || details === null) throw invalid()
      // Another who had the same answer has done it, or one who has a later one.
      if (details.serial >= renewed.serial) return { body: renewed.body, family, isNew }
      const change = {
        digest: renewed.digest,
        details: writeDetails({
          ...details,
          serial: renewed.serial,
          issuedAt: renewed.issuedAt,
          until: renewed.until,
          previous: session.digest,
          previousUntil: Math.min(details.until, now + OVERLAP),
        }),
      }
      if (await sessions.change(session.id, session.version, change, now)) {
        await sessions.seen([{ id: session.id, at: now }])
        return { body: renewed.body, family, isNew }
      }
    }
    throw new Error('The login session was changed by others each time it was to be renewed')
  }

  #refreshUntil({ endsAt }: Pick<StoredLoginSession, 'endsAt'>, now: number): number {
    return Math.min(now + this.#rules.refreshLifetime, endsAt)
  }
}

function invalid(): Error {
  return accountsProblems.problem('invalid_refresh_token')
}
