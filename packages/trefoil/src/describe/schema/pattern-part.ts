/** Longest text made; a pattern asking for a million letters gets an example, not a bill. */
const MAX_LENGTH = 256

/** One text being written. */
export interface Writing {
  /** How often what may be repeated is repeated beyond its minimum. */
  readonly extra: number
  /** Characters picked so far: the next one is another, where there is a choice. */
  picked: number
}

/** A part of a regular expression, as far as examples want to know it. */
export interface PatternPart {
  readonly write: (writing: Writing) => string
  /** Characters that it matches at least. */
  readonly least: number
  /** In how many ways at most it matches the beginning of so many characters; one or more. */
  readonly ways: (length: number) => number
}

/** Matches between characters: an anchor, or what looks around. */
export const NOTHING: PatternPart = { write: () => '', least: 0, ways: () => 1 }

/** @param characters those that the part was found to match */
export function character(characters: readonly string[]): PatternPart {
  const write = (writing: Writing) => characters[writing.picked++ % characters.length] ?? ''
  return { write, least: 1, ways: () => 1 }
}

/** Looked for where it stands, and written nowhere. */
export function lookedFor({ ways }: PatternPart): PatternPart {
  return { ...NOTHING, ways }
}

export function sequence(parts: readonly PatternPart[]): PatternPart {
  return {
    write: (writing) => parts.map(({ write }) => write(writing)).join(''),
    least: parts.reduce((sum, { least }) => sum + least, 0),
    ways: (length) => parts.reduce((product, { ways }) => product * ways(length), 1),
  }
}

/** Of alternatives the first is written. */
export function choice(first: PatternPart, others: readonly PatternPart[]): PatternPart {
  return {
    write: first.write,
    least: Math.min(first.least, ...others.map(({ least }) => least)),
    ways: (length) => others.reduce((sum, { ways }) => sum + ways(length), first.ways(length)),
  }
}

export function repeated(part: PatternPart, low: number, high: number): PatternPart {
  return {
    write: (writing) => {
      const times = Math.min(low + writing.extra, high)
      let text = ''
      for (let count = 0; count < times && text.length < MAX_LENGTH; count++) {
        const piece = part.write(writing)
        // Nothing, over and over, would never reach the longest text.
        if (piece === '') break
        text += piece
      }
      return text
    },
    least: low * part.least,
    ways: (length) => {
      // Beyond its minimum an engine repeats only what has moved on.
      const most = Math.min(high, Math.max(low, Math.floor(length / Math.max(1, part.least))))
      return (most - Math.min(low, most) + 1) * part.ways(length) ** most
    },
  }
}
