import { failure, type Result, success } from '../base/result.ts'

const WHITE_SPACE = /[\s\p{Cc}]/u
const LOCAL_HOSTS: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]'])

/**
 * Checks the address of a remote (CLI-17).
 *
 * @param text absolute https address; http only for `localhost`, `127.0.0.1` and `[::1]`
 * @returns the address in one spelling: host in lower case, base path kept, no trailing slash
 */
export function parseRemoteUrl(text: string): Result<string, string> {
  // The URL parser drops tabs and newlines, so a pasted line break would name another host.
  if (WHITE_SPACE.test(text)) return failure('Remote URL must not contain whitespace')
  if (!URL.canParse(text)) return failure('Remote URL must be an absolute http(s) URL')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return failure('Remote URL must be an absolute http(s) URL')
  }
  // Over plain HTTP anyone on the way reads the token.
  if (url.protocol === 'http:' && !LOCAL_HOSTS.has(url.hostname)) {
    return failure('Remote URL must use HTTPS unless it targets localhost')
  }
  // The part before @ can be made to look like the host: https://api.example.com@evil.test
  if (url.username !== '' || url.password !== '' || hasUserInfo(text)) {
    return failure('Remote URL must not contain credentials')
  }
  if (text.includes('?') || text.includes('#')) {
    return failure('Remote URL must not have a query or a fragment')
  }
  return success(url.origin + url.pathname.replace(/\/+$/, ''))
}

/** True when both addresses have the same scheme, host and port. */
export function sameOrigin(left: string, right: string): boolean {
  return new URL(left).origin === new URL(right).origin
}

function hasUserInfo(text: string): boolean {
  const authority = text.split(/[/\\]+/)[1] ?? ''
  return authority.includes('@')
}
