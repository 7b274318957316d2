const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])

export function isRedirect(status: number): boolean {
  return REDIRECTS.has(status)
}

/**
 * Where a redirect leads, relative to the request that was answered.
 *
 * @throws Error when it leads out of the app, where a test in this process cannot follow
 */
export function followTarget(
  from: string,
  location: string,
): { readonly scheme: 'http' | 'https'; readonly target: string } {
  const base = new URL(from)
  const url = new URL(location, base)
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:'
  if (!isHttp || url.hostname !== base.hostname) {
    throw new Error(`The redirect leads out of the app: ${location}`)
  }
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  return { scheme, target: url.pathname + url.search }
}
