import type { AuditEvent, AuditPlace } from '../../audit-chain.ts'
import type { Call, Outcome } from '../../index.ts'
import type { AuditFacts } from '../../parts.ts'
import { type Ending, endingOf } from './call-event.ts'

/** A call that may have a unit of work, from when its end is known until its caller is told. */
interface Open {
  readonly call: Call
  readonly facts: AuditFacts
  readonly ending: Ending
  /** Where its entry stands in the transaction; `null` for not there. */
  place: AuditPlace | null
}

/** Calls that failed are remembered for so long: a commit that hung may come after all. */
const REMEMBERED = 60_000
const MOST_REMEMBERED = 10_000

/** What was written with the unit of a call. */
export interface UnitEntry {
  readonly place: AuditPlace
  /** What it says; what the caller is told may be something else. */
  readonly ending: Ending
}

/**
 * The entries that are written inside of the units of calls. A call comes here twice: when its end is known,
 * before its unit is committed, and when its caller is told.
 */
export class UnitEntries {
  readonly #open = new Map<string, Open>()
  readonly #over = new Set<string>()
  /** Calls that have a unit open, or had one in a rehearsal. */
  readonly #begun = new Set<string>()

  /** A unit has been opened: for a call that is run again, once more. What it had before was rolled back. */
  begin(callId: string): void {
    this.#open.delete(callId)
    remember(this.#begun, callId)
  }

  /** True where the call has a unit open: another transaction would wait for it. */
  hasBegun(callId: string): boolean {
    return this.#begun.has(callId)
  }

  /** The end of a call is known, its unit is not committed. */
  expect(call: Call, outcome: Outcome, facts: AuditFacts): void {
    // Told again: closing failed, and what was to be committed has not been.
    const before = this.#open.get(call.callId)
    if (before !== undefined) return
    this.#open.set(call.callId, { call, facts, ending: endingOf(outcome), place: null })
  }

  /**
   * Right before the commit.
   *
   * @param append writes the entry into the transaction
   * @param eventOf its entry; `null` for none
   * @throws Error when it cannot be written, and for a call whose caller has been told that it failed
   */
  async write(
    callId: string,
    eventOf: (call: Call, facts: AuditFacts, ending: Ending) => AuditEvent | null,
    append: (event: AuditEvent) => Promise<AuditPlace>,
  ): Promise<void> {
    const open = this.#open.get(callId)
    if (open === undefined) {
      if (this.#over.has(callId)) throw new Error('The call has been told of as failed')
      // One that ends before the call does, inside the one that is committed with it.
      return
    }
    if (open.place !== null) return
    const event = eventOf(open.call, open.facts, open.ending)
    if (event === null) return
    open.place = await append(event)
  }

  /** The caller is told. @returns what was written with its unit; `null` for nothing */
  end(callId: string, { status }: Ending): UnitEntry | null {
    const open = this.#open.get(callId)
    this.#open.delete(callId)
    this.#begun.delete(callId)
    if (open === undefined) return null
    const { place, ending } = open
    if (place === null && status >= 500) this.#remember(callId)
    return place === null ? null : { place, ending }
  }

  #remember(callId: string): void {
    remember(this.#over, callId)
    setTimeout(() => this.#over.delete(callId), REMEMBERED).unref?.()
  }
}

/** The oldest makes room: nothing that callers do may fill the memory. */
function remember(ids: Set<string>, id: string): void {
  if (ids.size >= MOST_REMEMBERED) {
    const [oldest] = ids
    if (oldest !== undefined) ids.delete(oldest)
  }
  ids.add(id)
}

/** True where both say the same. */
export function isSameEnding(left: Ending, right: Ending): boolean {
  return (
    left.outcome === right.outcome && left.problem === right.problem && left.status === right.status
  )
}
