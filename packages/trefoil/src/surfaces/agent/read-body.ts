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
 * @param use what is to be made of it, or of why there is none
 */
export function readBody<Result>(
  { exchange, arrival }: EndpointRequest,
  limit: number,
  { timeout, clock }: Pick<AppContext, 'timeout' | 'clock'>,
  use: (body: Uint8Array | Problem) => Awaitable<Result>,
): Awaitable<Result> {
  // A form or a text post needs no preflight: any page could run actions through its visitor's
  // browser, those of a server on the visitor's own machine for one.
  const type = firstHeader(exchange.rawHeaders, 'content-type') ?? ''
  if (!isJsonType(type)) return use(refuse('unsupported_media_type'))
  const coded = refusedCoding(exchange.rawHeaders)
  if (coded !== null) return use(coded)
  const failed = (error: unknown) => (error instanceof Problem ? error : incompleteBody())
  const reading = exchange.readBody(limit)
  if (!isPromiseLike(reading)) return use(reading)
  if (timeout === 0) return reading.then(use, (error) => use(failed(error)))
  const bytes = reading.then(undefined, failed)
  const now = clock.elapsed()
  const left = Math.max(0, timeout - (now - (arrival.receivedAt ?? now)))
  const inTime = new Promise<Uint8Array | Problem>((resolve) => {
    const stopTimer = startTimer(left, () => resolve(timeoutBeforeCall(timeout)))
    bytes.then((body) => {
      stopTimer()
      resolve(body)
    })
  })
  return inTime.then(use)
}
