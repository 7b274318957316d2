/** By what they say, whatever the order of members. @throws Error saying what was given instead */
export function expectValue(actual: unknown, wanted: unknown, what: string): void {
  if (sorted(actual) === sorted(wanted)) return
  throw new Error(`${what} gave ${sorted(actual)} where ${sorted(wanted)} is right`)
}

/** @throws Error where it does not throw */
export async function expectThrow(run: () => unknown, what: string): Promise<void> {
  try {
    await run()
  } catch {
    return
  }
  throw new Error(`${what} must throw`)
}

/** Milliseconds of the machine, for stores that go by a clock of their own. */
export async function pass(ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, ms))
}

function sorted(value: unknown): string {
  const text: string | undefined = JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  )
  return text ?? 'undefined'
}
