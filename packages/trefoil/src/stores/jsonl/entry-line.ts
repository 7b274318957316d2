import type { BrokenEntry, StoredEntry } from '../../contract/ports/audit-store.ts'

const HEX = /^[0-9a-f]{64}$/
const PREV = '{"prev":"'
const HASH = '","hash":"'
const ENTRY = '","entry":'
const AT_PREV = PREV.length
const AT_HASH = AT_PREV + 64 + HASH.length
const AT_ENTRY = AT_HASH + 64 + ENTRY.length

/** One line of a file, which is JSON too, with the text of the entry to the letter. */
export function entryLine({ prev, hash, text }: StoredEntry): string {
  return `${PREV}${prev}${HASH}${hash}${ENTRY}${text}}\n`
}

/** By place and not by a parser: what a parser makes of a text need not be what was hashed. */
export function readEntryLine(line: string): StoredEntry | BrokenEntry {
  const prev = line.slice(AT_PREV, AT_PREV + 64)
  const hash = line.slice(AT_HASH, AT_HASH + 64)
  const text = line.slice(AT_ENTRY, -1)
  const fits =
    line.startsWith(PREV) &&
    HEX.test(prev) &&
    line.startsWith(HASH, AT_PREV + 64) &&
    HEX.test(hash) &&
    line.startsWith(ENTRY, AT_HASH + 64) &&
    line.endsWith('}') &&
    text.startsWith('{')
  return fits ? { prev, hash, text } : { broken: 'malformed' }
}
