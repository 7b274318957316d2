/** A value that is sent piece by piece. */
export type StreamValue = AsyncIterable<string | Uint8Array>

/** True for async iterables and web streams (which are async iterable in every supported runtime). */
export function isStream(value: unknown): value is StreamValue {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value
}

/**
 * Passes a stream on and calls `ended` exactly once: when it is through, when it fails, or when
 * its reader gives up. Dependencies stay open until then, and learn of the failure (W-15).
 *
 * @param ended receives the failure, or `null`; its own throw fails the stream
 */
export async function* watchStream(
  stream: StreamValue,
  ended: (failure: { readonly error: unknown } | null) => Promise<void>,
  gaveUp: () => unknown,
): AsyncGenerator<string | Uint8Array, void, undefined> {
  let failure: { readonly error: unknown } | null = { error: undefined }
  let complete = false
  try {
    yield* stream
    complete = true
    failure = null
  } catch (error) {
    complete = true
    failure = { error }
    throw error
  } finally {
    await ended(complete ? failure : { error: gaveUp() })
  }
}
