import type { ByteSize } from '../../base/bytes.ts'
import type { Duration } from '../../base/duration.ts'
import type { OptionKind } from './option-kind.ts'
import type { ProductionRisk } from './production-risk.ts'

/** The default of an option that has none: it must be given, in code or by its variable. */
export const REQUIRED: unique symbol = Symbol('required')

/** All there is to know about one option besides its type and its name. */
export interface OptionRow<Given, Value> {
  readonly read: OptionKind<Value>
  /** As code would give it; `null` where nothing is what nobody gave. */
  readonly default: Given | (null extends Value ? null : never) | typeof REQUIRED
  /** The default in the documentation, where its value says too little. */
  readonly shown?: string
  /** `true`: the group's prefix and the name, as `TREFOIL_LIMITS_BODY`. Absent: for code alone. */
  readonly variable?: true | string
  /** Another option of the group: where code gives that one, the variable is not read. */
  readonly unless?: string
  /** Why an app with this value is unfit for production; `null` when it is fit. */
  readonly risk?: (value: Value) => ProductionRisk | null
  /** Its line in docs/configuration.md. */
  readonly doc: string
}

/** An option that is a group of options. */
export interface GroupRow<Given, Value> {
  readonly group: OptionGroup<Members<Given>, Extract<Value, ValuesOf<Members<Given>>>>
  /**
   * `{}`: the group is there with its defaults. `null`: only when it is given, or one of its variables
   * is set.
   */
  readonly default: Record<string, never> | (null extends Value ? null : never)
  readonly shown?: string
  /** `false` in the place of the group switches all of it off, and no variable of it is read. */
  readonly off?: false extends Given ? true : never
  readonly risk?: (value: Value) => ProductionRisk | null
  readonly doc: string
}

/**
 * A row for each option of an interface: one that is in only one of the two does not compile.
 * (Neither can be derived from the other: `isolatedDeclarations` wants types written out.)
 */
export type OptionRows<Options, Values extends ValuesOf<Options>> = {
  readonly [Name in keyof Options]-?: RowOf<
    Exclude<Options[Name], undefined>,
    Values[Name & keyof Values]
  >
}

type RowOf<Given, Value> =
  | OptionRow<Given, Value>
  | ([Members<Given>] extends [never] ? never : GroupRow<Given, Value>)

/** What of a type may be a group of options: no list, no function, nothing without named members. */
type Members<Given> = Given extends readonly unknown[] | ((...given: never) => unknown)
  ? never
  : Given extends object
    ? [keyof Given] extends [never]
      ? never
      : Given
    : never

type ValuesOf<Options> = { readonly [Name in keyof Options]-?: unknown }

/**
 * Options after reading: all of them are there, sizes are bytes and durations milliseconds.
 *
 * @typeParam Changed those that come to something else, such as `{ timeout: number | null }` for an
 * option without a default
 */
export type Values<Options, Changed extends object = Record<never, never>> = {
  readonly [Name in keyof Options]-?: Name extends keyof Changed
    ? Changed[Name]
    : ValueOf<Exclude<Options[Name], undefined>>
}

type ValueOf<Given> =
  Same<Given, ByteSize> extends true ? number : Same<Given, Duration> extends true ? number : Given

type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false

/** A named set of options: those of `createApp({ limits })`, of `cookieSession()`, of a part. */
export interface OptionGroup<Options, Values extends ValuesOf<Options>> {
  /**
   * How messages name it: `limits` (an option is `limits.body` then), or a function as
   * `cookieSession()` (`cookieSession(): maxAge`).
   */
  readonly name: string
  /** Its options are named without it: those of `createApp` itself. */
  readonly isRoot?: true
  /** What its variables begin with: `TREFOIL_LIMITS`. */
  readonly prefix: string
  readonly rows: OptionRows<Options, Values>
  /**
   * What the group is about, such as the origins of CORS. Without any of these there is no group,
   * whatever its other variables say. Those that code names are all there are: a forgotten variable
   * must not add to them.
   */
  readonly subject?: readonly (keyof Options & string)[]
  /** Options that were here once, and where they are now: `maxBodySize` → `limits.body`. */
  readonly moved?: Readonly<Record<string, string>>
}

/** A group of whatever options, for those who only walk through it. */
export interface AnyOptionGroup {
  readonly name: string
  readonly isRoot?: true
  readonly prefix: string
  readonly rows: Readonly<Record<string, AnyOptionRow>>
  readonly subject?: readonly string[]
  readonly moved?: Readonly<Record<string, string>>
}

/** A row of whatever type. */
export interface AnyOptionRow {
  readonly read?: OptionKind<unknown>
  readonly group?: AnyOptionGroup
  readonly default: unknown
  readonly shown?: string
  readonly variable?: true | string
  readonly unless?: string
  readonly off?: boolean
  readonly risk?: (value: never) => ProductionRisk | null
  readonly doc: string
}

/** `limits.body`, `debug`, `cookieSession(): maxAge`. */
export function optionPath(group: AnyOptionGroup, name: string): string {
  if (group.isRoot === true) return name
  return group.name.endsWith(')') ? `${group.name}: ${name}` : `${group.name}.${name}`
}

/** The variable of a row, or `null`: `TREFOIL_LIMITS_FORM_PARTS`. */
export function variableOf(group: AnyOptionGroup, name: string): string | null {
  const variable = group.rows[name]?.variable
  if (variable === undefined) return null
  if (variable !== true) return variable
  return `${group.prefix}_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`
}
