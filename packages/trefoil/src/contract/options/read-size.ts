import { type ByteSize, parseByteSize } from '../../base/bytes.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { valueKind } from './value-kind.ts'

/**
 * Reads a size that is not written in the code: from a file, a variable, a flag.
 *
 * @param text such as `512b`, `16kb`, `2mb`, `1gb` (1024-based); blanks around it and the case of
 * the unit do not count
 * @returns the same size, as options take it
 * @throws ImproperlyConfigured for anything else, `undefined` included
 */
export function size(text: string | undefined): ByteSize {
  readSize('size(): text', text)
  // Read just now.
  return (text as string).trim().toLowerCase() as ByteSize
}

/**
 * Reads an option that is a size.
 *
 * @returns bytes
 * @throws ImproperlyConfigured naming the option and, for a bare number, what to write
 */
export function readSize(option: string, value: unknown): number {
  const bytes = parseByteSize(value)
  if (bytes !== null) return bytes
  // A bare number in the place of a size is no secret, and half of what has to be written.
  const isCount = typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
  const hint = isCount ? `the number ${value}; write '${value}b' for bytes` : valueKind(value)
  throw new ImproperlyConfigured(
    `${option} must be a size such as '2mb' (b, kb, mb, gb), got ${hint}`,
  )
}
