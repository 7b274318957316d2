import { createHash, randomBytes } from 'node:crypto'
import type { AnyDatabase } from '../../../../database.ts'
import type { Call, ClientFacts, Clock } from '../../../../index.ts'
import { Sweeper, sweepByKey } from '../../../../inner.ts'
import type { SqlRow } from '../../../../parts.ts'
import { numberOrNull, textOrNull } from '../../read-rows.ts'
import { digestOf, makeToken, readToken } from '../../sessions/token-text.ts'
import { UsedInCall } from './used-in-call.ts'

/** What a step is for. One never passes for another. */
export type StepPurpose =
  /** A login that waits for a second factor. */
  | 'second_factor'
  /** A login that waits for its first second factor to be set up. */
  | 'enrol'
  | 'passkey_register'
  | 'passkey_login'
  | 'passkey_second_factor'
  | 'passkey_step_up'
  | 'provider_login'
  | 'provider_link'

/** What of the caller a step is bound to: with another of these it is none. */
export interface StepBinding {
  /** Client id as `clients` names it; `null` for the app's own. */
  readonly clientId: string | null
  /** What the browser said it is. */
  readonly userAgent: string | null
  /** The cookie of the device, as it came; `null` for nothing, and for callers without cookies. */
  readonly device: string | null
}

/** A step to be taken, once. */
export interface NewStep {
  readonly purpose: StepPurpose
  /** Whose, and the epoch that the account had; `null` where nobody is known yet. */
  readonly account: { readonly id: string; readonly epoch: number } | null
  readonly bound: StepBinding
  /** What whoever takes it wants to know again: no secrets. JSON. */
  readonly details: Readonly<Record<string, unknown>>
  /** Milliseconds. */
  readonly lifetime: number
}

/** A step as it is kept. Times are milliseconds since the Unix epoch. */
export interface Step {
  /** Names it; opens nothing. */
  readonly id: string
  readonly purpose: StepPurpose
  readonly accountId: string | null
  readonly epoch: number | null
  readonly details: Readonly<Record<string, unknown>>
  readonly tries: number
  readonly createdAt: number
  readonly expiresAt: number
}

/** The call that a step is read in. */
type OneCall = Pick<Call, 'callId'>

const TABLE = 'trefoil_accounts_steps'
const HOUR = 3_600_000
/** All that a token must be: of another purpose, or from elsewhere, it is as if there were none. */
const HOLDS = 'id = ? and digest = ? and purpose = ? and bound = ? and expires_at > ?'

/** In the database of `state`: what a call that fails has written or used up stays so. Frozen once released. */
const STEPS = [
  {
    name: '0001-steps',
    sql: {
      sqlite: tableText('integer', '', 'strict, without rowid'),
      postgres: tableText('bigint', ' collate "C"', ''),
    },
  },
] as const

function tableText(int: string, exact: string, end: string): string {
  return `create table ${TABLE} (
    id text${exact} primary key, digest text not null, purpose text not null, bound text not null,
    account_id text${exact}, epoch ${int}, details text not null, tries ${int} not null,
    created_at ${int} not null, expires_at ${int} not null
  ) ${end};
  create index ${TABLE}_account on ${TABLE} (account_id)`
}

/**
 * Half-done logins and ceremonies, typed and used once: what stands between one call and the next. Of their tokens only
 * digests are kept. Outside units of work: the login that answers `MFA_REQUIRED` fails, and its step is there.
 */
export class StepStore {
  readonly #data: AnyDatabase
  readonly #clock: Clock
  readonly #sweeper: Sweeper
  readonly #ofCalls = new UsedInCall<Step>()

