import type { CustomTypesConfig } from 'pg'

type Types = typeof import('pg')['types']

const BOOL = 16
const INT8 = 20
const NUMERIC = 1700

/** Whole numbers as numbers: `count(*)` is one on both databases. */
export function rowTypes(types: Types): CustomTypesConfig {
  return {
    getTypeParser(oid, format) {
      if (oid === INT8 && format !== 'binary') return wholeNumber
      return types.getTypeParser(oid, format)
    },
  }
}

/** What statements of ours are promised: also true and false, and sums of whole numbers, as SQLite has them. */
export function statementTypes(types: Types): CustomTypesConfig {
  return {
    getTypeParser(oid, format) {
      if (format === 'binary') return types.getTypeParser(oid, format)
      if (oid === INT8) return wholeNumber
      if (oid === BOOL) return (text: string) => (text === 't' ? 1 : 0)
      return oid === NUMERIC ? Number : types.getTypeParser(oid, format)
    },
  }
}

/** @throws RangeError for one that a number cannot hold: it would be another */
function wholeNumber(text: string): number {
  const value = Number(text)
  if (Number.isSafeInteger(value)) return value
  throw new RangeError('A whole number is too large for a number: have the query cast it to text')
}
