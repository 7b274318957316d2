import { randomUUID } from 'node:crypto'
import type { AnyDatabase } from '../../database.ts'
import type { Clock } from '../../index.ts'
import { equalSecrets, type SqlRow } from '../../parts.ts'
import { type AccountKeys, macOf } from './account-keys.ts'
import { breachStateOf } from './account-store.ts'
import type { Challenge, ChallengePurpose, MailKind } from './challenge.ts'
import type { NewPassword } from './passwords/password-gate.ts'
import { numberOrNull, readRows, textOrNull } from './read-rows.ts'
import { sweepExpired } from './sweep-expired.ts'

const INSERT = `insert into trefoil_accounts_challenges (id, purpose, mail, account_id, address, key_id, details,
  password, breach_state, created_at, expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`
const BY_ID = 'select * from trefoil_accounts_challenges where id = ?'
/** A decoy can be sent nowhere and consumed by nobody. */
const CONSUME = `delete from trefoil_accounts_challenges where id = ? and purpose = ? and mail = purpose
  and expires_at > ? returning *`
const OPEN = `select * from trefoil_accounts_challenges where id = ? and purpose = ? and mail = purpose
  and expires_at > ?`
const NEWEST = `select * from trefoil_accounts_challenges where account_id = ? and purpose = ? and mail = purpose
  and details = ? and expires_at > ? order by created_at desc, id desc limit 1`
const REMOVE_LIKE = `delete from trefoil_accounts_challenges where account_id = ? and purpose = ? and details = ?
  returning id`
const COUNT_TRY = `update trefoil_accounts_challenges set tries = tries + 1 where id = ? and purpose = ? and tries < ?
  and expires_at > ? returning id`
const SENT = `update trefoil_accounts_challenges set sent_at = ? where id = ? returning id`

/** Milliseconds. */
const SWEEP_EVERY = 60 * 60_000

const DIGITS = 6

/** What a challenge is made of. */
export interface NewChallenge {
  readonly purpose: ChallengePurpose
  /** What its mail says: the purpose itself, or what stands in for it where it must come to nothing. */
  readonly mail: MailKind
  readonly accountId: string | null
  readonly address: string
  readonly details?: Readonly<Record<string, string | null>>
  /** Of a pending registration. */
  readonly password?: NewPassword | null
  /** Milliseconds. */
  readonly lifetime: number
}

/**
 * What was sent to mailboxes and waits for whoever has them. Tokens and codes are derived from a key and the
 * id: whoever can read the table can open nothing.
 */
export class ChallengeStore {
  readonly #data: AnyDatabase
  readonly #keys: AccountKeys
  readonly #clock: Clock
  #sweptAt = Number.NEGATIVE_INFINITY

  constructor(data: AnyDatabase, keys: AccountKeys, clock: Clock) {
    this.#data = data
    this.#keys = keys
    this.#clock = clock
  }

  /** @returns its id */
  async issue(unit: object, challenge: NewChallenge): Promise<string> {
    const { purpose, mail, accountId, address, details = {}, password = null, lifetime } = challenge
    const id = randomUUID()
    const now = this.#clock.now()
    await this.#data
      .statements(unit)
      .run(INSERT, [
        id,
        purpose,
        mail,
        accountId,
        address,
        this.#keys.current('link').id,
        JSON.stringify(details),
        password?.phc ?? null,
        password?.breachState ?? null,
        now,
        now + lifetime,
      ])
    return id
  }

