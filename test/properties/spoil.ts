/** What a shared value is filled with once it has been returned; must never leave. */
export const SPOILT = 'SP0ILT'

/**
 * Does to a value, all the way down, what others that hold it may do: changes members, adds some,
 * fills lists, moves dates, and gives it another JSON form.
 */
export function spoil(value: unknown, known: Set<object> = new Set()): void {
  if (typeof value !== 'object' || value === null || known.has(value)) return
  known.add(value)
  for (const key of keysOf(value)) {
    const own = attempt(() => Reflect.getOwnPropertyDescriptor(value, key))
    if (own === undefined || !('value' in own)) continue
    const member: unknown = own.value
    if (typeof member === 'object') spoil(member, known)
    else attempt(() => Reflect.set(value, key, SPOILT))
  }
  attempt(() => (Array.isArray(value) ? value.push(SPOILT) : null))
  attempt(() => (value instanceof Date ? value.setTime(1) : null))
  attempt(() => Reflect.set(value, 'added', SPOILT))
  const toJSON = () => SPOILT
  attempt(() => Reflect.defineProperty(value, 'toJSON', { value: toJSON, configurable: true }))
}

function keysOf(value: object): readonly PropertyKey[] {
  return attempt(() => Reflect.ownKeys(value)) ?? []
}

/** Frozen values and proxies may refuse. */
function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act()
  } catch {
    return undefined
  }
}
