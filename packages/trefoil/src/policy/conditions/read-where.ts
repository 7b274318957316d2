import { NotCanonical, plainItems, plainMembers } from '../../base/plain/plain-members.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { isConstant } from './constants.ts'
import type { Column, Comparison, Constant, Reference, Rule } from './rule.ts'
import type { Columns, ColumnType } from './where.ts'

/** Deep enough for people, and no stack overflows over it. */
const MAX_DEPTH = 32
/** Rules in all: the statement made of them is sent with every query. */
const MAX_RULES = 256
/** Values of one list; databases bound how many there may be in a statement. */
export const MAX_LIST = 1000

const COLUMN_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,62}$/
const CLAIM = /^claims\.(.+)$/s
const OPERATORS = 'eq, ne, lt, lte, gt, gte, in, isNull, role, scope, all, any and not'

/** What reading a condition goes along with. */
interface Reading {
  readonly columns: ReadonlyMap<string, ColumnType>
  rules: number
}

/**
 * Takes the columns of a condition, each member read once.
 *
 * @throws ImproperlyConfigured for what are none
 */
export function readColumns(value: unknown): ReadonlyMap<string, ColumnType> {
  const columns = new Map<string, ColumnType>()
  for (const [name, type] of membersOf('condition(): columns', value)) {
    if (!COLUMN_NAME.test(name) || name === '__proto__') {
      throw wrong('columns', 'must be names of letters, digits and _, such as owner_id')
    }
    if (type !== 'text' && type !== 'number' && type !== 'boolean') {
      throw wrong(
        `columns.${name}`,
        `must be 'text', 'number' or 'boolean', got ${shownValue(type)}`,
      )
    }
    columns.set(name, type)
  }
  return columns
}

/**
 * Takes a condition as it is now: plain data, checked against its columns.
 *
 * @throws ImproperlyConfigured naming the place, for whatever has no meaning or not the same one in SQL
 */
export function readWhere(columns: ReadonlyMap<string, ColumnType>, value: unknown): Rule {
  return readRule({ columns, rules: 0 }, 'where', value, 0)
}

function readRule(reading: Reading, at: string, value: unknown, depth: number): Rule {
  if (depth > MAX_DEPTH) throw wrong(at, `is nested deeper than ${MAX_DEPTH} levels`)
  if (++reading.rules > MAX_RULES) throw wrong('where', `has more than ${MAX_RULES} rules`)
  const members = membersOf(`condition(): ${at}`, value)
  const [member] = members
  if (member === undefined || members.length > 1) {
    throw wrong(at, `must have exactly one member, of ${OPERATORS}`)
  }
  const [op, operand] = member
  const inside = `${at}.${op}`
  switch (op) {
    case 'all':
    case 'any': {
      const parts = itemsOf(inside, operand).map((part, index) =>
        readRule(reading, `${inside}[${index}]`, part, depth + 1),
      )
      if (parts.length === 0) throw wrong(inside, 'needs at least one rule: none guards nothing')
      return Object.freeze({ kind: op, at: inside, parts: Object.freeze(parts) })
    }
    case 'not':
      return Object.freeze({
        kind: 'not',
        at: inside,
        part: readRule(reading, inside, operand, depth + 1),
      })
    case 'role':
    case 'scope':
      if (typeof operand !== 'string' || operand === '') {
        throw wrong(inside, `must be non-empty text, got ${shownValue(operand)}`)
      }
      return Object.freeze({ kind: 'right', at: inside, right: `${op}s`, name: operand })
    case 'isNull':
      return Object.freeze({
        kind: 'null',
        at: inside,
        column: readColumn(reading, inside, operand),
      })
    case 'in':
      return readIn(reading, inside, operand)
    case 'eq':
    case 'ne':
    case 'lt':
    case 'lte':
    case 'gt':
    case 'gte':
      return readCompare(reading, inside, op, operand)
    default:
      throw wrong(at, `has an operator that is none; there are ${OPERATORS}`)
  }
}

