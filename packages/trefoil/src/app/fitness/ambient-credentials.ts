import { type AuthConfig, declaresSchemes, schemesOf } from '../../contract/auth/authenticator.ts'
import type { AuthRequest } from '../../contract/call/call.ts'
import type { CallRequest } from '../../contract/call/call-facts.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import type { Dependency } from '../../contract/call/dependency.ts'
import type { Logger } from '../../contract/call/logger.ts'
import { isCookieSession } from '../cookie-session.ts'

/** What an app holds on to, as far as can be told before the first call. */
export interface AppReach {
  /** Dependencies of actions and authenticators, and those behind them. */
  readonly dependencies: ReadonlySet<Dependency<unknown>>
  /**
   * What says who is calling though a browser adds it by itself (FND-24), each kind once; empty when
   * nothing is seen to.
   */
  readonly ambient: readonly AmbientKind[]
}

/** Something that authenticates the visitor of a page, whoever wrote the page. */
export type AmbientKind = 'cookies' | 'kept passwords' | 'addresses'

/** Looks at everything that actions declare and authenticators ask for. */
export function reachOf(
  { actions }: Catalogue,
  auth: Readonly<Partial<Record<string, AuthConfig>>>,
): AppReach {
  const configs = new Set(Object.values(auth).filter((config) => config !== undefined))
  const probes = [...configs].map(probe)
  const dependencies = new Set<Dependency<unknown>>()
  for (const action of actions) {
    for (const [, dependency] of action.dependencies) addAll(dependency, dependencies)
  }
  for (const { resolved } of probes) {
    for (const dependency of resolved) addAll(dependency, dependencies)
  }
  const kinds = new Set<AmbientKind>(probes.flatMap(({ ambient }) => [...ambient]))
  if ([...dependencies].some(isCookieSession)) kinds.add('cookies')
  for (const config of configs) {
    for (const scheme of declaresSchemes(config) ? schemesOf(config) : []) {
      if (scheme.type === 'apiKey' && scheme.in === 'cookie') kinds.add('cookies')
      if (scheme.type === 'http' && scheme.scheme === 'basic') kinds.add('kept passwords')
    }
  }
  return { dependencies, ambient: AMBIENT_KINDS.filter((kind) => kinds.has(kind)) }
}

const AMBIENT_KINDS: readonly AmbientKind[] = ['cookies', 'kept passwords', 'addresses']

function addAll(dependency: Dependency<unknown>, found: Set<Dependency<unknown>>): void {
  if (found.has(dependency)) return
  found.add(dependency)
  for (const used of Object.values(dependency.uses())) addAll(used, found)
}

interface Probe {
  readonly resolved: Set<Dependency<unknown>>
  readonly ambient: Set<AmbientKind>
}

/**
 * Asks an authenticator about a caller without any credential, and watches what it reaches for
 * until it first waits for something. What it resolves never arrives, so nothing is opened.
 */
function probe(config: AuthConfig): Probe {
  const { authenticate, surfaces } = config
  const seen: Probe = { resolved: new Set(), ambient: new Set() }
  const isDeclared = declaresSchemes(config)
  const headers = {
    get(name: string): null {
      const lower = name.toLowerCase()
      if (lower === 'cookie') seen.ambient.add('cookies')
      // Read as it is, where nobody says that it holds a bearer token.
      if (lower === 'authorization' && !isDeclared) seen.ambient.add('kept passwords')
      return null
    },
    has: (name: string) => headers.get(name) !== null,
  }
  const request: AuthRequest = {
    source: surfaces[0] ?? 'api',
    entrypoint: 'server',
    requestId: 'production-check',
    callId: 'production-check',
    action: { name: 'production-check', method: null, path: null, tags: [], metadata: {} },
    request: { ...NO_REQUEST, headers },
    client: {
      get address() {
        if (!isDeclared) seen.ambient.add('addresses')
        return null
      },
      userAgent: null,
    },
    signal: new AbortController().signal,
    log: SILENT,
    headers,
    bearer: null,
    resolve(dependency) {
      seen.resolved.add(dependency)
      return never()
    },
  }
  try {
    // Whether it denies, fails or waits is all the same here.
    void Promise.resolve(authenticate(request)).then(undefined, () => {})
  } catch {}
  return seen
}

function never(): Promise<never> {
  return new Promise(() => {})
}

const SILENT: Logger = { debug() {}, info() {}, warn() {}, error() {} }

const NO_REQUEST: Omit<CallRequest, 'headers'> = {
  method: 'GET',
  path: '/',
  mountPath: '',
  search: '',
  scheme: 'https',
  host: '',
  body: never,
  json: never,
  form: never,
  stream: () => ({ [Symbol.asyncIterator]: () => ({ next: never }) }),
}
