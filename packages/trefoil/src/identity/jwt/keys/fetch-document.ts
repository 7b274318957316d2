import { askJson, type JsonAnswer } from '../../outbound/ask-json.ts'
import type { Reach } from '../../outbound/guarded-lookup.ts'

/** A key set of some hundred keys; more is not read (JWT-4). */
export const MOST_BYTES: number = 256 * 1024

/**
 * Fetches a JSON object, by plain GET without credentials.
 *
 * @param timeout milliseconds for all of it
 * @param reach what its name may resolve to
 * @throws ServiceFailed
 */
export function fetchDocument(url: URL, timeout: number, reach: Reach): Promise<JsonAnswer> {
  return askJson({
    url,
    method: 'GET',
    headers: { accept: 'application/json' },
    body: null,
    timeout,
    mostBytes: MOST_BYTES,
    reach,
    agent: null,
  })
}
