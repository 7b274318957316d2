import type { Clock } from '../../base/clock.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { revealed } from '../../base/secret.ts'
import { BOOLEANS } from '../params/decode-text.ts'
import type { OptionKind, Reading } from './option-kind.ts'
import { shownValue } from './option-values.ts'
import { readDuration, readSeconds } from './read-duration.ts'
import { readSize } from './read-size.ts'
import { valueKind } from './value-kind.ts'

/**
 * A kind of your own, for code alone.
 *
 * @param must what the value must be, for the message: `a function`
 */
export function kind<Value>(
  must: string,
  fits: (value: unknown) => value is Value,
): OptionKind<Value> {
  return {
    words: must,
    read: (value) => (fits(value) ? { value } : wrong(must, value)),
  }
}

/** Not empty. */
export const text: OptionKind<string> = {
  ...kind('non-empty text', (value): value is string => typeof value === 'string' && value !== ''),
  words: 'text',
  fromText: (value) => ({ value }),
}

/** Text that is a secret, or a `Secret` of it. Says of a number there only that it is one (FND-38). */
export const secretText: OptionKind<string> = {
  words: 'text',
  read(given) {
    const value = revealed(given)
    return typeof value === 'string' && value !== ''
      ? { value }
      : { mistake: `must be non-empty text or a Secret, got ${valueKind(value)}` }
  },
  fromText: (value) => ({ value }),
}

/** Not by truth: `debug: 'false'`, out of some variable, would be on. */
export const flag: OptionKind<boolean> = {
  ...kind('true or false', (value): value is boolean => typeof value === 'boolean'),
  words: 'flag',
  fromText(word) {
    const value = BOOLEANS.get(word.toLowerCase())
    return value === undefined
      ? { mistake: 'must be 1, true, yes or on, or 0, false, no or off' }
      : { value }
  },
}

/** Both of them included. */
export interface Bounds {
  readonly least?: number
  readonly most?: number
}

/** A whole number from `least` to `most`. A limit of zero would refuse everything, and is a slip (APP-4). */
export function count({
  least = 1,
  most = Number.MAX_SAFE_INTEGER,
}: Bounds = {}): OptionKind<number> {
  const upTo = most === Number.MAX_SAFE_INTEGER ? ', or more' : ` to ${most}`
  const must = upTo.startsWith(',')
    ? `a whole number, ${least}${upTo.slice(1)}`
    : `a whole number from ${least}${upTo}`
  return {
    words: 'count',
    read(value) {
      const fits = typeof value === 'number' && Number.isSafeInteger(value)
      return fits && value >= least && value <= most ? { value } : wrong(must, value)
    },
    fromText: (word) =>
      /^(?:0|[1-9][0-9]{0,14})$/.test(word)
        ? { value: Number(word) }
        : { mistake: `must be ${must}` },
  }
}

/** Bytes, from text such as `2mb` (APP-3). */
export const size: OptionKind<number> = {
  words: 'size',
  read: (value, path) => ({ value: readSize(path, value) }),
  fromText: (value) => ({ value }),
}

/** Milliseconds, from text such as `30s`. */
export const duration: OptionKind<number> = {
  words: 'duration',
  read: (value, path) => ({ value: readDuration(path, value) }),
  fromText: (value) => ({ value }),
}

/** Whole seconds, from text such as `365d`: what headers and cookies count in. */
export function seconds({
  least = 0,
  most = Number.MAX_SAFE_INTEGER,
}: Bounds = {}): OptionKind<number> {
  return {
    words: 'duration',
    read(value, path) {
      const whole = readSeconds(path, value)
      if (whole < least) return { mistake: `must be at least '${least}s'` }
      return whole > most ? { mistake: `must be at most '${most / 86_400}d'` } : { value: whole }
    },
    fromText: (value) => ({ value }),
  }
}

