import type { AuthContext, Guard, GuardDecision, LoginSession } from '../../../auth.ts'
import { type Clock, type Duration, ImproperlyConfigured } from '../../../index.ts'
import { askToAuthenticate } from '../../../inner.ts'
import { kinds, systemClock } from '../../../parts.ts'

/** A clock that is ahead of another by so much, milliseconds, makes no login fresh that is not. */
const SKEW = 60_000
const METHOD = /^[a-z][a-z0-9_]{0,31}$/

/**
 * Passes for whoever has shown who they are not longer ago than this: by one of these methods, where some are named. Goes by
 * `call.auth.session`, so that it works for `accounts()` and for tokens that say `auth_time` and `amr`. A caller without a
 * session is refused. The refusal is a 401 that says what is to be proved (RFC 9470): `error="insufficient_user_authentication"`,
 * `max_age`, and the methods as `acr_values`.
 *
 * @param duration such as `5m`
 * @param methods names as they stand in the session: `totp`, `passkey`, `pwd` of `accounts()`, `amr` of other issuers. Default any
 * @param clock source of time. Default the machine's; that of `accounts()` where it was given one
 * @throws ImproperlyConfigured for a duration and for methods that are none
 */
export function requireFreshAuth(
  duration: Duration,
  methods: readonly string[] = [],
  clock: Clock = systemClock,
): Guard {
  if (!('value' in kinds.clock.read(clock, 'requireFreshAuth(): clock'))) {
    throw new ImproperlyConfigured(
      'requireFreshAuth(): clock must be a clock with now() and elapsed()',
    )
  }
  const age = readAge(duration)
  const wanted = readMethods(methods)
  const refused = askToAuthenticate({
    text: textOf(age, wanted),
    maxAge: Math.floor(age / 1000),
    methods: wanted,
  })
  return Object.freeze({
    name: 'RequireFreshAuth',
    needsInput: false,
    decide({ session }: Pick<AuthContext, 'session'>): GuardDecision {
      const at = session === undefined ? null : shownAt(session, wanted)
      if (at === null) return refused
      const since = clock.now() - at * 1000
      // One of the future is of a clock that is wrong, or of somebody who made it up.
      return since <= age && since >= -SKEW ? { allow: true } : refused
    },
  })
}

/** Seconds; the latest of those that count. `null` for none. */
function shownAt(
  { authTime, methods = [], methodTimes }: LoginSession,
  wanted: readonly string[],
): number | null {
  if (authTime === undefined) return null
  if (wanted.length === 0) return authTime
  const times = wanted.flatMap((one) =>
    methods.includes(one) ? [methodTimes?.[one] ?? authTime] : [],
  )
  return times.length === 0 ? null : Math.max(...times)
}

function readAge(duration: unknown): number {
  const read = kinds.duration.read(duration, 'requireFreshAuth(): duration')
  if ('value' in read && read.value >= 1000) return read.value
  throw new ImproperlyConfigured(
    "requireFreshAuth() takes a duration of a second or more, such as '5m'",
  )
}

function readMethods(methods: unknown): readonly string[] {
  const list = itemsOf(methods)
  if (list?.every((one) => typeof one === 'string' && METHOD.test(one)) === true) {
    return Object.freeze(list as readonly string[])
  }
  throw new ImproperlyConfigured(
    "requireFreshAuth(): methods must be a list such as ['totp', 'passkey']",
  )
}

/** `null` for what is no list, and for one that throws when it is looked at. */
function itemsOf(list: unknown): readonly unknown[] | null {
  try {
    return Array.isArray(list) ? [...list] : null
  } catch {
    return null
  }
}

function textOf(age: number, methods: readonly string[]): string {
  const by = methods.length === 0 ? '' : ` by ${methods.join(' or ')}`
  return `This needs you to show who you are once more${by}: not longer than ${Math.floor(age / 1000)} seconds ago`
}
