const UNCLEAN = /[\u0000-\u0020\u007f-\u{10ffff}\\]/u
const LONGEST = 2000

/**
 * Where to go on to, when a caller says where (`?next=`): a place on this site, or on an origin that is listed, and
 * never anywhere else, or people would be sent to another site under your name (V-16, SW-23). It is read as browsers
 * read it; what they would mend (a backslash, a tab, a space) is refused.
 *
 * @param origins such as `https://app.example.com`, compared exactly
 * @returns the place, or `null` for one that is not allowed
 */
export function nextPlace(given: string, origins: readonly string[] = []): string | null {
  if (typeof given !== 'string' || given.length > LONGEST || UNCLEAN.test(given)) return null
  if (given.startsWith('/')) return staysHere(given) ? given : null
  const url = /^https?:\/\/[^/]/i.test(given) && URL.canParse(given) ? new URL(given) : null
  if (url === null || url.username !== '' || url.password !== '') return null
  return origins.includes(url.origin) ? url.href : null
}

function staysHere(place: string): boolean {
  if (place.startsWith('//')) return false
  return ['http://site.invalid', 'https://site.invalid'].every(
    (site) => URL.canParse(place, site) && new URL(place, site).origin === site,
  )
}
