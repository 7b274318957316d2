import { parseByteSize } from '../../base/bytes.ts'
import { parseDuration } from '../../base/duration.ts'
import { BOOLEANS } from '../../contract/params/decode-text.ts'
import type { VariableKind } from './environment-variables.ts'

/** A value, or what is wrong with the text: the words that follow the variable's name. */
export type VariableReading = { readonly value: unknown } | { readonly mistake: string }

/**
 * Reads the text of a variable. Sizes and durations stay text: whoever takes the option reads
 * them. What is wrong never repeats the text, which may be a secret in the wrong place.
 */
export function readVariable(kind: VariableKind, text: string): VariableReading {
  const word = text.trim()
  // Set but empty is a template that was not filled in, and must not mean the default (APP-3).
  if (word === '') return { mistake: 'must not be empty' }
  if (typeof kind !== 'string') {
    const choice = kind.find((one) => one === word.toLowerCase())
    if (choice !== undefined) return { value: choice }
    return { mistake: `must be one of ${kind.join(', ')}` }
  }
  switch (kind) {
    case 'text':
      return { value: word }
    case 'text or none':
      return { value: word === 'none' ? null : word }
    case 'flag':
      return readFlag(word)
    case 'count':
      return readCount(word)
    case 'seconds':
      return /^[0-9]{1,15}$/.test(word)
        ? { value: Number(word) }
        : { mistake: 'must be a whole number of seconds' }
    case 'size':
      return parseByteSize(word) === null
        ? { mistake: "must be integer bytes or a string like '2mb' (b, gb, kb, mb)" }
        : { value: word }
    case 'duration':
      return parseDuration(word) === null
        ? { mistake: "must be a duration such as '30s'" }
        : { value: word }
    case 'list':
      return readList(word)
  }
}

function readFlag(word: string): VariableReading {
  const value = BOOLEANS.get(word.toLowerCase())
  return value === undefined
    ? { mistake: 'must be 1, true, yes or on, or 0, false, no or off' }
    : { value }
}

/** APP-4. */
function readCount(word: string): VariableReading {
  if (word === '0') return { mistake: 'must be greater than 0' }
  return /^[1-9][0-9]{0,14}$/.test(word)
    ? { value: Number(word) }
    : { mistake: 'must be a positive integer' }
}

/** Commas between, blanks around an item do not count (S-CORS-1). */
function readList(word: string): VariableReading {
  const items = word.split(',').map((item) => item.trim())
  return items.includes('') ? { mistake: 'cannot contain empty values' } : { value: items }
}
