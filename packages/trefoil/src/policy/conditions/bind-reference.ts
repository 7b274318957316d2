import type { AuthContext } from '../../contract/auth/auth-context.ts'
import { asConstant } from './constants.ts'
import { MAX_LIST } from './read-where.ts'
import type { CompareRule, Constant, InRule, Reference } from './rule.ts'

/** What a column is compared with in this call; `undefined` for nothing, which matches no row. */
export function bindValue(
  { operand, column }: CompareRule,
  auth: AuthContext | null,
): Constant | undefined {
  return 'constant' in operand
    ? operand.constant
    : asConstant(callersValue(operand, auth), column.type)
}

/**
 * The list a column is looked for in; `undefined` for none. A list with one value that cannot be
 * compared is no list: leaving that one out would make more rows of a `not`.
 */
export function bindList(
  { operand, column }: InRule,
  auth: AuthContext | null,
): readonly Constant[] | undefined {
  if ('constants' in operand) return operand.constants
  const given = listOf(operand, auth)
  if (given === undefined || given.length > MAX_LIST) return undefined
  const list = new Set<Constant>()
  for (const item of given) {
    const constant = asConstant(item, column.type)
    if (constant === undefined) return undefined
    list.add(constant)
  }
  return [...list]
}

function listOf(reference: Reference, auth: AuthContext | null): readonly unknown[] | undefined {
  if (auth === null) return undefined
  if (reference.from === 'roles' || reference.from === 'scopes') return [...auth[reference.from]]
  const value = callersValue(reference, auth)
  return Array.isArray(value) ? [...value] : undefined
}

function callersValue({ from, claim }: Reference, auth: AuthContext | null): unknown {
  if (auth === null) return undefined
  if (from !== 'claims') return auth[from]
  // Only what the token itself says: a claim of the prototype of all objects is nobody's.
  return Object.hasOwn(auth.claims, claim) ? auth.claims[claim] : undefined
}
