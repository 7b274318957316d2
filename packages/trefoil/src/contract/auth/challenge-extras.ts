import { isRecord } from '../../base/plain/is-record.ts'

/** What a refusal puts into its 401 beside its text. */
export interface ChallengeExtras {
  /** Parameters of the challenge, in order. */
  readonly challenge: readonly (readonly [name: string, value: string])[]
  /** Headers, lower-case names. */
  readonly headers: Readonly<Record<string, string>>
}

const MOST = 8
const LONGEST = 1024
const PARAMETER = /^[a-z][a-z_]{0,31}$/
const HEADER = /^[A-Za-z][A-Za-z0-9-]{0,63}$/
/** Printable: a line break in a header would be the beginning of another one. */
const PRINTABLE = /^[\x20-\x7e]+$/

/** Ours to say: what the refusal says in `text`, and which scheme and realm it is about. */
const OWN_PARAMETERS: ReadonlySet<string> = new Set(['error_description', 'realm', 'algs'])

/**
 * Headers that say how the answer is sent, to whom, or what a browser may do with it: none of them is a
 * matter of credentials, and wrong ones would split answers, set cookies or open the app to other sites.
 */
const OWN_HEADERS =
  /^(?:www-authenticate|proxy-authenticate|connection|keep-alive|transfer-encoding|te|trailer|upgrade|date|server|location|set-cookie2?|clear-site-data|vary|age|expires|pragma|link|refresh|x-request-id|(?:access-control|content|cross-origin|cache|strict-transport|x-frame|x-content|permissions|referrer)-.*)$/

/**
 * Reads `challenge` and `headers` of a refusal; plain JavaScript may have put anything there.
 *
 * @returns `null` for none of both
 * @throws TypeError naming the member, and never the value
 */
export function readExtras(challenge: unknown, headers: unknown): ChallengeExtras | null {
  if (challenge === undefined && headers === undefined) return null
  const parameters = readPairs('challenge', challenge, (name) => {
    return PARAMETER.test(name) && !OWN_PARAMETERS.has(name)
  })
  const lines = readPairs('headers', headers, (name) => {
    return HEADER.test(name) && !OWN_HEADERS.test(name.toLowerCase())
  })
  const lowered = lines.map(([name, value]) => [name.toLowerCase(), value] as const)
  if (new Set(lowered.map(([name]) => name)).size !== lowered.length) {
    throw new TypeError('refusal(): headers names one header twice')
  }
  return Object.freeze({
    challenge: Object.freeze(parameters.map((pair) => Object.freeze(pair))),
    headers: Object.freeze(Object.fromEntries(lowered)),
  })
}

function readPairs(
  member: string,
  given: unknown,
  isName: (name: string) => boolean,
): readonly (readonly [string, string])[] {
  if (given === undefined) return []
  if (!isRecord(given)) throw new TypeError(`refusal(): ${member} must be an object of texts`)
  const pairs: readonly (readonly [string, unknown])[] = Object.entries(given)
  if (pairs.length > MOST)
    throw new TypeError(`refusal(): ${member} must have at most ${MOST} members`)
  return pairs.map(([name, value]) => {
    if (!isName(name))
      throw new TypeError(`refusal(): ${member} must not have a member of that name`)
    if (typeof value !== 'string' || value.length > LONGEST || !PRINTABLE.test(value)) {
      throw new TypeError(
        `refusal(): ${member} must be printable text of ASCII, at most ${LONGEST} long`,
      )
    }
    return [name, value]
  })
}
