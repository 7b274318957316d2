import { hash, randomBytes } from 'node:crypto'
import type { AnyDatabase } from '../../../../database.ts'
import type { Clock } from '../../../../index.ts'
import { Sweeper, sweepByKey } from '../../../../inner.ts'
import type { SqlRow, SqlStatements } from '../../../../parts.ts'
import { type AccountKeys, macOf } from '../../account-keys.ts'
import { textOrNull } from '../../read-rows.ts'
import type { SessionMode } from '../../sessions/login-sessions.ts'
import type { LoginSecrets } from '../oidc-client.ts'
import { TRIP_STEPS } from './trip-tables.ts'

/** What a browser went to a provider for, or comes back with. */
export type TripKind =
  /** To sign in. */
  | 'login'
  /** To add a way in to the account of who is signed in. */
  | 'link'
  /** It has been there: a session is to be had for a code. */
  | 'exchange'

/** What is remembered of it. No secrets: those are derived from the state, which the browser has. */
export interface TripDetails {
  /** Where the browser is sent on to. */
  readonly next: string
  readonly mode: SessionMode
  /** RFC 7636 S256, of the program that exchanges the code; `null` where the browser's cookie shows who it is. */
  readonly challenge: string | null
  /** Of the account when it began, or when it came back; `null` where nobody is known yet. */
  readonly epoch: number | null
  /** Of who is signed in. */
  readonly session: string | null
  /** When the provider last asked who came back, milliseconds since the Unix epoch; `null` where it did not say. */
  readonly shownAt: number | null
}

/** One that was begun and is not over. */
export interface Trip extends TripDetails {
  readonly kind: TripKind
  readonly accountId: string | null
  readonly secrets: LoginSecrets
}

/** A new one. */
export interface NewTrip extends TripDetails {
  readonly kind: TripKind
  readonly provider: string
  /** What whoever ends it has to have: the cookie of the browser, or the verifier's challenge. */
  readonly holder: string
  readonly accountId: string | null
}

const INSERT = `insert into trefoil_account_oauth (id, kind, provider, holder, key_id, account_id, details, created_at,
  expires_at) values (?, ?, ?, ?, ?, ?, ?, ?, ?) returning id`
/** The one statement by which one of many has it. */
const CONSUME = `delete from trefoil_account_oauth where id = ? and provider = ? and holder = ? and created_at <= ?
  and expires_at > ? returning *`
/** Milliseconds. */
const LIFETIME: Readonly<Record<TripKind, number>> = {
  login: 600_000,
  link: 600_000,
  exchange: 60_000,
}
/** Milliseconds by which the clock of another process may be ahead. */
const AHEAD = 60_000

/**
 * Ways to a provider and back, outside units: one that was used up stays so, whatever becomes of the call. Kept by
 * digests: whoever reads the table can go none of them.
 */
export class TripStore {
  readonly #state: SqlStatements
  readonly #keys: AccountKeys
  readonly #clock: Clock
  readonly #sweeper: Sweeper

  constructor(data: AnyDatabase, keys: AccountKeys, clock: Clock) {
    data.tables('account_oauth', TRIP_STEPS, 'state')
    this.#state = data.state
    this.#keys = keys
    this.#clock = clock
    this.#sweeper = new Sweeper(
      sweepByKey(data.state, data.dialect, {
        table: 'trefoil_account_oauth',
        key: 'id',
        over: 'expires_at < {now} - 3600000',
      }),
    )
  }

  /** @returns the secrets of it, of which `state` finds it again; as a code where it is exchanged */
  async begin(trip: NewTrip): Promise<LoginSecrets> {
    const { kind, provider, holder, accountId, ...details } = trip
    const state = randomBytes(32).toString('base64url')
    const key = this.#keys.current('provider')
    const now = this.#clock.now()
    await this.#state.run(INSERT, [
      digestOf(kind, state),
      kind,
      provider,
      digestOf('holder', holder),
      key.id,
      accountId,
      JSON.stringify(details satisfies TripDetails),
      now,
      now + LIFETIME[kind],
    ])
    this.#sweeper.used()
    return secretsOf(key, state)
  }

  /**
   * Of all who come with it at the same time one has it. Who is not its holder uses nothing up.
   *
   * @returns `null` for one that is over, was used, is another's, of another provider or none at all
   */
  async consume(
    kind: TripKind,
    state: string,
    provider: string,
    holder: string,
  ): Promise<Trip | null> {
    const now = this.#clock.now()
    const [row] = await this.#state.run(CONSUME, [
      digestOf(kind, state),
      provider,
      digestOf('holder', holder),
      now + AHEAD,
      now,
    ])
    const key = row === undefined ? null : this.#keys.find('provider', String(row['key_id']))
    // Its key is out of the ring: nothing that was derived from it is good.
    return row === undefined || key === null ? null : tripOf(row, secretsOf(key, state))
  }
}

/** A verifier of RFC 7636 and a nonce: of one another, and of the state, they tell nothing. */
function secretsOf(key: Parameters<typeof macOf>[0], state: string): LoginSecrets {
  const [nonce, verifier] = ['nonce', 'verifier'].map((what) => macOf(key, `${what} ${state}`))
  return { state, nonce: nonce ?? '', verifier: verifier ?? '' }
}

function digestOf(what: string, text: string): string {
  return hash('sha256', `trefoil oauth ${what} ${text}`, 'base64url')
}

function tripOf(row: SqlRow, secrets: LoginSecrets): Trip {
  // Written by this room.
  const details: TripDetails = JSON.parse(String(row['details']))
  return {
    ...details,
    kind: String(row['kind']) as TripKind,
    accountId: textOrNull(row['account_id']),
    secrets,
  }
}
