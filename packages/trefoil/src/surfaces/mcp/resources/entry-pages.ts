import type { ResourceEntry } from '../../../contract/mcp/mcp-facts.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import type { CallState } from '../../../engine/call-state.ts'
import { parseMediaType } from '../../../web/media-type.ts'
import { askEntries } from './entries.ts'
import type { EntriesCursor } from './entries-cursor.ts'
import type { ListedTemplate } from './resources.ts'

/** Items of a page, and what one call of `entries` may return. */
export const ENTRIES_PAGE = 100

/**
 * What templates stand for, until a page is full.
 *
 * @param from what the first of them said by `next`
 * @param texts of the page; more are added
 * @returns where the list goes on, or why there is none
 */
export async function entryPages(
  templates: readonly ListedTemplate[],
  from: string | null,
  list: CallState,
  texts: string[],
): Promise<EntriesCursor | Problem | null> {
  let cursor = from
  let count = 0
  for (const template of templates) {
    const { name, entries } = template
    if (entries === null) continue
    const size = ENTRIES_PAGE - count
    // For who has left nothing more is begun.
    if (size === 0 || list.inbound.aborted) return { template: name, next: cursor }
    const page = await askEntries(entries, list, { cursor, size })
    cursor = null
    if (page instanceof Problem) return page
    if (page === null) continue
    if (page.items.length > size) {
      throw new TypeError(`Resource '${name}': entries returned more than size items`)
    }
    count += page.items.length
    for (const item of page.items) texts.push(entryText(template, item))
    if (page.next != null) return { template: name, next: page.next }
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
