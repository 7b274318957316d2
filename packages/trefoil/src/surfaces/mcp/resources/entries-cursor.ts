import { decodeBase64url, encodeBase64url } from '../../../base/base64url.ts'
import type { ListPages, Named } from '../lists/pages.ts'
import type { ListedEntries } from './resources.ts'

/** Where the entries of templates go on: at one of them, and at what its `entries` said. */
export interface EntriesPlace {
  /** Which of the templates that its caller sees and that list something. */
  readonly template: number
  /** `null` for its first page. */
  readonly next: string | null
}

/** Characters: what a caller sends back is read once more. */
const LONGEST = 4096

/**
 * What `entries` says changes while the list is read, so it is in no check sum but that of its own cursor. That sum is over
 * what does not: the template, the version of the app and what its holder sees of it. It has no key. Whoever makes one up chooses
 * what `entries` is asked by, as of any argument, and comes to a page that the guards judge like the first one.
 *
 * @returns `null` for one that would be too long to be sent back
 */
export function writeEntriesCursor(
  { template, next }: EntriesPlace,
  pages: ListPages,
  listing: readonly ListedEntries[],
  seen: readonly Named[],
): string | null {
  const uri = listing[template]?.template.template ?? ''
  const sum = pages.sumOf(['entries', template, uri, next], seen)
  // As JSON: half a character that takes two comes back as it was.
  const cursor = encodeBase64url(new TextEncoder().encode(JSON.stringify([sum, template, next])))
  return cursor.length > LONGEST ? null : cursor
}

/** @returns `null` for one that was not given out for this list, app and caller's view of it */
export function readEntriesCursor(
  cursor: unknown,
  pages: ListPages,
  listing: readonly ListedEntries[],
  seen: readonly Named[],
): EntriesPlace | null {
  if (typeof cursor !== 'string' || cursor.length > LONGEST) return null
  const bytes = decodeBase64url(cursor)
  const place = bytes === null ? null : placeOf(bytes)
  if (place === null || place.template >= listing.length) return null
  // Written once more and compared: there is one spelling of a cursor.
  return writeEntriesCursor(place, pages, listing, seen) === cursor ? place : null
}

function placeOf(bytes: Uint8Array): EntriesPlace | null {
  let said: unknown
  try {
    said = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return null
  }
  if (!Array.isArray(said) || said.length !== 3) return null
  const [, template, next]: readonly unknown[] = said
  if (typeof template !== 'number' || !Number.isSafeInteger(template) || template < 0) return null
  return next === null || typeof next === 'string' ? { template, next } : null
}
