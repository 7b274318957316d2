import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { Dependency } from '../../contract/call/dependency.ts'

/** What an app holds on to, as far as can be told before the first call. */
export interface AppReach {
  /** Dependencies of actions, and those behind them. */
  readonly dependencies: ReadonlySet<Dependency<unknown>>
  /**
   * What says who is calling though a browser adds it by itself (FND-24), each kind once; empty when
   * nothing is seen to.
   */
  readonly ambient: readonly AmbientKind[]
  /** Names of authenticators that may go by anything: no scheme says where their credentials are. */
  readonly undeclared: readonly string[]
}

/** Something that authenticates the visitor of a page, whoever wrote the page. */
export type AmbientKind = 'cookies' | 'kept passwords' | 'client certificates'

/** Looks at everything that actions and authenticators declare. None of them is run. */
export function reachOf(
  { actions }: Catalogue,
  auth: Readonly<Partial<Record<string, AuthEntry>>>,
): AppReach {
  const entries = [...new Set(Object.values(auth).filter((entry) => entry !== undefined))]
  const dependencies = new Set<Dependency<unknown>>()
  for (const action of actions) {
    for (const [, dependency] of action.dependencies) addAll(dependency, dependencies)
  }
  const kinds = new Set<AmbientKind>()
  if ([...dependencies].some(({ ambient }) => ambient)) kinds.add('cookies')
  for (const scheme of entries.flatMap(({ schemes }) => schemes)) {
    if (scheme.type === 'apiKey' && scheme.in === 'cookie') kinds.add('cookies')
    if (scheme.type === 'http' && scheme.scheme === 'basic') kinds.add('kept passwords')
    if (scheme.type === 'mutualTLS') kinds.add('client certificates')
  }
  return {
    dependencies,
    ambient: AMBIENT_KINDS.filter((kind) => kinds.has(kind)),
    undeclared: entries.filter(({ ambient }) => ambient).map(({ name }) => name),
  }
}

const AMBIENT_KINDS: readonly AmbientKind[] = ['cookies', 'kept passwords', 'client certificates']

function addAll(dependency: Dependency<unknown>, found: Set<Dependency<unknown>>): void {
  if (found.has(dependency)) return
  found.add(dependency)
  for (const used of Object.values(dependency.uses())) addAll(used, found)
}
