import { isPromiseLike } from '../../../base/promise.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import type { VisibleActions } from '../../agent/visible-actions.ts'
import { invalidParams } from '../message-call.ts'
import { type EntriesCursor, readCursor, writeCursor } from '../resources/entries-cursor.ts'
import { entryPages } from '../resources/entry-pages.ts'
import type { AnswerMethod, Asked } from './method.ts'

/** The resources that its caller sees: literal ones first, then what templates list. */
export const resourcesList: AnswerMethod = {
  kind: 'answer',
  capability: 'resources',
  answer: (asked) => {
    const { message, parts, state } = asked
    const given = message.params['cursor'] ?? null
    const from = given === null ? null : readCursor(given)
    if (given !== null && from === null) return invalidParams('Invalid cursor')
    const visible = parts.resources.visible(state)
    const write = (seen: VisibleActions) => page(asked, seen, from)
    return isPromiseLike(visible) ? visible.then(write) : write(visible)
  },
}

function page(
  { envelope: { era }, parts: { resources, server }, state }: Asked,
  { shows }: VisibleActions,
  from: EntriesCursor | null,
) {
  const literal = from !== null ? [] : resources.literal.filter(({ name }) => shows(name))
  const listing = resources.templates.filter(({ name, entries }) => entries !== null && shows(name))
  const first = from === null ? 0 : listing.findIndex(({ name }) => name === from.template)
  // Whether a template is there that the caller may not see is nobody's to find out.
  if (first === -1) return invalidParams('Invalid cursor')
  const texts = literal.map(({ text }) => text)
  const write = (next: EntriesCursor | null) => {
    const more = next === null ? '' : `,"nextCursor":${JSON.stringify(writeCursor(next))}`
    return era.listed(`"resources":[${texts.join(',')}]${more}`, server)
  }
  const rest = listing.slice(first)
  if (rest.length === 0) return write(null)
  return entryPages(rest, from?.next ?? null, state, texts).then((next) =>
    next instanceof Problem ? next : write(next),
  )
}
