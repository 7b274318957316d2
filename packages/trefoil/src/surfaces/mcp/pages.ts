import { decodeBase64url, encodeBase64url } from '../../base/base64url.ts'
import { crc32 } from '../../base/crc32.ts'
import type { Problem } from '../../contract/problems/problem.ts'
import { invalidParams } from './message-call.ts'

/**
 * Entries of a page. High, because many clients read the first page alone: what comes behind it is not there for
 * their model.
 */
export const PAGE_SIZE = 1000

/** Characters: ours have about thirty. */
const LONGEST = 100

/** One page of a list that is the same as long as the app runs. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** Where the list goes on; `null` on the last page. */
  readonly next: string | null
}

/** JSON member that says where a list goes on, with its comma; empty on the last page. */
export function moreOf(next: string | null): string {
  return next === null ? '' : `,"nextCursor":${JSON.stringify(next)}`
}

/**
 * A page of what a caller sees, in the order of declaration. The cursor keeps nothing on the server, so every process
 * reads it. It has the place, and a check sum of what this caller sees: of another caller, another list or another
 * version of the app it is refused, and what is in it is nothing but what its holder was shown. Whoever makes one up
 * comes to a page of their own list.
 *
 * @param seen what the caller sees, and nothing else
 * @param cursor as it was sent
 */
export function pageOf<Item extends { readonly name: string }>(
  list: string,
  seen: readonly Item[],
  cursor: unknown,
  size: number,
): ListPage<Item> | Problem {
  // The usual: one page, and nothing to check.
  if ((cursor ?? null) === null && seen.length <= size) return { items: seen, next: null }
  const from = (cursor ?? null) === null ? 0 : placeIn(list, seen, cursor, size)
  if (from === null) return invalidParams('Invalid cursor')
  const end = from + size
  const next = end >= seen.length ? null : cursorOf(list, seen, end)
  return { items: seen.slice(from, end), next }
}

function placeIn(
  list: string,
  seen: readonly { readonly name: string }[],
  cursor: unknown,
  size: number,
): number | null {
  if (typeof cursor !== 'string' || cursor.length > LONGEST) return null
  const bytes = decodeBase64url(cursor)
  if (bytes === null) return null
  const place = Number(new TextDecoder().decode(bytes).split('.')[0])
  const isPlace = Number.isSafeInteger(place) && place > 0 && place < seen.length
  // Written once more and compared: there is one spelling of a cursor.
  return isPlace && place % size === 0 && cursorOf(list, seen, place) === cursor ? place : null
}

function cursorOf(list: string, seen: readonly { readonly name: string }[], place: number): string {
  const whole = JSON.stringify([list, place, seen.map(({ name }) => name)])
  const sum = crc32(whole).toString(16)
  return encodeBase64url(new TextEncoder().encode(`${place}.${sum}`))
}
