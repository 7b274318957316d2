import type { JsonForm } from '../answer/json-form.ts'
import type { CallerArgs, PathArgs } from '../params/caller-args.ts'
import type { OutputOf, Schema } from '../params/schema.ts'
import type { SurfaceName } from './surface-name.ts'

/**
 * What a registration returns: the action by its name, with the types it was declared with. Frozen, and
 * no more than names: calling it is the business of a client.
 *
 * The types are as declared, and only worked out where somebody asks ({@link ArgsOf}, {@link ValueOf}):
 * most routes are never asked. `Path`: template with the prefixes of its groups, `''` for none. `P`:
 * `params`, those of the groups included. `R`: `returns`. `Codes`: `problems`.
 */
export interface ActionHandle<
  Path extends string = string,
  P = unknown,
  R = unknown,
  Surfaces extends SurfaceName = SurfaceName,
  Codes extends string = string,
  Name extends string = string,
> {
  /** Name of the action: the one it was given, or `METHOD /path`. */
  readonly name: Name
  /** Upper-case HTTP method; `null` for an action without a path. */
  readonly method: string | null
  /** Path template with the prefixes of its groups; `null` for an action without one. */
  readonly path: string | null
  /** Carries types only; never there at run time. */
  readonly '~types'?: Declared<Path, P, R, Surfaces, Codes>
}

/** The types that a handle carries. */
export interface Declared<Path extends string, P, R, Surfaces extends SurfaceName, Codes> {
  readonly path: Path
  readonly params: P
  readonly returns: R
  readonly surfaces: Surfaces
  readonly codes: Codes
}

/** The handle of an action with an HTTP path. */
export interface RouteHandle<
  Path extends string = string,
  P = unknown,
  R = unknown,
  Surfaces extends SurfaceName = SurfaceName,
  Codes extends string = string,
  Name extends string = string,
> extends ActionHandle<Path, P, R, Surfaces, Codes, Name> {
  readonly method: string
  readonly path: string
  /**
   * The path with its names filled in and percent-encoded, such as `/orders/7`: to link to it.
   *
   * @throws TypeError for a name without a value, and for a value that no path can carry: nothing at
   * all, `.`, `..`, or one with a slash where the template does not take the rest
   */
  url(...args: UrlArgs<PathArgs<Path, P>>): string
}

type UrlArgs<Args> = Record<never, never> extends Args ? [args?: Args] : [args: Args]

/** Any handle. */
export type AnyHandle = ActionHandle

type TypesOf<H extends AnyHandle> = NonNullable<H['~types']>

/** What a caller gives. */
export type ArgsOf<H extends AnyHandle> = CallerArgs<TypesOf<H>['path'], TypesOf<H>['params']>

/** What success answers, as whoever reads its JSON sees it; `unknown` without `returns`. */
export type ValueOf<H extends AnyHandle> = AnswerOf<TypesOf<H>['returns']>

/** The same of `returns`. */
export type AnswerOf<R> = R extends Schema ? JsonForm<OutputOf<R>> : unknown

/** Codes of problems that the action declares. */
export type CodesOf<H extends AnyHandle> = TypesOf<H>['codes']

/** Surfaces the action is on. */
export type SurfacesOf<H extends AnyHandle> = TypesOf<H>['surfaces']
