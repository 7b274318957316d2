import { decodeBase64url, encodeBase64url } from '../../../base/base64url.ts'

/** Where a list goes on: at a template, and at what its `entries` said. */
export interface EntriesCursor {
  /** Name of the action. */
  readonly template: string
  /** `null` for its first page. */
  readonly next: string | null
}

/** Not in a name of an action, nor in Base64. */
const BETWEEN = '~'
/** Characters: what a caller sends back is read once more. */
const LONGEST = 4096

/**
 * No secret and no right stands in it: whoever makes one up comes to a page that the guards judge like the first one, and
 * `entries` reads `cursor` as anything else that a caller sends.
 */
export function writeCursor({ template, next }: EntriesCursor): string {
  if (next === null) return template
  const cursor = `${template}${BETWEEN}${encodeBase64url(new TextEncoder().encode(next))}`
  // Asked for by it, the next page would be none, and the end of the list be lost without a word.
  if (cursor.length > LONGEST || !next.isWellFormed()) {
    throw new TypeError(
      `Resource '${template}': next of entries is whole text of at most some 3,000 characters`,
    )
  }
  return cursor
}

/** Where a list goes on in what is declared one by one: no template has an empty name. */
export function writePlace(place: string): string {
  return `${BETWEEN}${place}`
}

/** @returns `null` for what is none, which may go on in a template */
export function readPlace(cursor: unknown): string | null {
  return typeof cursor === 'string' && cursor.startsWith(BETWEEN) ? cursor.slice(1) : null
}

/** @returns `null` for what is none */
export function readCursor(cursor: unknown): EntriesCursor | null {
  if (typeof cursor !== 'string' || cursor.length > LONGEST) return null
  const [template = '', coded, ...more] = cursor.split(BETWEEN)
  if (more.length > 0) return null
  if (coded === undefined) return { template, next: null }
  const bytes = decodeBase64url(coded)
  if (bytes === null) return null
  try {
    return {
      template,
      next: new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes),
    }
  } catch {
    return null
  }
}
