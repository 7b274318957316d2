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
  return next === null
    ? template
    : `${template}${BETWEEN}${encodeBase64url(new TextEncoder().encode(next))}`
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
    return { template, next: new TextDecoder('utf-8', { fatal: true }).decode(bytes) }
  } catch {
    return null
  }
}
