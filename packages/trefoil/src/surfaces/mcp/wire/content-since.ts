import {
  base64Of,
  type ContentBlock,
  type ContentParts,
  jsonOf,
  partsOf,
} from '../../../contract/content/content-block.ts'

/** The revision that first knew a kind of block; those that are not here have been there from the beginning. */
const SINCE: Readonly<Partial<Record<ContentParts['type'], string>>> = {
  audio: '2025-03-26',
  resource_link: '2025-06-18',
}

/** The first revision with structured content beside the blocks. */
const STRUCTURED_SINCE = '2025-06-18'

/** The first revision that takes any JSON there, and not only an object. */
const ANY_STRUCTURED_SINCE = '2026-07-28'

/** Structured content of a tool that promises none. @param value JSON text */
export function structuredFor(value: string, revision: string): string {
  return revision >= ANY_STRUCTURED_SINCE || value.startsWith('{') ? value : `{"result":${value}}`
}

/** Revisions are dates: the later one is the greater text. */
export function knowsStructured(revision: string): boolean {
  return revision >= STRUCTURED_SINCE
}

/**
 * JSON of a block for a client of a revision. What that revision has no word for is said in one that it has:
 * a client that meets an unknown kind refuses the whole result, after the action has run.
 */
export function blockFor(block: ContentBlock, revision: string): string {
  const since = SINCE[block.type]
  return since === undefined || revision >= since ? jsonOf(block) : olderBlock(partsOf(block))
}

function olderBlock(parts: ContentParts): string {
  const { more } = parts
  if (parts.type === 'audio') {
    const { data, mimeType } = parts
    // Bytes with a type have always been a resource.
    const resource = { uri: 'urn:trefoil:audio', mimeType, blob: base64Of(data) }
    return JSON.stringify({ type: 'resource', resource, ...more })
  }
  if (parts.type === 'resource_link') {
    const { uri, name, title, description, mimeType, size } = parts
    const facts = [mimeType, size === null ? null : `${size} bytes`].filter((fact) => fact !== null)
    const known = facts.length === 0 ? '' : ` (${facts.join(', ')})`
    const called = title === null || title === name ? name : `${title} [${name}]`
    const text = `${called}${known}: ${uri}${description === null ? '' : `\n${description}`}`
    return JSON.stringify({ type: 'text', text, ...more })
  }
  throw new TypeError(`No older form of a ${parts.type} block`)
}
