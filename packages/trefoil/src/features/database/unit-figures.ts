import { type PartFigure, type SqlUnit, systemClock, TransactionConflict } from '../../parts.ts'
import type { LazyStore } from './lazy-store.ts'

/** How a unit ended. `conflict`: it met another one, and was taken back to be run again. */
type Ending = 'committed' | 'rolled_back' | 'conflict' | 'rehearsed'
const ENDINGS: readonly Ending[] = ['committed', 'rolled_back', 'conflict', 'rehearsed']

type Loaded = Pick<LazyStore<never>, 'load'>

/** Counts units of work. Made when somebody first asks: without that, nothing is counted. */
export class UnitFigures {
  readonly #open = new Set<object>()
  readonly #ended: Record<Ending, number> = {
    committed: 0,
    rolled_back: 0,
    conflict: 0,
    rehearsed: 0,
  }
  #refused = 0
  #waiting = 0
  /** Milliseconds, of all together. */
  #waited = 0
  #held = 0

  /** Waits for one to begin. @throws what its beginning throws */
  async begun<Unit extends object>(begin: () => Promise<Unit>): Promise<Unit> {
    const from = systemClock.elapsed()
    this.#waiting++
    try {
      const unit = await begin()
      this.#open.add(unit)
      return unit
    } catch (error) {
      this.#refused++
      throw error
    } finally {
      this.#waiting--
      this.#waited += systemClock.elapsed() - from
    }
  }

  /** Of one that ended twice, such as by a commit that failed, the first is counted. */
  ended(unit: Pick<SqlUnit<never>, 'heldFor'>, how: Ending): void {
    if (!this.#open.delete(unit)) return
    this.#ended[how]++
    this.#held += unit.heldFor
  }

  /** Of one that was taken back because of an error. */
  failed(unit: Pick<SqlUnit<never>, 'heldFor'>, error: unknown): void {
    this.ended(unit, error instanceof TransactionConflict ? 'conflict' : 'rolled_back')
  }

  /**
   * @param database name of the part
   * @param stores where it keeps what: of the app, and its state where that is another file
   */
  figures(
    database: string,
    stores: Readonly<Record<string, Loaded | null>>,
  ): readonly PartFigure[] {
    const own = (value: number) => [{ labels: { database }, value }]
    const loads = Object.entries(stores).flatMap(([file, store]) =>
      (store?.load() ?? []).map((load) => ({ ...load, file })),
    )
    return [
      {
        name: 'trefoil_units_total',
        type: 'counter',
        help: 'Units of work that have ended. A conflict is one that met another, and is run again.',
        samples: ENDINGS.map((outcome) => ({
          labels: { database, outcome },
          value: this.#ended[outcome],
        })),
      },
      {
        name: 'trefoil_units_open',
        type: 'gauge',
        help: 'Units of work that have begun and not ended.',
        samples: own(this.#open.size),
      },
      {
        name: 'trefoil_units_waiting',
        type: 'gauge',
        help: 'Units of work that wait for their turn, or for a connection.',
        samples: own(this.#waiting),
      },
      {
        name: 'trefoil_units_refused_total',
        type: 'counter',
        help: 'Units of work that could not begin: they waited for too long, or there was no database.',
        samples: own(this.#refused),
      },
      {
        name: 'trefoil_unit_wait_seconds_total',
        type: 'counter',
        help: 'Time for which units of work have waited to begin.',
        samples: own(this.#waited / 1000),
      },
      {
        name: 'trefoil_unit_held_seconds_total',
        type: 'counter',
        help: 'Time for which units of work were open, their commit included.',
        samples: own(this.#held / 1000),
      },
      {
        name: 'trefoil_database_connections',
        type: 'gauge',
        help: 'Connections to the database.',
        samples: loads.flatMap(({ pool, file, inUse, idle }) => [
          { labels: { database, file, pool, state: 'in_use' }, value: inUse },
          { labels: { database, file, pool, state: 'idle' }, value: idle },
        ]),
      },
      {
        name: 'trefoil_database_queue',
        type: 'gauge',
        help: 'Who waits for a connection; on SQLite, for the one that writes.',
        samples: loads.map(({ pool, file, waiting }) => ({
          labels: { database, file, pool },
          value: waiting,
        })),
      },
    ]
  }
}
