/** A rule of security, and how it is taken away. */
export interface Mutation {
  /** What nobody can do while it stands, in a line. */
  readonly rule: string
  /** From the root of the repository. */
  readonly file: string
  /** Text that stands in the file exactly once. */
  readonly find: string
  readonly replace: string
  /** Files one of whose tests must turn red, from the root. */
  readonly tests: readonly string[]
}

/** @throws Error for a row that fits its file no more */
export function mutated({ rule, file, find, replace }: Mutation, text: string): string {
  const count = find === '' ? 0 : text.split(find).length - 1
  if (count !== 1) {
    throw new Error(
      `The table of mutations is stale: '${rule}' looks for text that is in ${file} ${count} times. Write what is there now, exactly once`,
    )
  }
  // A function: `$&` in a replacement means itself.
  return text.replace(find, () => replace)
}
