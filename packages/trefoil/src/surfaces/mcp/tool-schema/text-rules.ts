import type { JsonSchema } from '../../../contract/params/schema.ts'
import { portablePattern } from './portable-pattern.ts'
import { countAt, textAt } from './read-keyword.ts'
import type { Reader, Rules } from './reader.ts'

/** All that Gemini takes of text ("only 'enum' and 'date-time' are supported", google-gemini/gemini-cli#2237). */
const ADVERTISED_FORMATS: ReadonlySet<string> = new Set(['date-time'])

/** Longer ones explain nothing to a model. */
const MAX_PATTERN_HINT = 200

/**
 * What is said about text. Of an answer nothing but that it is text: libraries and validators disagree
 * about what a `uri`, an `email` or a `date-time` is, count characters differently (UTF-16 units or code
 * points), and lose the flags of a pattern.
 */
export function textRules(schema: JsonSchema, { side, leaveOut }: Reader): Rules {
  const format = textAt(schema, 'format') ?? textAt(schema, 'contentEncoding')
  const isAdvertised = side === 'input' && format !== null && ADVERTISED_FORMATS.has(format)
  const hints = format === null || isAdvertised ? [] : [`Format: ${format}.`]
  if (side === 'output') return { keywords: {}, hints }
  const [minLength, maxLength] = [countAt(schema, 'minLength'), countAt(schema, 'maxLength')]
  // Beside a format it is the library's own spelling of it, of hundreds of characters.
  const source = format === null ? textAt(schema, 'pattern') : null
  const pattern = source === null ? null : portablePattern(source)
  if (source !== null && pattern === null) {
    leaveOut(source)
    if (source.length <= MAX_PATTERN_HINT) hints.push(`Pattern: ${source}`)
  }
  const keywords = {
    ...(minLength === null ? {} : { minLength }),
    ...(maxLength === null ? {} : { maxLength }),
    ...(pattern === null ? {} : { pattern }),
    ...(isAdvertised ? { format } : {}),
  }
  return { keywords, hints }
}