  /** @throws ImproperlyConfigured after the app of the database has started */
  constructor(data: AnyDatabase, clock: Clock) {
    data.tables('accounts_steps', STEPS, 'state')
    this.#data = data
    this.#clock = clock
    const over = `expires_at < {now} - ${HOUR}`
    this.#sweeper = new Sweeper(
      sweepByKey(data.state, data.dialect, { table: TABLE, key: 'id', over }),
    )
  }

  /** @returns what its holder shows, and its id */
  async issue(step: NewStep): Promise<{ readonly token: string; readonly id: string }> {
    const { purpose, account, bound, details, lifetime } = step
    const id = randomBytes(24).toString('base64url')
    const { text, digest } = makeToken('step', id)
    const now = this.#clock.now()
    await this.#data.state.run(
      `insert into ${TABLE} (id, digest, purpose, bound, account_id, epoch, details, tries, created_at, expires_at)
        values (?, ?, ?, ?, ?, ?, ?, 0, ?, ?)`,
      [
        id,
        digest,
        purpose,
        boundText(bound),
        account?.id ?? null,
        account?.epoch ?? null,
        JSON.stringify(details),
        now,
        now + lifetime,
      ],
    )
    this.#sweeper.used()
    return { token: text, id }
  }

  /** What a token would open now, and leaves it as it is. One statement, whatever was sent. */
  async read(
    { callId }: OneCall,
    purpose: StepPurpose,
    token: string,
    bound: StepBinding,
  ): Promise<Step | null> {
    const known = this.#ofCalls.used(callId, useOf(purpose, token, bound))
    return known ?? this.#one(`select * from ${TABLE} where ${HOLDS}`, purpose, token, bound)
  }

  /**
   * Uses a step up: of all who send it at the same time one has it, in whichever process. A call whose unit of work met
   * another is run again from its beginning, and has what it used up before: nobody else's call has its id.
   *
   * @returns `null` for one that is over, was used, is for something else, from elsewhere, or none at all
   */
  async consume(
    { callId }: OneCall,
    purpose: StepPurpose,
    token: string,
    bound: StepBinding,
  ): Promise<Step | null> {
    const use = useOf(purpose, token, bound)
    const known = this.#ofCalls.used(callId, use)
    if (known !== undefined) return known
    const text = `delete from ${TABLE} where ${HOLDS} returning *`
    const step = await this.#one(text, purpose, token, bound)
    if (step !== null) this.#ofCalls.use(callId, use, step)
    return step
  }

  /**
   * Counts a guess before it is looked at; it stays counted, whatever becomes of the call (MFA-3). Once in a call.
   *
   * @returns false once there were so many
   */
  async countTry({ callId }: OneCall, id: string, most: number): Promise<boolean> {
    if (this.#ofCalls.hasCounted(callId, id)) return true
    const rows = await this.#data.state.run(
      `update ${TABLE} set tries = tries + 1 where id = ? and tries < ? and expires_at > ? returning id`,
      [id, most, this.#clock.now()],
    )
    if (rows.length === 0) return false
    this.#ofCalls.count(callId, id)
    return true
  }

  /** Of one that a passkey's challenge is put into later, and the like. @returns false where it is gone */
  async setDetails(id: string, details: Readonly<Record<string, unknown>>): Promise<boolean> {
    const rows = await this.#data.state.run(
      `update ${TABLE} set details = ? where id = ? and expires_at > ? returning id`,
      [JSON.stringify(details), id, this.#clock.now()],
    )
    return rows.length > 0
  }

  /** All of an account, such as when it is deleted. */
  async removeOfAccount(accountId: string): Promise<void> {
    await this.#data.state.run(`delete from ${TABLE} where account_id = ?`, [accountId])
  }

  async #one(
    text: string,
    purpose: StepPurpose,
    token: string,
    bound: StepBinding,
  ): Promise<Step | null> {
    // Asked for all the same: what is no token of ours costs as much as one that was used.
    const id = readToken('step', token) ?? ''
    const [row] = await this.#data.state.run(text, [
      id,
      digestOf(token),
      purpose,
      boundText(bound),
      this.#clock.now(),
    ])
    return row === undefined ? null : stepOf(row)
  }
}

/** @param device what `sessions.deviceCookie` gives */
export function bindingOf(
  { userAgent }: ClientFacts,
  clientId: string | null,
  device: string | null,
): StepBinding {
  return { clientId, userAgent, device }
}

/** Names the use of a token; opens nothing. */
function useOf(purpose: StepPurpose, token: string, bound: StepBinding): string {
  return `${purpose} ${digestOf(token)} ${boundText(bound)}`
}

/** A digest: what a browser says of itself, and what a device was given, need not stand in a table. */
function boundText({ clientId, userAgent, device }: StepBinding): string {
  const text = JSON.stringify([clientId, userAgent, device])
  return createHash('sha256').update(text, 'utf8').digest('base64url')
}

function stepOf(row: SqlRow): Step {
  return {
    id: String(row['id']),
    purpose: String(row['purpose']) as StepPurpose,
    accountId: textOrNull(row['account_id']),
    epoch: numberOrNull(row['epoch']),
    details: JSON.parse(String(row['details'])),
    tries: Number(row['tries']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
  }
}
