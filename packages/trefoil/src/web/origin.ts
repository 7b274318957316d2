import { sameHost } from './host.ts'

const ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#\s@]+$/
const WRITTEN = /^(?:https?):\/\/[^/?#\s@\\]+\/?$/i

/**
 * An origin as browsers send it: lower-case, without a default port and without a final slash.
 *
 * @returns `null` when the text names no origin; `null`, which browsers send for pages that have
 * none, is not one
 */
export function normalOrigin(text: string): string | null {
  if (!WRITTEN.test(text)) return ORIGIN.test(text) && !/^https?:/.test(text) ? text : null
  const url = URL.parse(text)
  return url === null || url.origin === 'null' ? null : url.origin
}

/**
 * What is wrong with text that browsers never send as an origin: words that follow its name; `null`
 * when nothing is. The text is not shown: an address may have a password in it.
 */
export function originMistake(text: string): string | null {
  // It could be a host's name to the letter, and would then never match.
  if (text.includes('*') && text !== '*') {
    return 'is not an origin but a pattern, and origins are compared whole; CORS takes patterns as allowedOriginPattern'
  }
  const origin = normalOrigin(text)
  if (origin === text) return null
  return origin === null
    ? 'is not an origin; write scheme and host, such as https://app.example.com'
    : `is not an origin; browsers write it '${origin}'`
}

/** `Host: Shop.example.:443` and `Origin: https://shop.example` are one place. */
export function isOriginOf(origin: string, scheme: 'http' | 'https', host: string): boolean {
  const start = `${scheme}://`
  return origin.startsWith(start) && sameHost(origin.slice(start.length), host, scheme)
}
