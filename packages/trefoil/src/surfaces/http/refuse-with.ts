import type { HttpHandler } from '../../contract/answer/exchange.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'

/** A handler for requests that a transport refuses itself: each gets the same problem. */
export function refuseWith(handler: HttpHandler, problem: () => Problem): HttpHandler {
  return (exchange) => handler(exchange, problem())
}

/** The client waits for something that this server does not do (RFC 9110 §10.1.1). */
export function unmetExpectation(): Problem {
  return refuse('invalid_header', {
    status: 417,
    detail: 'Unsupported Expect header',
    fix: 'Send `Expect: 100-continue`, or no `Expect` header.',
  })
}

/** Not what the connection speaks, whatever its request line says (RFC 9110 §15.6.6). */
export function unsupportedVersion(): Problem {
  return refuse('http_version_not_supported')
}
