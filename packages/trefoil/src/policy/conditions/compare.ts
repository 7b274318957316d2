import type { Comparison, Constant } from './rule.ts'
import type { ColumnType } from './where.ts'

/** True, false, or neither: what a comparison with nothing is in SQL. */
export type Truth = true | false | null

/** A value of a row that can be compared. Whole numbers may come as bigints. */
export type RowValue = Constant | bigint

/**
 * The value of a column as one of its type; `undefined` for one that is of another, which is neither
 * equal nor unequal to anything. SQLite keeps booleans as 0 and 1.
 */
export function typedValue(value: unknown, type: ColumnType): RowValue | undefined {
  switch (type) {
    case 'text':
      return typeof value === 'string' && value.isWellFormed() ? value : undefined
    case 'number':
      return (typeof value === 'number' && !Number.isNaN(value)) || typeof value === 'bigint'
        ? value
        : undefined
    default:
      if (typeof value === 'boolean') return value
      if (value === 0 || value === 0n) return false
      return value === 1 || value === 1n ? true : undefined
  }
}

/** @param value of a row, of the type of the constant */
export function holds(op: Comparison, value: RowValue, constant: Constant): boolean {
  const order = orderOf(value, constant)
  switch (op) {
    case 'eq':
      return order === 0
    case 'ne':
      return order !== 0
    case 'lt':
      return order < 0
    case 'lte':
      return order <= 0
    case 'gt':
      return order > 0
    case 'gte':
      return order >= 0
  }
}

function orderOf(value: RowValue, constant: Constant): number {
  if (typeof value === 'string' && typeof constant === 'string') return textOrder(value, constant)
  // A bigint and a number are compared by what they are, without rounding.
  if (value < constant) return -1
  return value > constant ? 1 : 0
}

/** By code points, which is the order of the bytes in UTF-8; `<` goes by halves of them. */
function textOrder(left: string, right: string): number {
  const length = Math.min(left.length, right.length)
  for (let index = 0; index < length; index++) {
    const [a, b] = [left.charCodeAt(index), right.charCodeAt(index)]
    if (a !== b) return place(a) - place(b)
  }
  return left.length - right.length
}

/** Halves of characters beyond U+FFFF go behind everything that is one unit. */
function place(unit: number): number {
  if (unit >= 0xe000) return unit - 0x800
  return unit >= 0xd800 ? unit + 0x2000 : unit
}
