import type { Dependency } from '../call/dependency.ts'
import type { MarkedParam, ParamSource } from './params.ts'
import type { PathNames, PathValue } from './path-names.ts'
import type { InputOf, Schema } from './schema.ts'

/** What a caller gives for one entry of `params`: what its schema takes, or a file. */
export type ParamInput<P> = P extends Schema
  ? InputOf<P>
  : P extends MarkedParam<ParamSource, unknown, infer Input>
    ? Input
    : never

/**
 * The arguments of an action as a caller gives them. What is injected is none; left out may be those whose
 * schema takes `undefined`, or `null` in its place (BIND-8).
 */
export type CallerArgs<Path extends string, P> = {
  readonly [Name in keyof P as Need<P[Name]> extends 'required' ? Name : never]: ParamInput<P[Name]>
} & {
  readonly [Name in keyof P as Need<P[Name]> extends 'optional' ? Name : never]?: ParamInput<
    P[Name]
  >
} & ([PathNames<Path>] extends [keyof P] ? unknown : Undeclared<Path, P>)

type Need<Entry> =
  Entry extends Dependency<unknown>
    ? 'none'
    : ParamInput<Entry> extends NonNullable<unknown>
      ? 'required'
      : 'optional'

type Undeclared<Path extends string, P> = {
  readonly [Name in Exclude<PathNames<Path>, keyof P>]: PathValue<Path, Name>
}

/** Those of them that stand in the path. */
export type PathArgs<Path extends string, P> = {
  readonly [Name in PathNames<Path>]: Name extends keyof P
    ? ParamInput<P[Name]>
    : PathValue<Path, Name>
}
