import type { RoleTable } from './role-table.ts'

/** A role of the caller's that has a permission. */
export interface PermissionSource {
  /** The caller's role, or one that everybody has. */
  readonly role: string
  /** From that role to the one that lists the permission: `['admin', 'support']` is inherited from `support`. */
  readonly from: readonly string[]
}

/** Where a permission comes from. For developers and records, never for callers. */
export interface PermissionReasons {
  readonly permission: string
  readonly allows: boolean
  /** None where it is denied. */
  readonly sources: readonly PermissionSource[]
}

/** @param roles of the caller, those of everybody included */
export function explainPermission(
  table: RoleTable,
  roles: Iterable<string>,
  permission: string,
): PermissionReasons {
  const sources: PermissionSource[] = []
  for (const role of new Set(roles)) {
    const from = pathTo(table, role, permission)
    if (from !== null) sources.push(Object.freeze({ role, from }))
  }
  sources.sort((a, b) => (a.role < b.role ? -1 : 1))
  return Object.freeze({
    permission,
    allows: sources.length > 0,
    sources: Object.freeze(sources),
  })
}

/** The shortest way; each role is looked at once, however many inherit from it. */
function pathTo(table: RoleTable, role: string, permission: string): readonly string[] | null {
  const paths = new Map([[role, [role]]])
  // A map goes on over what is added to it meanwhile.
  for (const [name, path] of paths) {
    if (table.own.get(name)?.includes(permission)) return Object.freeze(path)
    for (const parent of table.parents.get(name) ?? []) {
      if (!paths.has(parent)) paths.set(parent, [...path, parent])
    }
  }
  return null
}
