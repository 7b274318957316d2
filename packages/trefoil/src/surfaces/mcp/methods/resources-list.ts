import { isPromiseLike } from '../../../base/promise.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import { fits } from '../../agent/agent-content.ts'
import type { VisibleActions } from '../../agent/visible-actions.ts'
import { invalidParams } from '../message-call.ts'
import { moreOf, pageOf } from '../pages.ts'
import {
  type EntriesCursor,
  readCursor,
  readPlace,
  writeCursor,
  writePlace,
} from '../resources/entries-cursor.ts'
import { ENTRIES_PAGE, entryPages } from '../resources/entry-pages.ts'
import type { AnswerMethod, Asked } from './method.ts'

/** The resources that its caller sees: literal ones first, then what templates list. */
export const resourcesList: AnswerMethod = {
  kind: 'answer',
  capability: 'resources',
  answer: (asked) => {
    const { message, parts, state } = asked
    const given = message.params['cursor'] ?? null
    const place = readPlace(given)
    const from = given === null || place !== null ? null : readCursor(given)
    if (given !== null && place === null && from === null) return invalidParams('Invalid cursor')
    const visible = parts.resources.visible(state)
    const write = (seen: VisibleActions) =>
      from === null ? literalPage(asked, seen, place) : entriesPage(asked, seen, from, [])
    return isPromiseLike(visible) ? visible.then(write) : write(visible)
  },
}

/** @param place `null` for the first page */
function literalPage(asked: Asked, seen: VisibleActions, place: string | null) {
  const { resources, pageSize, server } = asked.parts
  const literal = resources.literal.filter(({ name }) => seen.shows(name))
  const page = pageOf('resources', literal, place, pageSize)
  if (page instanceof Problem) return page
  const texts = page.items.map(({ text }) => text)
  const [first] = listing(asked, seen)
  // What templates list begins on this page where a page of theirs fits behind it.
  if (page.next === null && first !== undefined && texts.length + ENTRIES_PAGE <= pageSize) {
    return entriesPage(asked, seen, { template: first.name, next: null }, texts)
  }
  const next = page.next === null ? (first?.name ?? null) : writePlace(page.next)
  return asked.envelope.era.listed(`"resources":[${texts.join(',')}]${moreOf(next)}`, server)
}

function listing({ parts: { resources } }: Asked, { shows }: VisibleActions) {
  return resources.templates.filter(({ name, entries }) => entries !== null && shows(name))
}

/** @param before what comes before them on the page */
function entriesPage(
  asked: Asked,
  seen: VisibleActions,
  from: EntriesCursor,
  before: readonly string[],
) {
  const { envelope, parts, state } = asked
  const listed = listing(asked, seen)
  const first = listed.findIndex(({ name }) => name === from.template)
  // Whether a template is there that the caller may not see is nobody's to find out.
  if (first === -1) return invalidParams('Invalid cursor')
  const texts: string[] = []
  return entryPages(listed.slice(first), from.next, state, texts).then((next) => {
    if (next instanceof Problem) return next
    if (!fits(texts.join(','), parts.maxResponseSize)) return refuse('response_too_large')
    const more = moreOf(next === null ? null : writeCursor(next))
    // Of data, which change: nobody is to keep it, and nobody else is to be given it.
    return envelope.era.read(
      `"resources":[${[...before, ...texts].join(',')}]${more}`,
      parts.server,
    )
  })
}
