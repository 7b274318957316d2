/** A tag as OpenAPI lists it. */
export interface Tag {
  readonly name: string
  readonly description?: string
}

/**
 * Every tag once: those that are described, in the order of their descriptions, then the others in
 * order of first use. A described tag that nothing bears is left out.
 */
export function tagsInOrder(
  used: Iterable<string>,
  described: ReadonlyMap<string, string> = new Map(),
): readonly Tag[] {
  const names = new Set(used)
  const first = [...described].flatMap(([name, description]) =>
    names.delete(name) ? [{ name, description }] : [],
  )
  return [...first, ...[...names].map((name) => ({ name }))]
}
