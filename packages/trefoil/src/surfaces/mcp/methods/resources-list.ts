import { isPromiseLike } from '../../../base/promise.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import { fits } from '../../agent/agent-content.ts'
import type { VisibleActions } from '../../agent/visible-actions.ts'
import { invalidCursor, moreOf, type Named } from '../lists/pages.ts'
import {
  type EntriesPlace,
  readEntriesCursor,
  writeEntriesCursor,
} from '../resources/entries-cursor.ts'
import { entryPages } from '../resources/entry-pages.ts'
import type { ListedEntries, ListedResource } from '../resources/resources.ts'
import type { AnswerMethod, Asked } from './method.ts'

const LIST = 'resources'

/** The resources that its caller sees: literal ones first, then what templates list. */
export const resourcesList: AnswerMethod = {
  kind: 'answer',
  capability: 'resources',
  answer: (asked) => {
    const visible = asked.parts.resources.visible(asked.state)
    return isPromiseLike(visible) ? visible.then((seen) => page(asked, seen)) : page(asked, visible)
  },
}

/** What one caller sees of the resources. */
interface Seen {
  readonly literal: readonly ListedResource[]
  /** Templates that list what they stand for. */
  readonly listing: readonly ListedEntries[]
  /** Both: what the check sum of a cursor is over. */
  readonly all: readonly Named[]
}

function page(asked: Asked, { shows }: VisibleActions) {
  const { envelope, message, parts, state } = asked
  const { pages, resources, server, maxResponseSize } = parts
  const literal = resources.literal.filter(({ name }) => shows(name))
  const listing = resources.listing.filter(({ name }) => shows(name))
  const seen: Seen = { literal, listing, all: [...literal, ...listing] }
  const from = placeOf(asked, seen, message.params['cursor'])
  if (from === null) return invalidCursor()
  const begin = typeof from === 'number' ? from : literal.length
  const end = begin + pages.size
  const texts = literal.slice(begin, end).map(({ text }) => text)
  const write = (more: string) =>
    envelope.era.listed(`"resources":[${texts.join(',')}]${more}`, server)
  if (end < literal.length) return write(moreOf(pages.cursorTo(end, LIST, seen.all)))
  if (listing.length === 0) return write('')
  const start = typeof from === 'number' ? { template: 0, next: null } : from
  const room = pages.size - texts.length
  return entryPages(resources, listing, room, start, state, texts).then((next) => {
    if (next instanceof Problem) return next
    const more = next === null ? '' : moreEntries(asked, seen, next)
    // Of data, which change: nobody is to keep it, and nobody else is to be given it.
    const text = envelope.era.read(`"resources":[${texts.join(',')}]${more}`, server)
    // How much an entry says is the developer's, and how many there are is data.
    return fits(text, maxResponseSize) ? text : refuse('response_too_large')
  })
}

/** @returns among the literal ones, or among entries; `null` for a cursor that leads nowhere */
function placeOf(
  { parts: { pages } }: Asked,
  { literal, listing, all }: Seen,
  cursor: unknown,
): number | EntriesPlace | null {
  if ((cursor ?? null) === null) return 0
  const place = pages.placeIn(LIST, all, cursor)
  if (place === null) return readEntriesCursor(cursor, pages, listing, all)
  return place < literal.length ? place : null
}

/** @throws TypeError for a `next` that could not be sent back: a mistake of the developer's */
function moreEntries({ parts: { pages } }: Asked, { listing, all }: Seen, next: EntriesPlace) {
  // Half a character does not come back as it was.
  const isWhole = next.next === null || next.next.isWellFormed()
  const cursor = isWhole ? writeEntriesCursor(next, pages, listing, all) : null
  if (cursor !== null) return moreOf(cursor)
  const { name } = listing[next.template] as ListedEntries
  throw new TypeError(
    `Resource '${name}': next of entries is too long, or half a character; write whole text of at most 1,000 characters`,
  )
}
