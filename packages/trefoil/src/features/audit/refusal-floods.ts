import type { CallEvent, RefusalsEvent } from '../../audit-chain.ts'

/** So many refusals of one kind and of nobody known are written one by one in a second. */
const EACH = 20
const WINDOW = 1000
/** What strangers choose must not fill the memory: beyond this everything is of one kind. */
const MOST_KINDS = 200

interface Kind {
  readonly event: CallEvent
  readonly since: number
  count: number
}

/**
 * Counts refusals of callers whom nobody knows once there are many: a flood of them would otherwise write
 * the disk full, in the name of the log. What somebody did whose name is known is never counted.
 */
export class RefusalFloods {
  readonly #kinds = new Map<string, Kind>()
  readonly #now: () => number
  readonly #write: (event: RefusalsEvent) => void
  #timer: ReturnType<typeof setTimeout> | null = null

  constructor(now: () => number, write: (event: RefusalsEvent) => void) {
    this.#now = now
    this.#write = write
  }

  /** @returns true where it has been counted, and needs no entry of its own */
  counts(event: CallEvent): boolean {
    if (event.subject !== undefined || event.outcome !== 'refused') return false
    const now = this.#now()
    const { surface, action = '', problem = '' } = event
    const wanted = `${surface} ${problem} ${action}`
    const name = this.#kinds.has(wanted) || this.#kinds.size < MOST_KINDS ? wanted : ''
    const kind = this.#kinds.get(name)
    if (kind === undefined) {
      this.#kinds.set(name, { event, since: now, count: 1 })
      this.#start()
      return false
    }
    kind.count++
    return kind.count > EACH
  }

  /** Writes what has been counted. */
  flush(): void {
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    const kinds = [...this.#kinds]
    this.#kinds.clear()
    for (const [name, { event, since, count }] of kinds) {
      if (count <= EACH) continue
      const { surface, action, problem } = event
      this.#write({
        type: 'refusals',
        count: count - EACH,
        since: Math.floor(since),
        surface,
        ...(name === '' || action === undefined ? {} : { action }),
        ...(name === '' || problem === undefined ? {} : { problem }),
      })
    }
  }

  #start(): void {
    if (this.#timer !== null) return
    this.#timer = setTimeout(() => this.flush(), WINDOW)
    this.#timer.unref?.()
  }
}
