import { ImproperlyConfigured } from '../../../index.ts'
import { isLoopbackAddress } from '../../../inner.ts'

/** A browser drops or reads otherwise what of these stands in a URL (V-16). */
const ODD = /[\\\x00-\x20\x7f]/

/**
 * Where a browser may be sent on to: origins of the configuration, to the letter. Neither a request nor what its
 * `Host` says adds one (SW-23, CVE-2025-71401).
 */
export class ReturnTargets {
  readonly #home: string
  readonly #origins: ReadonlySet<string>
  readonly #usual: string

  /**
   * @param home origin of the app's pages
   * @throws ImproperlyConfigured naming what is wrong, and what to write
   */
  constructor(home: string, origins: readonly string[], returnTo: string) {
    this.#home = home
    this.#origins = new Set([home, ...origins.map(originOf)])
    const usual = this.check(returnTo)
    if (usual === null) {
      throw new ImproperlyConfigured(
        'accounts(): oauth: returnTo must be a path such as /app, or a URL of appUrl or of returnOrigins',
      )
    }
    this.#usual = usual
  }

  /** Where who did not say where is sent on to. */
  get usual(): string {
    return this.#usual
  }

  /** @returns the URL; `null` for what is none of ours, however a browser would read it */
  check(next: string): string | null {
    if (next.length > 2048 || ODD.test(next)) return null
    const isPath = /^\/(?!\/)/.test(next)
    if (!isPath && !/^https?:\/\//i.test(next)) return null
    const url = URL.parse(next, this.#home)
    if (url === null || !this.#origins.has(url.origin)) return null
    // `https://ours@theirs` is theirs; `https://theirs@ours` is ours, and deceives whoever reads it.
    return url.username === '' && url.password === '' ? url.href : null
  }
}

function originOf(origin: string): string {
  const url = URL.parse(origin)
  const isGood =
    url !== null &&
    // One and the same to a parser, and all of them to whoever wrote it.
    !url.hostname.includes('*') &&
    url.origin === origin.replace(/\/$/, '') &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && isLocal(url)))
  if (isGood) return url.origin
  throw new ImproperlyConfigured(
    'accounts(): oauth: returnOrigins must be https origins such as https://app.example.com (http only for localhost)',
  )
}

function isLocal({ hostname }: URL): boolean {
  return hostname === 'localhost' || isLoopbackAddress(hostname.replace(/^\[|\]$/g, ''))
}

/** With something behind it, wherever its query stands (SW-23). */
export function withQuery(target: string, query: Readonly<Record<string, string>>): string {
  const url = new URL(target)
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value)
  return url.href
}
