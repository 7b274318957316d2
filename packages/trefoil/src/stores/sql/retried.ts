/** Serialisation failure, deadlock: what PostgreSQL says of a statement that may be repeated as it is. */
const REPEATABLE: ReadonlySet<unknown> = new Set(['40001', '40P01'])
const TRIES = 5

/** Runs a statement once more where the database ended it for the sake of others. */
export async function retried<Value>(run: () => PromiseLike<Value> | Value): Promise<Value> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await run()
    } catch (error) {
      const { code } = (error ?? {}) as { code?: unknown }
      if (attempt === TRIES || !REPEATABLE.has(code)) throw error
    }
  }
}
