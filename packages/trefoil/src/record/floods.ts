import { startQuietTimer } from '../base/start-timer.ts'
import type { Logger } from '../contract/call/logger.ts'
import type { CallLine } from './call-line.ts'
import { clientPrefix } from './client-prefix.ts'
import { writeSafely } from './write-safely.ts'

/** A call that was refused, as far as one such line is like another. */
export interface RefusedCall {
  readonly line: CallLine
  /** Code of the problem. */
  readonly problem: string
  readonly action: string | null
  readonly source: string
  /** `null` for a stranger. */
  readonly subject: string | null
  readonly address: string | null
}

/** How floods are kept small. */
export interface FloodOptions {
  readonly logger: Logger
  /** Calls back once, after so many milliseconds; a test's own in the place of the machine's. */
  readonly start?: (ms: number, callback: () => void) => () => void
}

/** Milliseconds. */
export const FLOOD_WINDOW = 10_000
/** Kinds of refusals that are told apart at a time; a botnet has more addresses than we have memory. */
const MOST_KINDS = 1000

const OTHERS = 'Calls refused, from too many clients to tell apart'

interface Kind extends RefusedCall {
  readonly prefix: string | null
  /** Since the last line about it. */
  count: number
}

/**
 * Refusals by the thousand must not be lines by the thousand: whoever sends them would fill the
 * disk, hide what else happens, and have each cost more than it did to send. The first of a kind is
 * written at once, those after it are counted, and each window ends with one line for each kind.
 */
export class Floods {
  readonly #logger: Logger
  readonly #start: NonNullable<FloodOptions['start']>
  readonly #kinds = new Map<string, Kind>()
  /**
   * For those whom there was no room for, by what they tried and not by who: addresses without number
   * are cheap, and a thousand of them would hide that somebody else tries something else.
   */
  readonly #others = new Map<string, Kind>()
  /** Of those whom there was no room for there either. */
  #rest = 0
  #stop: (() => void) | null = null

  constructor({ logger, start = startQuietTimer }: FloodOptions) {
    this.#logger = logger
    this.#start = start
  }

  /** @returns false for a call whose line has been written for another, and which has been counted */
  isFirst(call: RefusedCall): boolean {
    const prefix = clientPrefix(call.address)
    const { line, problem, action, source, subject } = call
    // No part of it can hold the mark but the last: nobody counts as another kind.
    const key = [line.message, problem, action, source, prefix, subject].join('\n')
    const known = this.#kinds.get(key)
    if (known !== undefined) {
      known.count++
      return false
    }
    this.#stop ??= this.#start(FLOOD_WINDOW, () => this.#end())
    if (this.#kinds.size >= MOST_KINDS) return this.#isFirstOfOthers(call)
    this.#kinds.set(key, { ...call, prefix, count: 0 })
    return true
  }

  #isFirstOfOthers(call: RefusedCall): boolean {
    const { line, problem, action, source } = call
    const key = [line.message, problem, action, source].join('\n')
    const known = this.#others.get(key)
    if (known !== undefined) {
      known.count++
      return false
    }
    if (this.#others.size >= MOST_KINDS) {
      this.#rest++
      return false
    }
    this.#others.set(key, { ...call, prefix: null, count: 0 })
    return true
  }

  /** Writes what has been counted, and begins anew; for an app that ends, and may start again. */
  flush(): void {
    this.#stop?.()
    this.#stop = null
    this.#tellAll()
    // Counted without a timer, they would never be told of.
    this.#kinds.clear()
    this.#others.clear()
  }

  #tellAll(): void {
    for (const [key, kind] of this.#kinds) {
      // Who comes again only after a quiet window is told of at once again.
      if (kind.count === 0) this.#kinds.delete(key)
      else this.#tell(kind)
    }
    for (const [key, kind] of this.#others) {
      if (kind.count === 0) this.#others.delete(key)
      else this.#tellOthers(kind)
    }
    if (this.#rest > 0) {
      const fields = { refused: this.#rest, window_ms: FLOOD_WINDOW }
      this.#rest = 0
      writeSafely(this.#logger, 'warn', fields, OTHERS)
    }
  }

  #end(): void {
    this.#stop = null
    this.#tellAll()
    // While anybody is counted; a quiet app has no timer.
    if (this.#kinds.size + this.#others.size > 0)
      this.#stop = this.#start(FLOOD_WINDOW, () => this.#end())
  }

  #tell(kind: Kind): void {
    const { line, problem, action, source, subject, prefix, count } = kind
    kind.count = 0
    const fields = { problem, action, source, subject, clients: prefix }
    writeSafely(
      this.#logger,
      line.level,
      { ...fields, refused: count, window_ms: FLOOD_WINDOW },
      line.message,
    )
  }

  #tellOthers(kind: Kind): void {
    const { line, problem, action, source, count } = kind
    kind.count = 0
    const fields = { problem, action, source, refused: count, window_ms: FLOOD_WINDOW }
    writeSafely(this.#logger, line.level, fields, OTHERS)
  }
}