  /** As it has been committed, over or not. */
  async find(id: string): Promise<Challenge | null> {
    const [row] = await readRows(this.#data, BY_ID, [id])
    return row === undefined ? null : challengeOf(row)
  }

  /**
   * The last one of an account that has just these details, unless it is over. One statement.
   *
   * @param details as they were given to {@link issue}
   */
  async newest(
    purpose: ChallengePurpose,
    accountId: string,
    details: Readonly<Record<string, string | null>>,
  ): Promise<Challenge | null> {
    const values = [accountId, purpose, JSON.stringify(details), this.#clock.now()]
    const [row] = await readRows(this.#data, NEWEST, values)
    return row === undefined ? null : challengeOf(row)
  }

  /** The same, as the unit sees it. */
  async newestIn(
    unit: object,
    purpose: ChallengePurpose,
    accountId: string,
    details: Readonly<Record<string, string | null>>,
  ): Promise<Challenge | null> {
    const values = [accountId, purpose, JSON.stringify(details), this.#clock.now()]
    const [row] = await this.#data.statements(unit).run(NEWEST, values)
    return row === undefined ? null : challengeOf(row)
  }

  /** All of an account that have just these details: what takes their place is the one that opens, whatever clocks say. */
  async removeLike(
    unit: object,
    purpose: ChallengePurpose,
    accountId: string,
    details: Readonly<Record<string, string | null>>,
  ): Promise<void> {
    await this.#data
      .statements(unit)
      .run(REMOVE_LIKE, [accountId, purpose, JSON.stringify(details)])
  }

  /** What stands in a link; the same each time. `null` once the key is gone: it opens nothing any more. */
  linkToken({ id, purpose, keyId }: Challenge): string | null {
    const key = this.#keys.find('link', keyId)
    // Ids of keys differ by purpose: a link's key says which of the ring made it.
    return key === null ? null : `${id}.${macOf(key, linkText(purpose, id))}`
  }

  /** Six digits; the same each time. */
  code({ id, purpose, keyId }: Challenge): string | null {
    const index = this.#keys.all('link').findIndex((key) => key.id === keyId)
    const key = this.#keys.all('code')[index]
    if (key === undefined) return null
    const bytes = Buffer.from(macOf(key, linkText(purpose, id)), 'base64url')
    // 48 bits over a million: no digit is likelier than another by more than one in 280 million.
    return String(bytes.readUIntBE(0, 6) % 10 ** DIGITS).padStart(DIGITS, '0')
  }

  /**
   * Uses a link up: of all who send it at the same time one has it.
   *
   * @returns `null` for one that is over, was used, is for something else or none at all
   */
  async consumeLink(
    unit: object,
    purpose: ChallengePurpose,
    token: string,
  ): Promise<Challenge | null> {
    // Asked for all the same: what is not ours costs as much as what was used.
    return this.consume(unit, purpose, this.#idOf(purpose, token))
  }

  /** What a link would open now, and leaves it as it is: for what is looked at before it is used up. */
  async readLink(purpose: ChallengePurpose, token: string): Promise<Challenge | null> {
    const id = this.#idOf(purpose, token)
    const [row] = await readRows(this.#data, OPEN, [id, purpose, this.#clock.now()])
    return row === undefined ? null : challengeOf(row)
  }

  /** Empty for a token that no key of ours made for this purpose. */
  #idOf(purpose: ChallengePurpose, token: string): string {
    const dot = token.indexOf('.')
    const [id, mac] = [token.slice(0, Math.max(dot, 0)), token.slice(dot + 1)]
    let isOurs = false
    for (const expected of this.#keys.macs('link', linkText(purpose, id))) {
      isOurs = equalSecrets(expected, mac) || isOurs
    }
    return isOurs ? id : ''
  }

  /**
   * Counts a guess before it is looked at, in a unit of its own: it stays counted, whatever becomes of the call. To be
   * called while the call has no unit open.
   *
   * @returns false once there were so many
   */
  async countTry(id: string, purpose: ChallengePurpose, most: number): Promise<boolean> {
    const rows = await this.#data.unit((unit) =>
      this.#data.statements(unit).run(COUNT_TRY, [id, purpose, most, this.#clock.now()]),
    )
    return rows.length > 0
  }

  /** Of a code that was right. */
  async consume(unit: object, purpose: ChallengePurpose, id: string): Promise<Challenge | null> {
    const [row] = await this.#data.statements(unit).run(CONSUME, [id, purpose, this.#clock.now()])
    return row === undefined ? null : challengeOf(row)
  }

  /**
   * Of a login that it began and a second factor has finished, whether or not its time is over meanwhile.
   *
   * @returns false where another login was finished by it
   */
  async useUp(unit: object, purpose: ChallengePurpose, id: string): Promise<boolean> {
    const rows = await this.#data
      .statements(unit)
      .run('delete from trefoil_accounts_challenges where id = ? and purpose = ? returning id', [
        id,
        purpose,
      ])
    return rows.length > 0
  }

  /** All of a mailbox: once it is proved, what others began with it is over. */
  async removeOfAddress(unit: object, address: string, purpose: ChallengePurpose): Promise<void> {
    await this.#data
      .statements(unit)
      .run(
        'delete from trefoil_accounts_challenges where address = ? and purpose = ? returning id',
        [address, purpose],
      )
  }

  /** All of an account, such as when its password was changed. */
  async removeOfAccount(unit: object, accountId: string): Promise<void> {
    await this.#data
      .statements(unit)
      .run('delete from trefoil_accounts_challenges where account_id = ? returning id', [accountId])
  }

  /** A notice that was sent is not kept. */
  async removeNotice(unit: object, id: string): Promise<void> {
    await this.#data
      .statements(unit)
      .run(
        `delete from trefoil_accounts_challenges where id = ? and purpose = 'notice' returning id`,
        [id],
      )
  }

  async markSent(unit: object, id: string): Promise<void> {
    await this.#data.statements(unit).run(SENT, [this.#clock.now(), id])
  }

  /** True once an hour in a process, for whoever asks first. */
  isToBeSwept(): boolean {
    const now = this.#clock.now()
    const isDue = Math.abs(now - this.#sweptAt) >= SWEEP_EVERY
    if (isDue) this.#sweptAt = now
    return isDue
  }

  /** Removes what is over, in units of its own: nobody waits long for one of them. */
  async sweep(signal: AbortSignal): Promise<void> {
    const before = this.#clock.now() - SWEEP_EVERY
    await sweepExpired(this.#data, 'trefoil_accounts_challenges', before, signal)
  }
}

function linkText(purpose: ChallengePurpose, id: string): string {
  return `${purpose} ${id}`
}

function challengeOf(row: SqlRow): Challenge {
  return {
    id: String(row['id']),
    purpose: String(row['purpose']) as ChallengePurpose,
    accountId: textOrNull(row['account_id']),
    address: String(row['address']),
    mail: String(row['mail']) as MailKind,
    details: JSON.parse(String(row['details'])),
    password: textOrNull(row['password']),
    breachState: breachStateOf(row['breach_state']),
    keyId: String(row['key_id']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
    sentAt: numberOrNull(row['sent_at']),
  }
}
