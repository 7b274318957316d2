import { decodeBase64url, encodeBase64url } from '../../../base/base64url.ts'
import { crc32 } from '../../../base/crc32.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import { invalidParams } from '../message-call.ts'

/** Characters: ours have about thirty. */
const LONGEST = 100

/** What stands in a list. */
export interface Named {
  readonly name: string
}

/** One page of a list that is the same as long as the app runs. */
export interface ListPage<Item> {
  readonly items: readonly Item[]
  /** JSON member that says where the list goes on, with its comma; empty on the last page. */
  readonly more: string
}

/**
 * Cuts lists into pages. A cursor keeps nothing on the server, so every process reads it. It has a place, and a check sum
 * of the list, the app's version and what this caller sees: one that was given out for something else is refused. The sum
 * has no key and keeps nobody out. Whoever makes a cursor up comes to a page of what they may see, because a page is cut from
 * nothing else.
 */
export class ListPages {
  /** Entries of a page, at least 1. */
  readonly size: number
  readonly #version: string

  /** @param version of the app: what another one meant by a place is not ours to guess */
  constructor(size: number, version: string) {
    this.size = size
    this.#version = version
  }

  /**
   * A page of what a caller sees, in the order of declaration.
   *
   * @param seen what the caller sees, and nothing else
   * @param cursor as it was sent
   */
  of<Item extends Named>(
    list: string,
    seen: readonly Item[],
    cursor: unknown,
  ): ListPage<Item> | Problem {
    // The usual: one page, and nothing to check.
    if ((cursor ?? null) === null && seen.length <= this.size) return { items: seen, more: '' }
    const from = (cursor ?? null) === null ? 0 : this.placeIn(list, seen, cursor)
    if (from === null) return invalidCursor()
    const next = from + this.size
    const more = next >= seen.length ? '' : moreOf(this.cursorTo(next, list, seen))
    return { items: seen.slice(from, next), more }
  }

  /** @returns where a page begins, behind the first; `null` for a cursor that was not given out for this list */
  placeIn(list: string, seen: readonly Named[], cursor: unknown): number | null {
    if (typeof cursor !== 'string' || cursor.length > LONGEST) return null
    const bytes = decodeBase64url(cursor)
    if (bytes === null) return null
    const place = Number(new TextDecoder().decode(bytes).split('.')[0])
    const isPlace = Number.isSafeInteger(place) && place > 0 && place < seen.length
    if (!isPlace || place % this.size !== 0) return null
    // Written once more and compared: there is one spelling of a cursor.
    return this.cursorTo(place, list, seen) === cursor ? place : null
  }

  cursorTo(place: number, list: string, seen: readonly Named[]): string {
    const sum = this.sumOf([list, place], seen)
    return encodeBase64url(new TextEncoder().encode(`${place}.${sum}`))
  }

  /** Of what a cursor says, and of what its holder sees. */
  sumOf(said: readonly unknown[], seen: readonly Named[]): string {
    const whole = JSON.stringify([this.#version, ...said, seen.map(({ name }) => name)])
    return crc32(whole).toString(16)
  }
}

export function moreOf(cursor: string): string {
  return `,"nextCursor":${JSON.stringify(cursor)}`
}

/** The same for whatever is wrong with it: what is there that its sender may not see is nobody's to find out. */
export function invalidCursor(): Problem {
  return invalidParams('Invalid cursor')
}
