import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import { startTimer } from '../../base/start-timer.ts'
import { incompleteBody } from '../../contract/params/incomplete-body.ts'
import { Problem, refuse } from '../../contract/problems/problem.ts'
import type { AppContext } from '../../engine/app-context.ts'
import { timeoutBeforeCall } from '../../engine/ending/deadline.ts'
import { refusedCoding } from '../../policy/refused-coding.ts'
import { isJsonType } from '../../web/media-type.ts'
import { firstHeader } from '../../web/raw-headers.ts'
import type { EndpointRequest } from '../endpoint.ts'

/**
 * Reads the JSON that says which action is meant. Under the app's deadline, which begins with the
 * receipt: a body that trickles in costs as much as a slow handler.
 *
 * @param limit bytes
 */
export function readBody(
  { exchange, arrival }: EndpointRequest,
  limit: number,
  { timeout, clock }: Pick<AppContext, 'timeout' | 'clock'>,
): Awaitable<Uint8Array | Problem> {
  // A form or a text post needs no preflight: any page could run actions through its visitor's
  // browser, those of a server on the visitor's own machine for one.
  const type = firstHeader(exchange.rawHeaders, 'content-type') ?? ''
  if (!isJsonType(type)) return refuse('unsupported_media_type')
  const coded = refusedCoding(exchange.rawHeaders)
  if (coded !== null) return coded
  const failed = (error: unknown) => (error instanceof Problem ? error : incompleteBody())
  const reading = exchange.readBody(limit)
  if (!isPromiseLike(reading)) return reading
  const bytes = reading.then(undefined, failed)
  if (timeout === 0) return bytes
  const now = clock.elapsed()
  const left = Math.max(0, timeout - (now - (arrival.receivedAt ?? now)))
  return new Promise((resolve) => {
    const stopTimer = startTimer(left, () => resolve(timeoutBeforeCall(timeout)))
    bytes.then((body) => {
      stopTimer()
      resolve(body)
    })
  })
}
