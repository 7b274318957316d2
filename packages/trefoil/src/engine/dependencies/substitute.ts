import type { Dependency } from '../../contract/call/dependency.ts'

/** What stands in for a dependency: a value that is simply there, or another dependency. */
export type Substitute = { readonly value: unknown } | { readonly dependency: Dependency<unknown> }

/** Dependencies for which a test has something else. */
export type Substitutes = ReadonlyMap<Dependency<unknown>, Substitute>
