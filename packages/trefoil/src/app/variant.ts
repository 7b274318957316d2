import type { AuthContext } from '../contract/auth/auth-context.ts'
import type { AuthAnswer, AuthEntry } from '../contract/auth/authenticator.ts'
import type { SurfaceName } from '../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../contract/problems/problem.ts'
import type { Substitutes } from '../engine/dependencies/substitute.ts'
import type { CompiledApp } from './compile/compiled-app.ts'
import type { AppConfig } from './options/app-config.ts'

/**
 * What a test client changes of an app, for itself alone: the app is compiled once more, and the app
 * that is served knows nothing of it.
 *
 * Attack: somebody who could make one of these would be whoever they like. No option, header or
 * argument leads here; it takes a call of {@link variantOf}, which only `testing` imports
 * (`test/attacks/stand-ins.test.ts`).
 */
export interface Variant {
  /** Stands in for the authenticators of all surfaces that have one; `null` for nobody. */
  readonly who: AuthContext | null
  readonly substitutes: Substitutes | null
}

type MakeVariant = (variant: Variant) => CompiledApp

/** Beside the apps instead of on them, where any code that is handed one could call it. */
const MAKERS = new WeakMap<object, MakeVariant>()

export function allowVariants(app: object, make: MakeVariant): void {
  MAKERS.set(app, make)
}

/** @throws TypeError for an app that another copy of the package made; ImproperlyConfigured */
export function variantOf(app: object, variant: Variant): CompiledApp {
  const make = MAKERS.get(app)
  if (make === undefined) {
    throw new TypeError(
      'testClient(): `as` and `override` need an app made by createApp() of the same copy of trefoil',
    )
  }
  return make(variant)
}

/** The app's own configuration, with somebody in the place of its authenticators. */
export function variantConfig(config: AppConfig, { who }: Variant): AppConfig {
  if (who === null) return config
  const entries = Object.entries(config.auth)
  if (entries.length === 0) {
    throw new ImproperlyConfigured(
      'testClient(): `as` stands in for the authenticator of the app, and it has none: every call is anonymous. Add `auth` to createApp()',
    )
  }
  const auth: Partial<Record<SurfaceName, AuthEntry>> = Object.fromEntries(
    entries.map(([surface, entry]) => [surface, standIn(entry, who)]),
  )
  return { ...config, auth: Object.freeze(auth) }
}

/** Where credentials are stays what it was: protection against cross-site calls goes by it. */
export function standIn(entry: AuthEntry, who: AuthAnswer): AuthEntry {
  return Object.freeze({
    ...entry,
    onAuthenticated: null,
    recheck: null,
    authenticate: () => who,
    kinds: null,
    start: null,
    stop: null,
  })
}
