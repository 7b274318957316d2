/**
 * Looks at the next few entries of a map each time it is called, and drops those that are over: what nobody
 * asks for again does not stay.
 */
export function steadySweep<Value>(
  map: Map<string, Value>,
  isOver: (value: Value, now: number) => boolean,
  drop: (key: string, value: Value) => void = (key) => map.delete(key),
): (now: number) => void {
  let entries = map.entries()
  return (now) => {
    for (let step = 0; step < 3; step++) {
      const next = entries.next()
      if (next.done === true) {
        entries = map.entries()
        return
      }
      const [key, value] = next.value
      if (isOver(value, now)) drop(key, value)
    }
  }
}
