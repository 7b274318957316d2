import { isRecord } from '../../../base/plain/is-record.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { FOUND_AT_ONCE, LONGEST_QUERY, MOST_FOUND } from './search-tools.ts'

/** What `find_actions` was asked for. */
export interface FindAsk {
  readonly query: string
  readonly limit: number
  /** How many of those found came before. */
  readonly from: number
}

export function readFind(args: unknown): FindAsk | Problem {
  const asked = readMembers(args, ['query', 'limit', 'cursor'])
  if (!isRecord(asked)) return invalid('query, limit and cursor are all it takes')
  const { query } = asked
  const limit = asked['limit'] ?? FOUND_AT_ONCE
  const cursor = asked['cursor'] ?? '0'
  if (typeof query !== 'string') return invalid('query must be text')
  // Before anything of it is looked at: an agent sends what a page told it to send.
  if (query.length > LONGEST_QUERY) {
    return invalid(`query must have at most ${LONGEST_QUERY} characters`)
  }
  if (typeof limit !== 'number' || !Number.isInteger(limit) || limit < 1 || limit > MOST_FOUND) {
    return invalid(`limit must be a whole number from 1 to ${MOST_FOUND}`)
  }
  // A place in what this caller may see, and nothing else: one that was made up shows no more.
  if (typeof cursor !== 'string' || !CURSOR.test(cursor)) {
    return invalid('cursor must be the next_cursor of an answer')
  }
  return { query, limit, from: Number(cursor) }
}

const CURSOR = /^\d{1,6}$/

/** The name that `describe_action` was asked for. */
export function readNamed(args: unknown): string | Problem {
  const name = readMembers(args, ['name'])?.['name']
  return typeof name === 'string' ? name : invalid('name must be text, and is all it takes')
}

/** The name that `call_action` was asked for, where it led to no action. */
export function readCalled(args: unknown): string | Problem {
  const asked = readMembers(args, ['name', 'arguments'])
  const name = asked?.['name']
  if (typeof name !== 'string') {
    return invalid('name must be text; arguments, an object, is all it takes besides')
  }
  const inner = asked?.['arguments'] ?? {}
  return isRecord(inner) ? name : invalid('arguments must be an object')
}

function readMembers(
  args: unknown,
  known: readonly string[],
): Readonly<Record<string, unknown>> | null {
  if (!isRecord(args)) return null
  return Object.keys(args).every((name) => known.includes(name)) ? args : null
}

function invalid(detail: string): Problem {
  return refuse('VALIDATION_ERROR', { detail: `Invalid action argument: ${detail}` })
}
