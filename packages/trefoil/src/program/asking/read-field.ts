import { failure, type Result, success } from '../../base/result.ts'
import { decodeScalar } from '../../contract/params/decode-text.ts'
import type { Choice, FieldType, FormField } from './form-field.ts'

const YES: ReadonlySet<string> = new Set(['y', 'yes', 'true'])
const NO: ReadonlySet<string> = new Set(['n', 'no', 'false'])

/**
 * The value of what was typed; `undefined` for a field that is left out.
 *
 * @returns the reason, in words for who typed it, where it is none
 */
export function readField(
  { type, required, fallback }: FormField,
  typed: string,
): Result<unknown, string> {
  const text = typed.trim()
  if (text === '') {
    // What was shown as the default is what an empty line sends.
    if (fallback !== undefined || !required) return success(fallback)
    return failure('an answer is needed; Ctrl-D cancels')
  }
  switch (type.kind) {
    case 'text':
      return textWithin(typed, type)
    case 'boolean':
      return yesOrNo(text)
    case 'one': {
      const choice = chosen(text, type.choices)
      return choice === null ? failure(oneNumber(type.choices)) : success(choice.value)
    }
    case 'several':
      return severalOf(text, type)
    default: {
      const read = decodeScalar([type.kind], text)
      if (!read.ok) return failure(`must be ${ENTITY[type.kind]}`)
      return within(read.value as number, type, '')
    }
  }
}

const ENTITY = { integer: 'a whole number, such as 10', number: 'a number, such as 10 or 2.5' }

/** `yes` or `no` in any of the ways that people type them. */
export function yesOrNo(text: string): Result<boolean, string> {
  const word = text.trim().toLowerCase()
  if (YES.has(word)) return success(true)
  return NO.has(word) ? success(false) : failure('type y or n')
}

function textWithin(
  text: string,
  type: Extract<FieldType, { kind: 'text' }>,
): Result<unknown, string> {
  // Counted as JSON Schema counts: an emoji is one character.
  const length = within([...text].length, type, ' characters')
  return length.ok ? success(text) : length
}

function severalOf(
  text: string,
  type: Extract<FieldType, { kind: 'several' }>,
): Result<unknown, string> {
  const choices = text.split(',').map((part) => chosen(part.trim(), type.choices))
  if (!choices.every((choice) => choice !== null)) {
    return failure(`${oneNumber(type.choices)}, with commas between them`)
  }
  const values = [...new Set(choices.map(({ value }) => value))]
  const number = within(values.length, type, ' of them')
  return number.ok ? success(values) : number
}

function chosen(text: string, choices: readonly Choice[]): Choice | null {
  const number = decodeScalar(['integer'], text)
  // A number is the place in the list, also where the texts are numbers: it is what stands before them.
  if (number.ok) return choices[(number.value as number) - 1] ?? null
  return choices.find(({ value, title }) => value === text || title === text) ?? null
}

function oneNumber({ length }: readonly Choice[]): string {
  return length === 1 ? 'type 1' : `type a number from 1 to ${length}`
}

function within(
  value: number,
  { least, most }: { readonly least: number | null; readonly most: number | null },
  unit: string,
): Result<number, string> {
  if (least !== null && value < least) return failure(`must be at least ${least}${unit}`)
  if (most !== null && value > most) return failure(`must be at most ${most}${unit}`)
  return success(value)
}
