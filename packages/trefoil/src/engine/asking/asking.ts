import type { QuestionDocument } from '../../contract/ask/question.ts'
import type { Issue } from '../../contract/problems/problem.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import type { CallSite } from '../call-site.ts'

/** An answer that came, and the question that it was given to. */
export interface Given {
  /** `null` where it came without a state: nobody can tell what it answers but by its key. */
  readonly digest: string | null
  readonly sent: unknown
}

/** A question that is still open. */
interface Open {
  readonly document: QuestionDocument
  readonly digest: string
  /** What was wrong with an answer that came; empty for none. */
  readonly issues: readonly Issue[]
}

/** What a client keeps for a call between two rounds. */
export interface Kept {
  /** Milliseconds since the Unix epoch from which on it is worth nothing. */
  readonly until: number
  readonly id: string
  /** Digests of what was asked last, by key. */
  readonly asked: Readonly<Record<string, string>>
  /** What had been answered before, by key: digest, and the answer as it was sent. */
  readonly given: Readonly<Record<string, readonly [digest: string, sent: unknown]>>
}

/** Characters of a state: it goes to and fro with every round, and in a header on HTTP. */
export const LONGEST_STATE = { api: 6_000, mcp: 100_000, cli: 100_000 } as const

/** The round of a call that asks: what has been answered, and what is still open. */
export class Asking {
  readonly #given: ReadonlyMap<string, Given>
  readonly #open = new Map<string, Open>()
  readonly #digests = new Map<string, string>()
  readonly #site: CallSite
  readonly #binding: () => string
  /** Of the state that came; `null` for a first round. */
  readonly id: string | null
  readonly until: number
  /** The using up of its state, which this call does once, whatever it asks. */
  spending: Promise<'first' | 'again'> | null = null
  /** What every open question of this run is thrown as, and ends it. */
  #end: Problem | null = null

  /**
   * @param binding what a state is for, worked out when there is one
   * @param answers JSON that anybody may have made up
   */
  constructor(
    site: CallSite,
    binding: () => string,
    kept: Kept | null,
    answers: Readonly<Record<string, unknown>>,
  ) {
    this.#site = site
    this.#binding = binding
    this.id = kept?.id ?? null
    this.until = kept?.until ?? 0
    this.#given = givenOf(kept, answers)
  }

  given(key: string, digest: string): Given | null {
    const given = this.#given.get(key)
    // Of another question under the same key, it answers nothing: "may I pay 5?" is not "may I pay 5,000?".
    if (given === undefined) return null
    return given.digest === null || given.digest === digest ? given : null
  }

  /** @returns false where another question has that key in this run */
  takes(key: string, digest: string): boolean {
    const before = this.#digests.get(key)
    this.#digests.set(key, digest)
    return before === undefined || before === digest
  }

  /** Leaves a question open: whatever the developer's code makes of it, the round ends with it. */
  leaveOpen(key: string, open: Open): void {
    this.#open.set(key, open)
    this.#end = null
  }

  /** Ends the call, whatever the developer's code makes of it. */
  endBy(problem: Problem): Problem {
    this.#end = problem
    return problem
  }

  /** What its caller is told; `null` while nothing is open. */
  end(): Problem | null {
    if (this.#end === null && this.#open.size > 0) this.#end = this.#ask()
    return this.#end
  }

  /** For a run that is taken back: what it asked is asked by the next one, if at all. */
  takeBack(): void {
    this.#open.clear()
    this.#digests.clear()
    this.#end = null
  }

  #ask(): Problem {
    const site = this.#site
    const given: [string, [string, unknown]][] = []
    for (const [key, { digest, sent }] of this.#given) {
      // Of what came without a state, what this run has asked for.
      const asked = digest ?? this.#digests.get(key)
      if (asked !== undefined && !this.#open.has(key)) given.push([key, [asked, sent]])
    }
    const { clock, asking, nextId } = site.app
    const kept: Kept = {
      until: clock.now() + asking.lifetime,
      id: nextId(),
      asked: Object.fromEntries([...this.#open].map(([key, { digest }]) => [key, digest])),
      given: Object.fromEntries(given),
    }
    const text = asking.states.seal(JSON.stringify(kept), this.#binding())
    if (text.length > LONGEST_STATE[site.surface]) {
      return refuse('payload_too_large', {
        detail: 'What was answered so far is too long to be sent along',
      })
    }
    const questions = [...this.#open].map(([key, { document, issues }]) => [
      key,
      issues.length === 0 ? document : { ...document, issues },
    ])
    return refuse('input_required', {
      details: { questions: Object.fromEntries(questions), request_state: text },
    })
  }
}

/** What nobody asked is left out, whatever it is called. */
function givenOf(
  kept: Kept | null,
  answers: Readonly<Record<string, unknown>>,
): ReadonlyMap<string, Given> {
  const given = new Map<string, Given>()
  if (kept === null) {
    for (const [key, sent] of Object.entries(answers)) given.set(key, { digest: null, sent })
    return given
  }
  for (const [key, [digest, sent]] of Object.entries(kept.given)) given.set(key, { digest, sent })
  for (const [key, digest] of Object.entries(kept.asked)) {
    if (Object.hasOwn(answers, key)) given.set(key, { digest, sent: answers[key] })
  }
  return given
}
