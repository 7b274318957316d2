import type { SqlStatements } from '../../../parts.ts'
import type { SqlStep } from '../../../stores.ts'

/** What {@link MailLimits} goes by. */
export interface MailLimitFacts {
  /** In the database of `state`. */
  readonly statements: SqlStatements
  /** A keyed digest: no address stands in the table. */
  readonly digest: (text: string) => string
  /** Milliseconds between two mails of a kind to one mailbox. */
  readonly cooldown: number
  /** Mails to one mailbox in an hour. */
  readonly hourly: number
  /** Milliseconds since the Unix epoch. */
  readonly now: () => number
}

/** What becomes of a mail: it goes now, or so many milliseconds later, or not at all. */
export type MailTurn = { readonly after: number } | 'never'

/** The table, under the owner `account_mail` in the database of `state`. */
export const MAIL_LIMIT_STEPS: readonly SqlStep[] = [
  {
    name: '0001-account-mail',
    sql: {
      sqlite: `create table trefoil_account_mail (key text primary key, full_at integer not null) strict, without rowid;
create index trefoil_account_mail_full on trefoil_account_mail (full_at);`,
      postgres: `create table trefoil_account_mail (key text collate "C" primary key, full_at bigint not null);
create index trefoil_account_mail_full on trefoil_account_mail (full_at);`,
    },
  },
]

const HOUR = 3_600_000
/** Milliseconds that one clock may be ahead of another. */
const AHEAD = 60_000

/**
 * The way back into an account, and the second step of a login: each has a bucket of its own, which nobody empties by asking
 * for other mails. Whoever empties the first has filled the mailbox with links of it, and the second nobody empties
 * without the password.
 */
const OWN_HOUR: ReadonlySet<string> = new Set(['reset_password', 'factor_code'])

/** A bucket as one number, the time at which it is full again; one statement, so that of many at once none slips by. */
const TAKE = `insert into trefoil_account_mail (key, full_at) values (?, ?)
  on conflict (key) do update set full_at =
    case when trefoil_account_mail.full_at < ? then ? when trefoil_account_mail.full_at > ? then ?
      else trefoil_account_mail.full_at end + ?
  where trefoil_account_mail.full_at <= ? or trefoil_account_mail.full_at > ? returning key`
const KEEP_TURN = `insert into trefoil_account_mail (key, full_at) values (?, ?)
  on conflict (key) do update set full_at = excluded.full_at returning key`
const LOOK = 'select full_at from trefoil_account_mail where key = ?'
const SWEEP = `delete from trefoil_account_mail
  where key in (select key from trefoil_account_mail where full_at < ? limit 500) returning key`
/** Rows of {@link SWEEP}. */
const BATCH = 500
/** Milliseconds; longer than a mail is tried. */
const TURN_KEPT = 24 * HOUR
/** Milliseconds. */
const SWEEP_PAUSE = 600_000

/**
 * How many mails one mailbox is sent, whoever asks for them: everybody may ask for a mail to anybody's address, and
 * must not fill it. Processes count together.
 */
export class MailLimits {
  readonly #facts: MailLimitFacts
  #sweptAt = 0

  constructor(facts: MailLimitFacts) {
    this.#facts = facts
  }

  /** Takes a turn. @param purpose mails of one share the cooldown */
  async take(purpose: string, address: string): Promise<MailTurn> {
    const { cooldown, hourly, digest } = this.#facts
    const interval = Math.max(1, Math.ceil(HOUR / hourly))
    const pause = await this.#takeOf(digest(`mail pause ${purpose} ${address}`), cooldown, 1)
    if (pause > 0) return { after: pause }
    const kind = OWN_HOUR.has(purpose) ? `${purpose} ` : ''
    const full = await this.#takeOf(digest(`mail hour ${kind}${address}`), interval, hourly)
    await this.#sweep()
    return full > 0 ? 'never' : { after: 0 }
  }

  /** That a mail has had its turn: whatever becomes of this try, the next one needs none. */
  async keepTurn(id: string): Promise<void> {
    const { statements, digest } = this.#facts
    await statements.run(KEEP_TURN, [digest(`mail turn ${id}`), this.#now() + TURN_KEPT])
  }

  async hasTurn(id: string): Promise<boolean> {
    const { statements, digest } = this.#facts
    return (await statements.run(LOOK, [digest(`mail turn ${id}`)])).length > 0
  }

  /** @returns 0 where it was taken, else the milliseconds until one can be */
  async #takeOf(key: string, interval: number, burst: number): Promise<number> {
    if (interval === 0) return 0
    const { statements } = this.#facts
    const now = this.#now()
    const latest = now + interval * burst
    const last = latest - interval
    // What a clock that was put back has left behind, later than any bucket is full: the last of it is taken. Not what
    // somebody wrote whose time is a moment later than ours: of two at once both would have their turn.
    const absurd = latest + AHEAD
    const values = [key, now + interval, now, now, absurd, last, interval, last, absurd]
    const taken = await statements.run(TAKE, values)
    if (taken.length > 0) return 0
    const [row] = await statements.run(LOOK, [key])
    return Math.max(1, Number(row?.['full_at'] ?? now) + interval - latest)
  }

  async #sweep(): Promise<void> {
    const now = this.#now()
    if (now >= this.#sweptAt && now - this.#sweptAt < SWEEP_PAUSE) return
    const swept = await this.#facts.statements.run(SWEEP, [now])
    // More may be left: anybody can name any address. Nobody waits for all of it at once.
    if (swept.length < BATCH) this.#sweptAt = now
  }

  #now(): number {
    return Math.floor(this.#facts.now())
  }
}
