/** Serialisation failure, deadlock: what PostgreSQL says of a statement that may be repeated as it is. */
const REPEATABLE: ReadonlySet<unknown> = new Set(['40001', '40P01'])
const TRIES = 5

/** Runs a statement once more where the database ended it for the sake of others. */
export async function retried<Value>(run: () => PromiseLike<Value> | Value): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      if (attempt === TRIES || !isRepeatable(error)) throw error
    }
  }
}

/** A unit of work says so in words of its own, and has what the database said as its cause. */
function isRepeatable(error: unknown): boolean {
  const { code, cause } = (error ?? {}) as { code?: unknown; cause?: unknown }
  return REPEATABLE.has(code) || REPEATABLE.has((cause as { code?: unknown } | undefined)?.code)
}
