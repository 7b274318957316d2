import type { HttpReply } from '../../../contract/answer/exchange.ts'

/** A path of this site, and no `//host`. */
const LOCAL = /^\/(?!\/)/
const COOKIE_PATH = /(; *path=)(\/[^;]*)/i

/**
 * An answer as it leaves an app that is mounted under a path (FND-27). Every path that an app writes
 * is its own, from its own root: where it sends a client, and for which requests a cookie is.
 *
 * @param mountPath such as `/api`, not empty
 */
export function underMount(reply: HttpReply, mountPath: string): HttpReply {
  let headers: string[] | null = null
  for (let index = 0; index < reply.headers.length; index += 2) {
    const value = reply.headers[index + 1] as string
    const moved = movedValue(reply.headers[index] as string, value, mountPath)
    if (moved === value) continue
    headers ??= [...reply.headers]
    headers[index + 1] = moved
  }
  return headers === null ? reply : { ...reply, headers }
}

function movedValue(name: string, value: string, mountPath: string): string {
  switch (name) {
    case 'location':
    case 'content-location':
      return LOCAL.test(value) ? mountPath + value : value
    case 'set-cookie':
      // Browsers keep a cookie of this prefix for the whole host, or not at all.
      if (/^__host-/i.test(value)) return value
      return value.replace(COOKIE_PATH, (_, attribute: string, path: string) =>
        path === '/' ? attribute + mountPath : attribute + mountPath + path,
      )
    default:
      return value
  }
}
