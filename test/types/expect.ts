/** True for the very same type: `any`, `unknown` and optional members are told apart. */
export type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false

/** Compiles only for `true`. */
export type Expect<Truth extends true> = Truth

/** `exact<Expected>()(value)` compiles only when the value has exactly that type. */
export declare function exact<Expected>(): <Actual>(
  value: Actual,
  ...proof: Equal<Expected, Actual> extends true ? [] : [never]
) => void
