import type { Dependency } from '../call/dependency.ts'
import type { MarkedParam, ParamSource } from './params.ts'
import type { PathNames, PathValue } from './path-names.ts'
import type { InputOf, Schema } from './schema.ts'

/** What a caller gives for one entry of `params`: what its schema takes, or a file. */
export type ParamInput<P> = P extends Schema
  ? InputOf<P>
  : P extends { readonly source: 'file' }
    ? Blob
    : P extends { readonly source: 'files' }
      ? readonly Blob[]
      : P extends MarkedParam<ParamSource, unknown, infer Input>
        ? Input
        : never

/** Names that may be left out: their schema takes `undefined`, or `null` in its place (BIND-8). */
type OptionalNames<P> = {
  [Name in keyof P]: P[Name] extends Dependency<unknown>
    ? never
    : P[Name] extends { readonly source: 'file' | 'files' }
      ? P[Name] extends MarkedParam<'file', infer Value>
        ? undefined extends Value
          ? Name
          : never
        : never
      : undefined extends ParamInput<P[Name]>
        ? Name
        : null extends ParamInput<P[Name]>
          ? Name
          : never
}[keyof P]

type DependencyNames<P> = {
  [Name in keyof P]: P[Name] extends Dependency<unknown> ? Name : never
}[keyof P]

/** The arguments of an action as a caller gives them: what is injected is none. */
export type CallerArgs<Path extends string, P> = {
  readonly [Name in Exclude<keyof P, OptionalNames<P> | DependencyNames<P>>]: ParamInput<P[Name]>
} & { readonly [Name in OptionalNames<P>]?: ParamInput<P[Name]> } & {
  readonly [Name in Exclude<PathNames<Path>, keyof P>]: PathValue<Path, Name>
}

/** Those of them that stand in the path. */
export type PathArgs<Path extends string, P> = {
  readonly [Name in PathNames<Path>]: Name extends keyof P
    ? ParamInput<P[Name]>
    : PathValue<Path, Name>
}
