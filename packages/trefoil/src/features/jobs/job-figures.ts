import type { PartFigure } from '../../parts.ts'

/** What becomes of a job. `failed`: a try that is followed by another; `dead`: the last one. */
export type JobEvent = 'sent' | 'done' | 'failed' | 'dead'
const EVENTS: readonly JobEvent[] = ['sent', 'done', 'failed', 'dead']

/** How many jobs of one name are due, and since when the oldest one is. */
export interface Backlog {
  readonly queue: string
  /** {@link MOST_COUNTED} where there are more. */
  readonly due: number
  /** Milliseconds since the Unix epoch; `null` for none. */
  readonly oldest: number | null
}

/** So many are counted: a scrape must not read a backlog of millions. */
export const MOST_COUNTED = 10_000

/** What is counted of a name. */
type Counts = Record<JobEvent, number>

/** Counts jobs of this process by name. Made when somebody first asks: without that, nothing is counted. */
export class JobFigures {
  readonly #counts = new Map<string, Counts>()

  count(queue: string, event: JobEvent): void {
    this.#of(queue)[event]++
  }

  /**
   * @param names of the jobs that the app defines: no other label is made
   * @param running how many of each run in this process
   * @param backlog of the database, whoever sent them; `null` where it cannot be asked just now
   * @param now milliseconds since the Unix epoch
   */
  figures(
    names: readonly string[],
    running: (job: string) => number,
    backlog: readonly Backlog[] | null,
    now: number,
  ): readonly PartFigure[] {
    return [
      {
        name: 'trefoil_jobs_total',
        type: 'counter',
        help: 'Jobs that this process sent and did. Failed is a try that another one follows, dead the last.',
        samples: names.flatMap((job) =>
          EVENTS.map((event) => ({ labels: { job, event }, value: this.#of(job)[event] })),
        ),
      },
      {
        name: 'trefoil_jobs_running',
        type: 'gauge',
        help: 'Jobs that run in this process.',
        samples: names.map((job) => ({ labels: { job }, value: running(job) })),
      },
      {
        name: 'trefoil_jobs_waiting',
        type: 'gauge',
        help: `Jobs in the database that are due and have not begun, up to ${MOST_COUNTED} of a name.`,
        samples: (backlog ?? []).map(({ queue, due }) => ({ labels: { job: queue }, value: due })),
      },
      {
        name: 'trefoil_jobs_oldest_waiting_seconds',
        type: 'gauge',
        help: 'How long the oldest job has been due that has not begun; 0 where none is.',
        samples: (backlog ?? []).map(({ queue, oldest }) => ({
          labels: { job: queue },
          value: oldest === null ? 0 : Math.max(0, now - oldest) / 1000,
        })),
      },
    ]
  }

  #of(queue: string): Counts {
    let counts = this.#counts.get(queue)
    if (counts === undefined) {
      counts = { sent: 0, done: 0, failed: 0, dead: 0 }
      this.#counts.set(queue, counts)
    }
    return counts
  }
}
