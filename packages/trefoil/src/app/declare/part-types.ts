import type { PartOf } from '../../contract/part.ts'
import type { AnyAuthConfig, AppTypes } from './app-types.ts'
import type { RouteGroup } from './routes.ts'

/** A part knows nothing of the app it will be in: callers may be nobody, states anything. */
export interface PartAppTypes extends AppTypes {
  readonly covered: never
  readonly payload: unknown
  readonly state: unknown
  readonly callState: unknown
}

/** Registers what a part brings, as an app does. */
export type PartRoutes = RouteGroup<PartAppTypes>

/** A feature as one value, as `definePart()` takes and gives it. */
export interface Part extends PartOf<PartRoutes, AnyAuthConfig> {}

/** A part of which the compiler knows which surfaces its authenticators cover. */
export interface AuthenticatingPart<Auth> extends Omit<Part, 'authenticator'> {
  readonly authenticator: Auth
}
