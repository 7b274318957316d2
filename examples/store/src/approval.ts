import { createHash, randomBytes } from 'node:crypto'
import { sql } from 'kysely'
import type { StoreDatabase } from './database.ts'

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
  readonly #data: StoreDatabase

  constructor(data: StoreDatabase) {
    this.#data = data
  }

  /**
   * Remembers a refused call, so that a person can see what they approve. Bounded: an agent that asks
   * for a thousand things pushes out what it asked for first, nobody else's, and fills no disk.
   *
   * @returns false for arguments too long to be shown to anybody
   */
  async ask({ hash, subject, action, args, askedAt }: ApprovalRequest): Promise<boolean> {
    if (args.length > MAX_ARGUMENTS) return false
    await this.#data.unit(async (db) => {
      await db
        .insertInto('approval_requests')
        .values({ hash, subject, action, args, asked_ms: askedAt })
        .onConflict((row) =>
          row.columns(['hash', 'subject']).doUpdateSet({ action, args, asked_ms: askedAt }),
        )
        .execute()
      await sql`
        delete from approval_requests where subject = ${subject} and hash not in (
          select hash from approval_requests where subject = ${subject}
          order by asked_ms desc, hash limit ${MAX_OF_ONE})`.execute(db)
      await sql`
        delete from approval_requests where asked_ms <= ${askedAt - REQUEST_MS} or (hash, subject) not in (
          select hash, subject from approval_requests
          order by asked_ms desc, hash, subject limit ${MAX_REQUESTS})`.execute(db)
      await db.deleteFrom('approvals').where('expires_ms', '<=', askedAt).execute()
    })
    return true
  }

  /** Everybody who asked for exactly this call, the latest first. */
  async asked(hash: string, now: number): Promise<readonly ApprovalRequest[]> {
    const rows = await this.#data
      .queries()
      .selectFrom('approval_requests')
      .selectAll()
      .where('hash', '=', hash)
      .where('asked_ms', '>', now - REQUEST_MS)
      .orderBy('asked_ms', 'desc')
      .orderBy('subject')
      .execute()
    return rows.map(({ asked_ms, ...row }) => ({ ...row, askedAt: asked_ms }))
  }

  /**
   * Makes a token that lets this subject run exactly this call, once.
   *
   * @param now milliseconds since the Unix epoch
   */
  async approve(
    { hash, subject }: Pick<ApprovalRequest, 'hash' | 'subject'>,
    now: number,
  ): Promise<string> {
    const token = randomBytes(TOKEN_BYTES).toString('base64url')
    const row = { digest: digestOf(token), hash, subject, expires_ms: now + APPROVAL_MS }
    await this.#data.unit((db) => db.insertInto('approvals').values(row).execute())
    return token
  }

  /**
   * Uses a token up. One statement: of a hundred calls with one token, in as many processes, one
   * changes the row, and the others find none.
   *
   * @returns true when it approved this call of this subject, and had not been used
   */
  async redeem(token: string, hash: string, subject: string, now: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#data.unit((db) =>
      db
        .updateTable('approvals')
        .set({ used_ms: now })
        // Looked up by its digest: how long that takes tells nobody how much of a token was right.
        .where('digest', '=', digestOf(token))
        .where('hash', '=', hash)
        .where('subject', '=', subject)
        .where('used_ms', 'is', null)
        .where('expires_ms', '>', now)
        .executeTakeFirstOrThrow(),
    )
    return numUpdatedRows === 1n
  }
}

function digestOf(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}
