import type { FileHandle } from 'node:fs/promises'

/** So much is read rather than searched. */
const NEAR = 262_144
const LINE_FEED = 10
/** At the end of an entry, behind whatever a caller has sent. */
const SEQ = /,"seq":([0-9]{1,15}),"stream":"[^"]*","time":[0-9]+,"v":1\}\}$/

/** Number of the entry on a line; `null` where it cannot be told. */
export function seqOf(line: string): number | null {
  const [, digits] = SEQ.exec(line) ?? []
  return digits === undefined ? null : Number(digits)
}

/**
 * Where a line begins that stands before everything behind a number, in a file whose numbers grow. Whoever has
 * put them in another order makes entries missing, which verifying tells; it never makes one up.
 */
export async function offsetBehind(file: FileHandle, after: number): Promise<number> {
  if (after < 0) return 0
  let low = 0
  let high = (await file.stat()).size
  while (high - low > NEAR) {
    const middle = low + Math.floor((high - low) / 2)
    const found = await lineFrom(file, middle)
    const seq = found === null ? null : seqOf(found.line)
    // A line that cannot be read, or is longer than what is near: from where it is known.
    if (found === null || seq === null) return low
    if (seq <= after && found.start < high) low = found.start
    else high = middle
  }
  return low
}

/** The first line that begins behind a place. */
async function lineFrom(
  file: FileHandle,
  at: number,
): Promise<{ readonly start: number; readonly line: string } | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(NEAR), 0, NEAR, at)
  const begin = buffer.subarray(0, bytesRead).indexOf(LINE_FEED)
  const end = begin === -1 ? -1 : buffer.subarray(0, bytesRead).indexOf(LINE_FEED, begin + 1)
  if (end === -1) return null
  return { start: at + begin + 1, line: buffer.toString('utf8', begin + 1, end) }
}
