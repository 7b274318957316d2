import type { Constant } from './rule.ts'
import type { ColumnType } from './where.ts'

/** A whole number as it is written: `42` and never `042` or `4.2e1`. */
const WHOLE = /^(?:0|-?[1-9]\d{0,15})$/

/**
 * True for a value that means the same here, in SQLite and in PostgreSQL. Text that is not well-formed
 * is another one once it is UTF-8, and PostgreSQL has no text with a NUL in it. What is no number, and
 * minus zero, compare here in ways of their own.
 */
export function isConstant(value: unknown, type: ColumnType): value is Constant {
  if (type === 'text') return isText(value)
  if (type === 'boolean') return typeof value === 'boolean'
  return typeof value === 'number' && Number.isFinite(value) && !Object.is(value, -0)
}

/**
 * A value of the caller's as one that the column can be compared with. Ids are text in tokens and
 * often numbers in tables, so text that is a whole number is taken as one.
 *
 * @returns `undefined` for one that cannot be compared, and so matches nothing
 */
export function asConstant(value: unknown, type: ColumnType): Constant | undefined {
  if (type === 'number' && typeof value === 'string' && WHOLE.test(value)) {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : undefined
  }
  // Tokens are JSON, which can say -0 and means nothing by it.
  if (value === 0) return type === 'number' ? 0 : undefined
  return isConstant(value, type) ? value : undefined
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.isWellFormed() && !value.includes('\0')
}
