import { createHash, randomBytes } from 'node:crypto'
import type { DatabaseSync } from 'node:sqlite'

const HASH = /^sha256:[0-9a-f]{64}$/
const TOKEN_BYTES = 32

/** Milliseconds an approval is good for: 15 minutes. */
export const APPROVAL_MS = 900_000
/** Milliseconds a refused call can still be approved: one day. */
export const REQUEST_MS = 86_400_000
/** Refused calls that are kept; one more pushes out the oldest. */
export const MAX_REQUESTS = 1000
/** The same, of one subject: who asks for more pushes out what they asked for first. */
export const MAX_OF_ONE = 100
/** Characters of the arguments of one that is kept. */
export const MAX_ARGUMENTS = 16_384

/** A call that was refused because nobody had approved it. */
export interface ApprovalRequest {
  readonly hash: string
  /** Who asks. */
  readonly subject: string
  readonly action: string
  /** The bound arguments as JSON. */
  readonly args: string
  /** Milliseconds since the Unix epoch. */
  readonly askedAt: number
}

/** True for `sha256:` and 64 hex digits, as a refused call and a dry run print it. */
export function isArgumentsHash(text: string): boolean {
  return HASH.test(text)
}

/**
 * The approver of the store: what was asked, and what was approved, in the store's database. Nothing in
 * it lets whoever reads it call anything: of tokens there are digests.
 */
export class Approvals {
  readonly #connection: DatabaseSync

  constructor(connection: DatabaseSync) {
    this.#connection = connection
  }

  /**
   * Remembers a refused call, so that a person can see what they approve. Bounded: an agent that asks
   * for a thousand things pushes out what it asked for first, nobody else's, and fills no disk.
   *
   * @returns false for arguments too long to be shown to anybody
   */
  ask({ hash, subject, action, args, askedAt }: ApprovalRequest): boolean {
    if (args.length > MAX_ARGUMENTS) return false
    this.#connection
      .prepare(
        `insert into approval_requests (hash, subject, action, args, asked_ms) values (?, ?, ?, ?, ?)
         on conflict (hash, subject) do update set asked_ms = excluded.asked_ms`,
      )
      .run(hash, subject, action, args, askedAt)
    this.#connection
      .prepare(
        `delete from approval_requests where subject = ? and hash not in
           (select hash from approval_requests where subject = ? order by asked_ms desc, rowid desc limit ?)`,
      )
      .run(subject, subject, MAX_OF_ONE)
    this.#connection
      .prepare(
        `delete from approval_requests where asked_ms <= ? or (hash, subject) not in
           (select hash, subject from approval_requests order by asked_ms desc, rowid desc limit ?)`,
      )
      .run(askedAt - REQUEST_MS, MAX_REQUESTS)
    this.#connection.prepare('delete from approvals where expires_ms <= ?').run(askedAt)
    return true
  }

  /** Everybody who asked for exactly this call, the latest first. */
  asked(hash: string, now: number): readonly ApprovalRequest[] {
    return this.#connection
      .prepare(
        `select hash, subject, action, args, asked_ms from approval_requests
         where hash = ? and asked_ms > ? order by asked_ms desc, subject`,
      )
      .all(hash, now - REQUEST_MS)
      .map((row) => ({
        hash: String(row['hash']),
        subject: String(row['subject']),
        action: String(row['action']),
        args: String(row['args']),
        askedAt: Number(row['asked_ms']),
      }))
  }

  /**
   * Makes a token that lets this subject run exactly this call, once.
   *
   * @param now milliseconds since the Unix epoch
   */
  approve({ hash, subject }: Pick<ApprovalRequest, 'hash' | 'subject'>, now: number): string {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    this.#connection
      .prepare('insert into approvals (digest, hash, subject, expires_ms) values (?, ?, ?, ?)')
      .run(digestOf(token), hash, subject, now + APPROVAL_MS)
    return token
  }

  /**
   * Uses a token up. One statement: of a hundred calls with one token, in as many processes, one
   * changes the row, and the others find none.
   *
   * @returns true when it approved this call of this subject, and had not been used
   */
  redeem(token: string, hash: string, subject: string, now: number): boolean {
    // Looked up by its digest: how long that takes tells nobody how much of a token was right.
    const { changes } = this.#connection
      .prepare(
        `update approvals set used_ms = ?
         where digest = ? and hash = ? and subject = ? and used_ms is null and expires_ms > ?`,
      )
      .run(now, digestOf(token), hash, subject, now)
    return Number(changes) === 1
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
