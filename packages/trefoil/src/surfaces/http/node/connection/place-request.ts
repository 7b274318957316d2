import type { IncomingMessage } from 'node:http'
import { isCanonicalPath, pathOf, stripMountPath } from '../../../../web/mount-path.ts'

/** What frameworks on top of `node:http` say about a request they hand on. */
interface HostFacts {
  /** Express: what was taken off the URL, as sent. */
  readonly baseUrl?: unknown
  /** Express, Connect: the URL before anything was taken off. */
  readonly originalUrl?: unknown
}

/** Where a request found a mounted app. */
export interface Place {
  /** Path in front of the app's own; empty for the root. */
  readonly mountPath: string
  /** Path and query within the app. */
  readonly target: string
}

/**
 * Tells the path of the app from the path of its mount.
 *
 * @param mountPath as the app was told; `null` to go by what the host took off
 * @returns `null` for a request that is not for this app, or whose mount is not spelled canonically
 */
export function placeRequest(request: IncomingMessage, mountPath: string | null): Place | null {
  const url = request.url as string
  const taken = takenOff(request, url)
  if (mountPath === null) {
    return taken === '' || isCanonicalPath(taken) ? { mountPath: taken, target: url } : null
  }
  const target = stripMountPath(taken + url, mountPath)
  return target === null ? null : { mountPath, target }
}

/** What the host has taken off the front of the URL. */
function takenOff(request: IncomingMessage, url: string): string {
  // Neither type nor class of the host is known here, only what it left on the request.
  const { baseUrl, originalUrl } = request as IncomingMessage & HostFacts
  if (typeof baseUrl === 'string') return baseUrl
  if (typeof originalUrl !== 'string' || originalUrl === url) return ''
  const whole = pathOf(originalUrl)
  const path = pathOf(url)
  // `/api` is handed on as `/`.
  if (path === '/') return whole.replace(/\/$/, '')
  return whole.endsWith(path) ? whole.slice(0, -path.length) : ''
}
