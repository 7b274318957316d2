import { acceptRequestId } from '../../record/request-id.ts'
import { TraceSource } from '../../record/trace-source.ts'
import { firstHeader, type RawHeaders } from '../../web/raw-headers.ts'
import { Arrival } from '../arrival.ts'
import type { CliParts } from './cli-parts.ts'

/**
 * A call in this process as it comes in. The headers it is made with are read as those of a request
 * are: a request id and a trace are its caller's, wherever it calls from (PW-28).
 */
export function arriveLocally(
  { app, requestIdHeader }: CliParts,
  headers: RawHeaders,
  receivedAt: number,
): Arrival {
  const sent =
    requestIdHeader === null ? null : acceptRequestId(firstHeader(headers, requestIdHeader))
  const makeCallId = sent === null ? null : app.nextId
  const trace = app.tracing === null ? null : new TraceSource(app.tracing, headers)
  return new Arrival(sent ?? app.nextId(), makeCallId, 'local', 'cli', receivedAt, trace)
}
