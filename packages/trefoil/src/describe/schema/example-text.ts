import type { JsonSchema } from '../../contract/params/schema.ts'
import { knownPattern } from './example-pattern.ts'

const BY_FORMAT: ReadonlyMap<string, string> = new Map([
  ['date', '2026-01-31'],
  ['date-time', '2026-01-31T12:00:00Z'],
  ['duration', 'P1D'],
  ['email', 'user@example.com'],
  ['emoji', '🙂'],
  ['hostname', 'example.com'],
  ['ipv4', '192.0.2.1'],
  ['ipv6', '2001:db8::1'],
  ['time', '12:00:00Z'],
  ['uri', 'https://example.com/'],
  ['url', 'https://example.com/'],
  ['uuid', '3fa85f64-5717-4562-b3fc-2c963f66afa6'],
])

const DEFAULT = 'string'

/** Longest example made to satisfy `minLength`. */
const MAX_LENGTH = 256

/** Text of the schema's format and length; `string` when nothing is asked for. */
export function exampleText(schema: JsonSchema): string {
  const { format, pattern } = schema
  const known = typeof pattern === 'string' ? knownPattern(pattern) : null
  const mayFit = (text: string) => known === null || known.matches(text) !== false
  const byFormat = typeof format === 'string' ? BY_FORMAT.get(format) : undefined
  if (byFormat !== undefined && mayFit(byFormat)) return byFormat
  const sized = fitLength(schema, DEFAULT)
  if (known === null || known.matches(sized) === true) return sized
  let guess: string | null = null
  for (const text of known.examples()) {
    if (!hasLength(schema, text)) continue
    const fits = known.matches(text)
    if (fits === true) return text
    if (fits === null) guess ??= text
  }
  return guess ?? byFormat ?? sized
}

function fitLength({ minLength, maxLength }: JsonSchema, text: string): string {
  const least = typeof minLength === 'number' ? Math.min(minLength, MAX_LENGTH) : 0
  const long =
    text.length < least ? text.repeat(Math.ceil(least / text.length)).slice(0, least) : text
  return typeof maxLength === 'number' ? long.slice(0, maxLength) : long
}

function hasLength({ minLength, maxLength }: JsonSchema, { length }: string): boolean {
  const isLong = typeof minLength !== 'number' || length >= minLength
  return isLong && (typeof maxLength !== 'number' || length <= maxLength)
}
