import type { ResourceEntry } from '../../../contract/mcp/mcp-facts.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import type { CallState } from '../../../engine/call-state.ts'
import { parseMediaType } from '../../../web/media-type.ts'
import { askEntries } from './entries.ts'
import type { EntriesPlace } from './entries-cursor.ts'
import type { ListedEntries, ListedTemplate, Resources } from './resources.ts'

/** What a page has of templates at most: unlike what is declared, each of them is looked up for each list. */
export const MOST_ENTRIES = 100

/**
 * What templates stand for, until a page is full.
 *
 * @param room entries that the page has left
 * @param from where it goes on
 * @param texts of the page; more are added
 * @returns where the list goes on, or why there is none
 */
export async function entryPages(
  resources: Resources,
  listing: readonly ListedEntries[],
  room: number,
  from: EntriesPlace,
  list: CallState,
  texts: string[],
): Promise<EntriesPlace | Problem | null> {
  let cursor = from.next
  let left = Math.min(room, MOST_ENTRIES)
  for (let at = from.template; at < listing.length; at++) {
    const one = listing[at] as ListedEntries
    // No timer fires while such a function keeps the thread.
    const late = list.overdue()
    if (late !== null) return late
    // For who has left, or has been told how it ended, nothing more is begun.
    if (left <= 0 || list.inbound.aborted || list.ended) return { template: at, next: cursor }
    const page = await askEntries(one.entries, list, { cursor, size: left })
    cursor = null
    if (page instanceof Problem) return page
    if (page === null) continue
    if (page.items.length > left) {
      throw new TypeError(`Resource '${one.name}': entries returned more than size items`)
    }
    left -= page.items.length
    for (const item of page.items) {
      const text = entryText(one, item)
      // What is read under another one is that one's to list: a guard of it may hide it.
      if (resources.find(item.uri)?.plan === one.plan) texts.push(text)
    }
    if (page.next != null) return { template: at, next: page.next }
  }
  return null
}

/** @throws TypeError for what is no entry of the template: a mistake of the developer's */
function entryText({ name: owner, template, type }: ListedTemplate, item: ResourceEntry): string {
  const { uri, name } = item
  if (typeof uri !== 'string' || typeof name !== 'string' || template.match(uri) === null) {
    throw new TypeError(
      `Resource '${owner}': each of entries has a name, and a uri that '${template.template}' matches`,
    )
  }
  // Of a database, say, what is nothing comes as null (FND-46).
  const {
    title = null,
    description = null,
    type: own = null,
    size = null,
  } = item as object as Loose
  const isType = own === null || (typeof own === 'string' && parseMediaType(own) !== null)
  const isSize = size === null || (Number.isSafeInteger(size) && Number(size) >= 0)
  if (!isTextOrNull(title) || !isTextOrNull(description) || !isType || !isSize) {
    throw new TypeError(
      `Resource '${owner}': of each of entries title and description are text, type is a media type, and size a number of bytes`,
    )
  }
  const mimeType = own ?? type
  return JSON.stringify({
    uri,
    name,
    ...(title === null ? {} : { title }),
    ...(description === null ? {} : { description }),
    ...(mimeType === null ? {} : { mimeType }),
    ...(size === null ? {} : { size }),
  })
}

/** What JavaScript returns has passed no compiler. */
type Loose = Readonly<Record<string, unknown>>

function isTextOrNull(value: unknown): value is string | null {
  return value === null || typeof value === 'string'
}
