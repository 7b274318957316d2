import { closest } from '../../base/closest.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/** What each role may do, those it inherits from included. */
export interface RoleTable {
  /** In the order they were given. */
  readonly roles: readonly string[]
  /** Every permission of any role, sorted. */
  readonly permissions: readonly string[]
  /** Roles that have it; maps, because a role may be called `__proto__`. */
  readonly rolesWith: ReadonlyMap<string, readonly string[]>
  /** Permissions of it, sorted. */
  readonly permissionsOf: ReadonlyMap<string, readonly string[]>
  /** What is listed at the role itself, as it was given. */
  readonly own: ReadonlyMap<string, readonly string[]>
  /** Roles that it inherits from. */
  readonly parents: ReadonlyMap<string, readonly string[]>
}

/** A permission stands in `missing_permissions:a,b`: with a comma in it, two could not be told from one. */
const PERMISSION = /^[^\s,\p{C}]+$/u

/**
 * Reads roles once, as copies: nothing that is changed later changes who may do what (SW-29).
 *
 * @throws ImproperlyConfigured for text where a list belongs, for roles that inherit from nobody known or
 * from each other, and for names that are none
 */
export function readRoles(given: unknown, inherits: unknown): RoleTable {
  const own = readLists('permissions()', given, 'permissions')
  if (own.size === 0) throw new ImproperlyConfigured('permissions() needs at least one role')
  for (const [role, names] of own) checkPermissions(role, names)
  const parents =
    inherits === undefined
      ? new Map<string, readonly string[]>()
      : readLists('permissions(): inherits', inherits, 'roles')
  checkParents(parents, own)
  const permissionsOf = new Map<string, readonly string[]>()
  const rolesWith = new Map<string, string[]>()
  for (const role of own.keys()) {
    const all = lineage(role, parents).flatMap((name) => own.get(name) ?? [])
    const sorted = Object.freeze([...new Set(all)].sort())
    permissionsOf.set(role, sorted)
    for (const permission of sorted) {
      const roles = rolesWith.get(permission)
      if (roles === undefined) rolesWith.set(permission, [role])
      else roles.push(role)
    }
  }
  return {
    roles: Object.freeze([...own.keys()]),
    permissions: Object.freeze([...rolesWith.keys()].sort()),
    rolesWith,
    permissionsOf,
    own,
    parents,
  }
}

function readLists(
  where: string,
  given: unknown,
  of: string,
): ReadonlyMap<string, readonly string[]> {
  // A map has no members of its own: every role of it would be lost.
  if (!isRecord(given) || given instanceof Map || given instanceof Set) {
    throw new ImproperlyConfigured(
      `${where} takes an object of lists such as { admin: ['user.write'] }, got ${shownValue(given)}`,
    )
  }
  const lists = new Map<string, readonly string[]>()
  for (const [role, list] of Object.entries(given)) {
    if (role === '') throw new ImproperlyConfigured(`${where}: a role has an empty name`)
    // Taken for a list, the text `user.read` would be nine permissions of a letter each (SW-29).
    if (!Array.isArray(list)) {
      throw new ImproperlyConfigured(
        `${where}: role '${role}' needs a list of ${of}, got ${shownValue(list)}`,
      )
    }
    const names: readonly unknown[] = [...list]
    for (const name of names) {
      if (typeof name === 'string' && name !== '') continue
      throw new ImproperlyConfigured(
        `${where}: role '${role}' has a list with ${shownValue(name)}; it takes non-empty texts`,
      )
    }
    lists.set(role, names as readonly string[])
  }
  return lists
}

function checkPermissions(role: string, names: readonly string[]): void {
  for (const [index, name] of names.entries()) {
    if (PERMISSION.test(name)) continue
    throw new ImproperlyConfigured(
      `permissions(): [${index}] of role '${role}' is no permission: it has no spaces or commas, such as 'user.write'`,
    )
  }
}

function checkParents(
  parents: ReadonlyMap<string, readonly string[]>,
  own: ReadonlyMap<string, readonly string[]>,
): void {
  for (const [role, inherited] of parents) {
    // Names of members are shown, as those of options are; values never (FND-38).
    if (!own.has(role)) {
      throw new ImproperlyConfigured(
        `permissions(): inherits has the role '${role}', which has no list of permissions${meant(role, own.keys())}`,
      )
    }
    for (const [index, name] of inherited.entries()) {
      if (own.has(name)) continue
      throw new ImproperlyConfigured(
        `permissions(): inherits names a role at [${index}] of '${role}' that has no list of permissions${meant(name, own.keys())}`,
      )
    }
  }
  const done = new Set<string>()
  for (const role of parents.keys()) findCycle(role, parents, [], done)
}

/** In a cycle all roles would be one, which nobody means. Each role is left once: no table is slow. */
function findCycle(
  role: string,
  parents: ReadonlyMap<string, readonly string[]>,
  path: readonly string[],
  done: Set<string>,
): void {
  const start = path.indexOf(role)
  if (start !== -1) {
    throw new ImproperlyConfigured(
      `permissions(): roles inherit in a circle: ${[...path.slice(start), role].join(' → ')}`,
    )
  }
  if (done.has(role)) return
  for (const parent of parents.get(role) ?? []) findCycle(parent, parents, [...path, role], done)
  done.add(role)
}

/** The role and all it inherits from, each once. */
function lineage(role: string, parents: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const found = new Set([role])
  // A set goes on over what is added to it meanwhile.
  for (const name of found) for (const parent of parents.get(name) ?? []) found.add(parent)
  return [...found]
}

/** `; did you mean '…'?`, or nothing. */
export function meant(name: string, known: Iterable<string>): string {
  const near = closest(name, known)
  return near === null ? '' : `; did you mean '${near}'?`
}
