/** Names of the `{name}` segments of a path template. */
export type PathNames<Path extends string> = Path extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Bare}:${string}` ? Bare : Name) | PathNames<Rest>
  : never

/** What one of them becomes that nobody declared. */
export type PathValue<
  Path extends string,
  Name extends string,
> = Path extends `${string}{${Name}:int}${string}`
  ? number
  : Path extends `${string}{${Name}:bigint}${string}`
    ? bigint
    : string
