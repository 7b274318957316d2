import { isRecord } from '../../base/plain/is-record.ts'
import type { Guard } from '../call/call.ts'
import { shownValue } from '../options/option-values.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { callerTestOf, goesByCaller } from './caller-test.ts'
import { compose, compositionOf } from './guard-composition.ts'
import { goesBy, rightsOf } from './guard-rights.ts'
import { isScope, SCOPE_RULE } from './scope.ts'

/**
 * Takes a guard as it is now, each member read once: one that is changed later, or answers
 * differently when it is asked again, would judge by something that nobody looked at (FND-56).
 *
 * @param where what holds it, for messages
 * @throws ImproperlyConfigured for what is no guard
 */
export function readGuard(where: string, value: unknown): Guard {
  if (!isRecord(value)) {
    throw new ImproperlyConfigured(
      `${where}: a guard such as hasRole('admin') is needed, got ${shownValue(value)}`,
    )
  }
  const { name, needsInput, scopes, decide } = value
  if (typeof name !== 'string' || name === '') {
    throw new ImproperlyConfigured(`${where}: a guard needs a name, such as 'OwnsOrder'`)
  }
  if (typeof decide !== 'function') {
    throw new ImproperlyConfigured(
      `${where}: guard '${name}' has no function decide; make one with guard({ name, check })`,
    )
  }
  if (typeof needsInput !== 'boolean') {
    throw new ImproperlyConfigured(`${where}: needsInput of guard '${name}' must be true or false`)
  }
  const guard: Guard = Object.freeze({
    name,
    needsInput,
    ...(scopes === undefined ? {} : { scopes: readScopes(where, name, scopes) }),
    decide: decide.bind(value),
  })
  const test = callerTestOf(value)
  if (test !== null) goesByCaller(guard, test)
  const made = compositionOf(value)
  const rights = rightsOf(value)
  if (rights !== null) goesBy(guard, rights)
  return made === null ? guard : compose(guard, made)
}

function readScopes(where: string, name: string, value: unknown): readonly string[] {
  const list: readonly unknown[] | null = Array.isArray(value) ? [...value] : null
  if (list === null || !list.every(isScope)) {
    throw new ImproperlyConfigured(
      `${where}: scopes of guard '${name}' must be a list of scopes, each ${SCOPE_RULE}`,
    )
  }
  return Object.freeze(list)
}
