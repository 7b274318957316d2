import type { PartOf } from '../../contract/part.ts'
import type { AnyAuthConfig, AppTypes, Covered, PayloadOf } from './app-types.ts'
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
export type AuthenticatingPart<Auth> = Part & { readonly authenticator: Auth }

/** What the authenticators of parts add to the types of an app. Of a list of unknown length: nothing. */
export type PartsCovered<Parts> = Parts extends readonly [infer First, ...infer Rest]
  ? Covered<AuthOf<First>> | PartsCovered<Rest>
  : never

export type PartsPayload<Parts> = Parts extends readonly [infer First, ...infer Rest]
  ? PayloadOf<AuthOf<First>[number]> | PartsPayload<Rest>
  : never

type AuthOf<One> = One extends { readonly authenticator: infer Auth }
  ? Auth extends readonly AnyAuthConfig[]
    ? Auth
    : Auth extends AnyAuthConfig
      ? readonly [Auth]
      : readonly []
  : readonly []
