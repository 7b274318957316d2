import { isRecord } from '../../../base/plain/is-record.ts'
import type { AuditEntry } from '../entry.ts'

/**
 * Members of an event by their kind. An export is made of what stands in a log, which has not been
 * verified: a member of another kind than it should be is as good as none.
 */
export class EventMembers {
  readonly #event: Readonly<Record<string, unknown>>

  constructor(entry: AuditEntry) {
    // Its type says what whoever wrote it put in; that is not believed here.
    this.#event = entry.event as unknown as Readonly<Record<string, unknown>>
  }

  text(name: string): string | undefined {
    const value = this.#event[name]
    return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined
  }

  whole(name: string): number | undefined {
    const value = this.#event[name]
    return Number.isSafeInteger(value) ? Number(value) : undefined
  }

  texts(name: string): readonly string[] {
    return textsIn(this.#event[name])
  }

  object(name: string): Readonly<Record<string, unknown>> | undefined {
    const value = this.#event[name]
    return isRecord(value) && !Array.isArray(value) ? value : undefined
  }

  /** Those that no format has a place for. */
  without(names: ReadonlySet<string>): Readonly<Record<string, unknown>> {
    return Object.fromEntries(Object.entries(this.#event).filter(([name]) => !names.has(name)))
  }
}

export function textsIn(value: unknown): readonly string[] {
  if (!Array.isArray(value)) return []
  return value.filter((item): item is string => typeof item === 'string' && item !== '')
}

/** The object without members that have no value. */
export function present<Members extends Readonly<Record<string, unknown>>>(
  members: Members,
): { readonly [Name in keyof Members]?: Exclude<Members[Name], undefined> } {
  const kept = Object.entries(members).filter(([, value]) => value !== undefined)
  // The same members, but for those that are undefined.
  return Object.fromEntries(kept) as never
}

/** What an action does, as far as its first word tells; `other` where it does not. */
export type ActionVerb = 'create' | 'read' | 'update' | 'delete' | 'other'

const VERBS: Readonly<Record<string, ActionVerb>> = Object.assign(Object.create(null), {
  ...words('create', 'create add insert new register post make open begin start send upload issue'),
  ...words('read', 'read get list find search show fetch view look check count export download'),
  ...words('update', 'update edit set change patch rename move replace put approve enable disable'),
  ...words('delete', 'delete remove destroy drop revoke cancel clear close end erase'),
})

function words(verb: ActionVerb, list: string): Record<string, ActionVerb> {
  return Object.fromEntries(list.split(' ').map((word) => [word, verb]))
}

export function verbOf(action: string): ActionVerb {
  const first = /^[a-z]+/.exec(action.replace(/^[A-Z]/, (letter) => letter.toLowerCase()))?.[0]
  return (first === undefined ? undefined : VERBS[first]) ?? 'other'
}

/** How a call ended, or an event of the app's own: `unknown` where it has not, or says nothing. */
export type Ended = 'success' | 'failure' | 'unknown'

export function endOf(event: EventMembers): Ended {
  const outcome = event.text('outcome')
  if (outcome === 'ok' || outcome === 'dry_run') {
    return (event.whole('status') ?? 200) < 400 ? 'success' : 'failure'
  }
  if (outcome !== undefined) return 'failure'
  const type = event.text('type')
  if (type === 'refusals' || type === 'lost') return 'failure'
  if (type === 'repaired') return 'success'
  if (type !== 'event') return 'unknown'
  return /(?:^|[._-])(?:failed|refused|denied|rejected)$/.test(event.text('name') ?? '')
    ? 'failure'
    : 'success'
}

const REFUSED: ReadonlySet<number | undefined> = new Set([401, 403, 429])

/** True for what did not happen because somebody might not. */
export function isRefused(event: EventMembers): boolean {
  return event.text('type') === 'refusals' || REFUSED.has(event.whole('status'))
}

/** How bad it is, of what the framework itself knows. */
export type Severity = 'informational' | 'low' | 'medium' | 'high'

export function severityOf(event: EventMembers): Severity {
  const type = event.text('type')
  if (type === 'lost') return 'high'
  if (event.text('outcome') === 'failed') return 'medium'
  if (type === 'repaired' || isRefused(event) || endOf(event) === 'failure') return 'low'
  return 'informational'
}