/** One of some words; a variable may write them in upper case. */
export function choice<const Word extends string>(words: readonly Word[]): OptionKind<Word> {
  const must = `one of ${words.join(', ')}`
  const find = (value: unknown) => words.find((word) => word === value)
  return {
    words: words.map((word) => `\`${word}\``).join(', '),
    read(value) {
      const word = find(value)
      return word === undefined ? wrong(must, value) : { value: word }
    },
    fromText(value) {
      const word = words.find((one) => one.toLowerCase() === value.toLowerCase())
      return word === undefined ? { mistake: `must be ${must}` } : { value: word }
    },
  }
}

/** What is wrong with an entry of a list, after `entry 2 `; `null` for nothing. */
export type EntryCheck = (entry: string) => string | null

/**
 * Texts, commas between them in a variable (S-CORS-1). Text alone is iterable: one forgotten bracket
 * would allow every single letter as a host (APP-7).
 */
export function list(check: EntryCheck = () => null): OptionKind<readonly string[]> {
  return {
    words: 'list',
    read(value) {
      if (!Array.isArray(value)) return wrong('a list of text', value)
      const entries: string[] = []
      for (const [index, entry] of value.entries()) {
        if (typeof entry !== 'string') {
          return { mistake: `must contain only text; entry ${index + 1} is ${shownValue(entry)}` }
        }
        if (entry.trim() === '') return { mistake: 'cannot contain empty values' }
        const mistake = check(entry)
        if (mistake !== null)
          return { mistake: `has a wrong entry: number ${index + 1} ${mistake}` }
        entries.push(entry)
      }
      return { value: Object.freeze(entries) }
    },
    fromText(word) {
      const items = word.split(',').map((item) => item.trim())
      return items.includes('') ? { mistake: 'cannot contain empty values' } : { value: items }
    },
  }
}

/** Entries out of some words. */
export function listOf<const Word extends string>(
  words: readonly Word[],
): OptionKind<readonly Word[]> {
  const known: readonly string[] = words
  return {
    ...list((entry) => (known.includes(entry) ? null : `is not one of ${words.join(', ')}`)),
    // The check has left only such words.
  } as OptionKind<readonly Word[]>
}

/** A function, whose parameters only its first call can tell. */
export function callable<Hook extends (...args: never) => unknown>(
  must = 'a function',
): OptionKind<Hook> {
  return kind(must, (value): value is Hook => typeof value === 'function')
}

/** A source of time. */
export const clock: OptionKind<Clock> = kind('a clock with now() and elapsed()', isClock)

function isClock(value: unknown): value is Clock {
  const has = (name: string) => isRecord(value) && typeof value[name] === 'function'
  return has('now') && has('elapsed')
}

/** An object of named members, such as `{ Orders: '…' }`. */
export function record<Value>(
  example: string,
  check: (name: string, value: unknown) => string | null,
): OptionKind<Readonly<Record<string, Value>>> {
  return {
    words: 'object',
    read(value) {
      // A Map has no members: what is in it would be left out without a word.
      if (!isRecord(value) || Symbol.iterator in value) {
        return wrong(`an object such as ${example}`, value)
      }
      // Read once, for getters, and not by prototype: a member may be called `__proto__`.
      const members: Record<string, Value> = Object.create(null)
      for (const name of Object.keys(value)) {
        const member = value[name]
        const mistake = check(name, member)
        if (mistake !== null) return { mistake: `'${name}' ${mistake}` }
        members[name] = member as Value
      }
      return { value: Object.freeze(members) }
    },
  }
}

/** `null`, or `none` in a variable, says that there is to be none. */
export function orNull<Value>(inner: OptionKind<Value>): OptionKind<Value | null> {
  const { fromText } = inner
  return {
    words: `${inner.words} or none`,
    read: (value, path) => (value === null ? { value } : inner.read(value, path)),
    ...(fromText === undefined
      ? {}
      : { fromText: (word) => (word === 'none' ? { value: null } : fromText(word)) }),
  }
}

function wrong(must: string, value: unknown): Reading<never> {
  return { mistake: `must be ${must}, got ${shownValue(value)}` }
}