function readCompare(reading: Reading, at: string, op: Comparison, value: unknown): Rule {
  const [column, operand] = readPair(reading, at, value)
  if (column.type === 'boolean' && op !== 'eq' && op !== 'ne') {
    throw wrong(
      at,
      `compares ${column.name}, which is true or false: neither is more than the other`,
    )
  }
  if (operand === null) throw wrong(at, `compares with null: write { isNull: '${column.name}' }`)
  if (typeof operand === 'object') {
    const reference = readReference(at, operand, column)
    if (reference.from === 'roles' || reference.from === 'scopes') {
      throw wrong(at, `compares with a list: write { in: ['${column.name}', { auth: … }] }`)
    }
    return Object.freeze({ kind: 'compare', at, op, column, operand: reference })
  }
  const constant = readConstant(at, operand, column)
  return Object.freeze({ kind: 'compare', at, op, column, operand: Object.freeze({ constant }) })
}

function readIn(reading: Reading, at: string, value: unknown): Rule {
  const [column, operand] = readPair(reading, at, value)
  if (!Array.isArray(operand)) {
    const reference = readReference(at, operand, column)
    const { from } = reference
    if (from !== 'roles' && from !== 'scopes' && from !== 'claims') {
      throw wrong(at, `needs a list, and auth.${from} is one value: write eq`)
    }
    return Object.freeze({ kind: 'in', at, column, operand: reference })
  }
  const constants = itemsOf(at, operand).map((item) => readConstant(at, item, column))
  if (constants.length === 0) throw wrong(at, 'has an empty list, which nothing is in')
  if (constants.length > MAX_LIST) throw wrong(at, `has more than ${MAX_LIST} values`)
  const list = Object.freeze([...new Set(constants)])
  return Object.freeze({ kind: 'in', at, column, operand: Object.freeze({ constants: list }) })
}

function readPair(reading: Reading, at: string, value: unknown): [Column, unknown] {
  const items = itemsOf(at, value)
  if (items.length !== 2) throw wrong(at, 'must be a column and what it is compared with')
  return [readColumn(reading, at, items[0]), items[1]]
}

function readColumn({ columns }: Reading, at: string, name: unknown): Column {
  const type = typeof name === 'string' ? columns.get(name) : undefined
  if (typeof name !== 'string' || type === undefined) {
    const known = columns.size === 0 ? 'there are none' : [...columns.keys()].sort().join(', ')
    throw wrong(at, `needs the name of one of the columns (${known}), got ${shownValue(name)}`)
  }
  return Object.freeze({ name, type })
}

function readConstant(at: string, value: unknown, { name, type }: Column): Constant {
  if (isConstant(value, type)) return value
  const hint =
    type === 'number'
      ? 'a number that is finite and not -0'
      : type === 'text'
        ? 'text'
        : 'true or false'
  throw wrong(at, `needs ${hint} for ${name}, got ${shownValue(value)}`)
}

function readReference(at: string, value: unknown, { name, type }: Column): Reference {
  const members = membersOf(`condition(): ${at}`, value)
  const auth = members.length === 1 && members[0]?.[0] === 'auth' ? members[0][1] : undefined
  const claim = typeof auth === 'string' ? CLAIM.exec(auth)?.[1] : undefined
  if (claim !== undefined) return Object.freeze({ from: 'claims', claim })
  switch (auth) {
    case 'subject':
    case 'tenant':
    case 'issuer':
    case 'roles':
    case 'scopes':
      if (type === 'boolean') throw wrong(at, `compares ${name}, which is true or false, with text`)
      return Object.freeze({ from: auth, claim: '' })
    default:
      throw wrong(
        at,
        "needs a constant, or { auth: … } with 'subject', 'tenant', 'issuer', 'roles', 'scopes' or 'claims.<name>'",
      )
  }
}

/** @throws ImproperlyConfigured for whatever is not plain data */
function membersOf(where: string, value: unknown): [name: string, member: unknown][] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ImproperlyConfigured(`${where} must be an object, got ${shownValue(value)}`)
  }
  return plainly(where, () => plainMembers(value))
}

function itemsOf(at: string, value: unknown): unknown[] {
  if (!Array.isArray(value)) throw wrong(at, `must be a list, got ${shownValue(value)}`)
  return plainly(`condition(): ${at}`, () => plainItems(value))
}

function plainly<Read>(where: string, read: () => Read): Read {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof NotCanonical)) throw error
    throw new ImproperlyConfigured(`${where} must be plain data, such as JSON: ${error.message}`)
  }
}

function wrong(at: string, what: string): ImproperlyConfigured {
  return new ImproperlyConfigured(`condition(): ${at} ${what}`)
}

/** The columns as they are handed out. */
export function columnsOf(columns: ReadonlyMap<string, ColumnType>): Columns {
  return Object.freeze(Object.fromEntries(columns))
}
