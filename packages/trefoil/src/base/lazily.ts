/** Makes a value when it is first asked for, and keeps it: a start pays only for what it uses. */
export function lazily<Value>(make: () => Value): () => Value {
  let made: { readonly value: Value } | null = null
  return () => {
    made ??= { value: make() }
    return made.value
  }
}
