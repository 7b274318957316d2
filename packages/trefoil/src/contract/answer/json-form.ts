/**
 * A value as whoever reads the JSON of it sees it: dates are text, a bigint is digits in text, what has
 * a `toJSON` is what that gives, and nothing at all is `null`.
 */
export type JsonForm<T> = unknown extends T
  ? unknown
  : T extends string | number | boolean | null
    ? T
    : T extends Date | bigint
      ? string
      : T extends undefined
        ? null
        : T extends { readonly toJSON: () => infer Shown }
          ? JsonForm<Shown>
          : T extends object
            ? { readonly [Key in keyof T]: JsonMember<T[Key]> }
            : never

/** A member that may be `undefined` is left out, never `null`. */
type JsonMember<T> = undefined extends T
  ? unknown extends T
    ? unknown
    : JsonForm<Exclude<T, undefined>> | undefined
  : JsonForm<T>
