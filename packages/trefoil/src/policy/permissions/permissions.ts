import { freezeClass } from '../../base/plain/freeze-class.ts'
import { AuthContext } from '../../contract/auth/auth-context.ts'
import { ALLOWED, Denial, type GuardDecision } from '../../contract/auth/guard-decision.ts'
import type { Guard } from '../../contract/call/call.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { explainPermission, type PermissionReasons } from './explain-permission.ts'
import { meant, type RoleTable, readRoles } from './role-table.ts'

/** Lists of permissions by role. */
export type RolePermissions = Readonly<Record<string, readonly string[]>>

/** Options of {@link permissions}. */
export interface PermissionsOptions<Role extends string = string> {
  /** Roles whose permissions a role has besides its own, and those that they inherit. Default none. */
  readonly inherits?: Readonly<Partial<Record<Role, readonly Role[]>>>
  /** Roles that every authenticated caller has besides those of the credential (S-RBAC-2). Default none. */
  readonly everyone?: readonly Role[]
}

const OPTIONS: OptionNames<PermissionsOptions> = { inherits: true, everyone: true }

/**
 * Says what each role may do. The value makes the guards that go by it:
 * `const can = permissions({ admin: ['user.write'] })`, then `guards: [can.hasPermission('user.write')]`.
 *
 * A copy, frozen. Permissions of several roles are united; a role that is not in the table has none
 * (S-RBAC-2).
 *
 * @throws ImproperlyConfigured naming the role and what is wrong with it
 */
export function permissions<const Roles extends RolePermissions>(
  roles: Roles,
  options: PermissionsOptions<keyof Roles & string> = {},
): Permissions<Roles[keyof Roles][number]> {
  checkOptionNames('permissions()', options, OPTIONS)
  const { inherits, everyone } = options
  const table = readRoles(roles, inherits)
  return new PermissionTable(table, readEveryone(everyone, table))
}

function readEveryone(given: unknown, { roles }: RoleTable): readonly string[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) {
    throw new ImproperlyConfigured(
      `permissions(): everyone must be a list of roles, got ${shownValue(given)}`,
    )
  }
  const names: readonly unknown[] = [...given]
  return names.map((name, index) => {
    if (typeof name === 'string' && roles.includes(name)) return name
    const what = typeof name === 'string' ? 'a role' : shownValue(name)
    const near = typeof name === 'string' ? meant(name, roles) : ''
    throw new ImproperlyConfigured(
      `permissions(): everyone[${index}] names ${what}, which has no list of permissions${near}`,
    )
  })
}

/** What of an `AuthContext` permissions come from: its frozen set, which no subclass can replace. */
interface Holder {
  readonly roles: ReadonlySet<string>
}

/** Roles and what they may do. Made with {@link permissions}. Frozen. */
export interface Permissions<Permission extends string = string> {
  /** All roles, in the order they were given. */
  readonly roles: readonly string[]
  /** All permissions of any role, sorted. */
  readonly permissions: readonly Permission[]
  /**
   * Passes for a caller whose roles have all of these permissions. The denial is
   * `missing_permissions:a,b`: those that are missing, in the order asked (S-RBAC-3).
   *
   * @throws ImproperlyConfigured for none, and for a permission that no role has
   */
  hasPermission(...wanted: readonly Permission[]): Guard
  /**
   * Passes for a caller whose roles have any of these permissions. The denial is
   * `insufficient_permissions` (S-RBAC-3).
   *
   * @throws ImproperlyConfigured for none, and for a permission that no role has
   */
  hasAnyPermission(...wanted: readonly Permission[]): Guard
  /**
   * True for a caller whose roles have the permission; for handlers that show more to some.
   *
   * @throws ImproperlyConfigured for a permission that no role has
   * @throws TypeError for what is no `AuthContext`
   */
  allows(auth: AuthContext, permission: Permission): boolean
  /**
   * Which of the caller's roles have a permission, and from where. For developers and records (AUTHZ-7).
   *
   * @throws ImproperlyConfigured for a permission that no role has
   * @throws TypeError for what is no `AuthContext`
   */
  explain(auth: AuthContext, permission: Permission): PermissionReasons
  /**
   * Permissions of one role, those it inherits included; sorted. Empty for a role that is not in the
   * table.
   */
  of(role: string): readonly Permission[]
}

