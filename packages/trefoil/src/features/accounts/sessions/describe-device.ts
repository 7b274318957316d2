import { isIP } from 'node:net'

/** The more special first: most call themselves by the names of those they are made of. */
const BROWSERS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\bEdg(?:e|A|iOS)?\//, 'Edge'],
  [/\b(?:OPR|Opera)\//, 'Opera'],
  [/\bSamsungBrowser\//, 'Samsung Internet'],
  [/\b(?:Firefox|FxiOS)\//, 'Firefox'],
  [/\b(?:Chrome|CriOS|HeadlessChrome)\//, 'Chrome'],
  [/\bVersion\/[\d.]+ .*Safari\//, 'Safari'],
]
const SYSTEMS: readonly (readonly [mark: RegExp, name: string])[] = [
  [/\biPhone\b/, 'iPhone'],
  [/\biPad\b/, 'iPad'],
  [/\bAndroid\b/, 'Android'],
  [/\bWindows\b/, 'Windows'],
  [/\bCrOS\b/, 'ChromeOS'],
  [/\bMac OS X\b|\bMacintosh\b/, 'macOS'],
  [/\bLinux\b/, 'Linux'],
]
/** Of what a program calls itself. */
const PRODUCT = /^[A-Za-z][A-Za-z0-9._-]{0,39}/
const LONGEST = 512

/**
 * Browser and system in few words, for a list that a person reads to find what is not theirs. Said by the
 * caller: it decides nothing.
 */
export function describeDevice(userAgent: string | null): string | null {
  if (userAgent === null) return null
  const text = userAgent.slice(0, LONGEST)
  const browser = BROWSERS.find(([mark]) => mark.test(text))?.[1]
  const system = SYSTEMS.find(([mark]) => mark.test(text))?.[1]
  if (browser === undefined) return system ?? PRODUCT.exec(text)?.[0] ?? null
  return system === undefined ? browser : `${browser} on ${system}`
}

/** /24 of IPv4, /48 of IPv6: where somebody was, and not which connection. */
export function addressPrefix(address: string | null): string | null {
  if (address === null) return null
  const bare = address
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '')
    .replace(/^::ffff:(?=\d+\.)/i, '')
  const version = isIP(bare)
  if (version === 4) return `${bare.split('.').slice(0, 3).join('.')}.0/24`
  if (version !== 6) return null
  // In its one short form; what stands in the place of `::` is zeros.
  const short = new URL(`http://[${bare}]`).hostname.slice(1, -1)
  const [head = '', tail] = short.split('::')
  const groups = head === '' ? [] : head.split(':')
  if (tail !== undefined) {
    const rest = tail === '' ? [] : tail.split(':')
    while (groups.length + rest.length < 8) groups.push('0')
    groups.push(...rest)
  }
  return `${groups.slice(0, 3).join(':')}::/48`
}
