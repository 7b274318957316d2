import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'

/** Where the parameters are used: what decides the source of an unmarked one. */
export interface ParamSite {
  /** How errors call it, such as `Route GET /orders`. */
  readonly where: string
  readonly method: string | null
  readonly pathNames: readonly string[]
  /** Names of `{name:int}` segments. */
  readonly intNames: readonly string[]
  /** Names of `{name:bigint}` segments. */
  readonly bigintNames?: readonly string[]
  /** True when agents call it, so a JSON Schema is needed for everything. */
  readonly agents: boolean
}

/** A mistake in the declaration of one parameter. */
export function wrongParam(site: ParamSite, name: string, reason: string): ImproperlyConfigured {
  return new ImproperlyConfigured(`${site.where}, parameter '${name}': ${reason}`)
}
