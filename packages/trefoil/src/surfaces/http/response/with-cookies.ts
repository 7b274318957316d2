import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { CookieExchange } from '../../../engine/cookie-exchange.ts'

/**
 * The answer with the cookies that its call wrote. Like everything else a failed call did, they
 * are taken back with a 5xx.
 */
export function withCookies(reply: HttpReply, cookies: CookieExchange | null): HttpReply {
  if (cookies === null) return reply
  const written = cookies.take()
  if (written.length === 0 || reply.status >= 500) return reply
  const lines = written.flatMap((header) => ['set-cookie', header])
  return { ...reply, headers: [...reply.headers, ...lines] }
}
