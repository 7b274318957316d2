import { type Variant, variantOf } from '../app/variant.ts'
import { AuthContext, type Identity } from '../contract/auth/auth-context.ts'
import type { Action } from '../contract/call/action.ts'
import type { AppHandle } from '../contract/call/app-handle.ts'
import { type Dependency, isDependency } from '../contract/call/dependency.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import { checkDependencyGraph } from '../engine/dependencies/dependency-graph.ts'
import type { Substitute, Substitutes } from '../engine/dependencies/substitute.ts'

/** What {@link OverrideEntry} may say about itself. */
export interface OverrideOptions {
  /**
   * The dependency is only asked for with `resolve()`, where no list of parameters shows it. Default
   * false: one that nothing is seen to use is refused.
   */
  readonly resolved?: boolean
}

/**
 * A dependency and what stands in for it: the value itself, or another dependency, which is opened
 * and closed as the first would be. The value is the test's to close.
 */
export type OverrideEntry<Value> = readonly [
  dependency: Dependency<Value>,
  substitute: NoInfer<Value> | Dependency<NoInfer<Value>>,
  options?: OverrideOptions,
]

/** Entries for dependencies of different types. */
export type Overrides<Values extends readonly unknown[]> = {
  readonly [Index in keyof Values]: OverrideEntry<Values[Index]>
}

const ENTRY_OPTIONS: OptionNames<OverrideOptions> = { resolved: true }
const WHERE = 'testClient(): override'

interface Replacing {
  readonly substitutes: Substitutes
  /** Those of which the test says that nothing shows them. */
  readonly resolved: ReadonlySet<Dependency<unknown>>
}

/**
 * The app with somebody in the place of its authenticators, and something in the place of
 * dependencies.
 *
 * @throws ImproperlyConfigured for what cannot stand in; TypeError for an identity that is none
 */
export function withStandIns(
  app: AppHandle,
  as: unknown,
  override: unknown,
): ReturnType<typeof variantOf> {
  const replacing = override === undefined ? null : readOverrides(override)
  const variant: Variant = {
    who: as === undefined ? null : whoIs(as),
    substitutes: replacing?.substitutes ?? null,
  }
  const compiled = variantOf(app, variant)
  if (replacing !== null) checkUse(compiled.catalogue.actions, replacing)
  return compiled
}

function whoIs(as: unknown): AuthContext {
  if (AuthContext.is(as)) return as
  if (typeof as !== 'object' || as === null) {
    throw new ImproperlyConfigured(
      "testClient(): `as` takes an AuthContext or what one is made of, such as { subject: 'ada' }",
    )
  }
  // It checks its members itself: JavaScript callers may hand over anything.
  return new AuthContext(as as Identity)
}

function readOverrides(override: unknown): Replacing {
  const substitutes = new Map<Dependency<unknown>, Substitute>()
  const resolved = new Set<Dependency<unknown>>()
  if (!Array.isArray(override)) throw new ImproperlyConfigured(`${WHERE} must be a list of entries`)
  for (const entry of override) {
    const [dependency, given, options = {}]: unknown[] = Array.isArray(entry) ? entry : []
    if (!isDependency(dependency) || entry.length < 2) {
      throw new ImproperlyConfigured(
        `${WHERE}: every entry is [dependency, what stands in for it]; the first must be what dependency() returned`,
      )
    }
    if (typeof options !== 'object' || options === null) {
      throw new ImproperlyConfigured(`${WHERE}: options of '${dependency.name}' must be an object`)
    }
    checkOptionNames(`${WHERE}: '${dependency.name}'`, options, ENTRY_OPTIONS)
    if (substitutes.has(dependency)) {
      throw new ImproperlyConfigured(`${WHERE} has '${dependency.name}' twice`)
    }
    substitutes.set(dependency, isDependency(given) ? { dependency: given } : { value: given })
    if ('resolved' in options && options.resolved === true) resolved.add(dependency)
  }
  return { substitutes, resolved }
}

/** A substitute for what the app does not use would leave the test with the real thing. */
function checkUse(actions: readonly Action[], { substitutes, resolved }: Replacing): void {
  const roots = actions.flatMap(({ dependencies }) => dependencies.map(([, root]) => root))
  const used = new Set<Dependency<unknown>>()
  for (const root of roots) addUsed(root, used)
  for (const replaced of substitutes.keys()) {
    if (used.has(replaced) || resolved.has(replaced)) continue
    throw new ImproperlyConfigured(
      `${WHERE} has '${replaced.name}', which stands in no action's params and which no dependency uses. Is it another one of that name? Where it is only asked for with resolve(), add { resolved: true } to its entry`,
    )
  }
  checkDependencyGraph(roots, substitutes)
}

function addUsed(dependency: Dependency<unknown>, used: Set<Dependency<unknown>>): void {
  if (used.has(dependency)) return
  used.add(dependency)
  for (const other of Object.values(dependency.uses())) addUsed(other, used)
}
