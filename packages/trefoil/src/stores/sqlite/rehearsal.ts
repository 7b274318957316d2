import type { Session } from 'node:sqlite'
import type { Kysely } from 'kysely'
import type { SqlStatements } from '../../contract/ports/sql.ts'
import type { SqlRehearsal } from '../sql/sql-store.ts'
import { HeldUnit } from './unit.ts'
import type { Turn, Writer } from './writer.ts'

/** A unit on a connection of its own, whose end is always the same: nothing is kept. */
export class Rehearsal<Tables> implements SqlRehearsal<Tables> {
  readonly db: Kysely<Tables>
  readonly statements: SqlStatements
  readonly #unit: HeldUnit<Tables>
  readonly #session: Session
  readonly #giveUp: () => void

  private constructor(unit: HeldUnit<Tables>, session: Session, giveUp: () => void) {
    this.db = unit.db
    this.statements = unit.statements
    this.#unit = unit
    this.#session = session
    this.#giveUp = giveUp
  }

  /**
   * @param writer who has the turn for it: two connections of one process that wait for each other's lock would
   *   do so until their time is up
   * @param own the connection
   */
  static async begin<Tables>(
    writer: Writer,
    own: Writer,
    holder: string,
    options: Turn,
  ): Promise<Rehearsal<Tables>> {
    let end = () => {}
    const giveUp = await writer.takeElsewhere(holder, options, () => end())
    try {
      const turn = await own.take(holder, options)
      end = () => {
        own.rollback(turn)
        giveUp()
      }
      return new Rehearsal(new HeldUnit<Tables>(own, turn), own.watch(), giveUp)
    } catch (error) {
      giveUp()
      throw error
    }
  }

  get hasEnded(): boolean {
    return this.#unit.hasEnded
  }

  get heldFor(): number {
    return this.#unit.heldFor
  }

  exec(sql: string): void {
    this.#unit.exec(sql)
  }

  changes(): Uint8Array {
    return this.#session.changeset()
  }

  async commit(): Promise<void> {
    this.rollback()
  }

  rollback(): void {
    if (this.#unit.hasEnded) return
    try {
      this.#session.close()
    } catch {
      // The database has been closed, and with it what it noted.
    }
    this.#unit.rollback()
    this.#giveUp()
  }
}