class PermissionTable<Permission extends string> implements Permissions<Permission> {
  readonly #table: RoleTable
  readonly #everyone: readonly string[]
  readonly roles: readonly string[]
  readonly permissions: readonly Permission[]

  constructor(table: RoleTable, everyone: readonly string[]) {
    this.#table = table
    this.#everyone = everyone
    this.roles = table.roles
    // The table was made of texts of this type.
    this.permissions = table.permissions as readonly Permission[]
    Object.freeze(this)
  }

  hasPermission(...wanted: readonly Permission[]): Guard {
    const asked = this.#read('hasPermission', wanted)
    return Object.freeze({
      name: 'HasPermission',
      needsInput: false,
      decide({ roles }: Holder): GuardDecision {
        if (asked.every((one) => holds(one, roles))) return ALLOWED
        const missing = asked.filter((one) => !holds(one, roles))
        const names = missing.map(({ permission }) => permission)
        return new Denial(`missing_permissions:${names.join(',')}`, undefined, false)
      },
    })
  }

  hasAnyPermission(...wanted: readonly Permission[]): Guard {
    const asked = this.#read('hasAnyPermission', wanted)
    return Object.freeze({
      name: 'HasAnyPermission',
      needsInput: false,
      decide: ({ roles }: Holder): GuardDecision =>
        asked.some((one) => holds(one, roles)) ? ALLOWED : INSUFFICIENT,
    })
  }

  allows(auth: AuthContext, permission: Permission): boolean {
    // An object that only looks like one would say of itself what it may.
    if (!AuthContext.is(auth)) throw new TypeError('allows() takes the AuthContext of a caller')
    const [asked] = this.#read('allows', [permission])
    return asked !== undefined && holds(asked, auth.roles)
  }

  explain(auth: AuthContext, permission: Permission): PermissionReasons {
    if (!AuthContext.is(auth)) throw new TypeError('explain() takes the AuthContext of a caller')
    this.#read('explain', [permission])
    return explainPermission(this.#table, [...auth.roles, ...this.#everyone], permission)
  }

  of(role: string): readonly Permission[] {
    return (this.#table.permissionsOf.get(role) ?? NONE) as readonly Permission[]
  }

  /** What a call needs to be judged is put together here, before there is one. */
  #read(member: string, wanted: readonly unknown[]): readonly Asked[] {
    if (wanted.length === 0) {
      throw new ImproperlyConfigured(
        `${member}() needs at least one permission: an empty list guards nothing`,
      )
    }
    const { rolesWith } = this.#table
    const asked = [...new Set(wanted)].map((permission): Asked => {
      if (typeof permission !== 'string' || permission === '') {
        throw new ImproperlyConfigured(`${member}() takes names of permissions, not a list`)
      }
      const roles = rolesWith.get(permission)
      if (roles === undefined) {
        throw new ImproperlyConfigured(
          `${member}(): no role has permission ${wanted.indexOf(permission) + 1} of ${wanted.length}${meant(permission, rolesWith.keys())}`,
        )
      }
      const isEveryones = roles.some((role) => this.#everyone.includes(role))
      return { permission, roles, isEveryones }
    })
    return Object.freeze(asked)
  }
}

freezeClass(PermissionTable)

/** A permission that is asked for, and who has it. */
interface Asked {
  readonly permission: string
  readonly roles: readonly string[]
  readonly isEveryones: boolean
}

function holds({ roles, isEveryones }: Asked, has: ReadonlySet<string>): boolean {
  if (isEveryones) return true
  for (const role of roles) if (has.has(role)) return true
  return false
}

const NONE: readonly string[] = Object.freeze([])

const INSUFFICIENT = new Denial('insufficient_permissions', undefined, false)
