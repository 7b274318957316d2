import type { AuthConfig, AuthEntry } from '../../contract/auth/authenticator.ts'
import { readAuthenticator } from '../../contract/auth/read-authenticator.ts'
import { UNKNOWN_SCHEME } from '../../contract/auth/security-scheme.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { callable, flag, listOf, text } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { type OptionGroup, REQUIRED, type Values } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readSchemes } from './security-schemes.ts'

/** Which entry of `auth` covers a surface. */
export type AuthBySurface = Readonly<Partial<Record<SurfaceName, AuthEntry>>>

type AuthValues = Values<
  AuthConfig,
  {
    readonly onAuthenticated: AuthConfig['onAuthenticated'] | null
    readonly scheme: AuthConfig['scheme'] | null
    readonly name: string | null
  }
>

/** The rows of {@link AuthConfig}. */
export const AUTH: OptionGroup<AuthConfig, AuthValues> = {
  name: 'auth',
  prefix: 'TREFOIL_AUTH',
  rows: {
    authenticate: {
      // readAuthenticator() looks into it.
      read: {
        words: 'object or function',
        read: (value) => ({ value: value as AuthConfig['authenticate'] }),
      },
      default: REQUIRED,
      doc: 'The [authenticator](auth.md#authenticators), such as `jwtAuth({ … })`, or your own function of the request.',
    },
    surfaces: {
      read: listOf(SURFACES),
      default: REQUIRED,
      doc: "Surfaces it covers, such as `['api']`; there are `api`, `mcp` and `cli`.",
    },
    onAuthenticated: {
      read: callable(),
      default: null,
      doc: 'Runs after success and before guards; may return another `AuthContext`.',
    },
    widens: {
      read: flag,
      default: false,
      doc: 'Whether `onAuthenticated` may give rights that the credential does not, such as roles out of a database.',
    },
    scheme: {
      // readSchemes() looks into it.
      read: { words: 'object', read: (value) => ({ value: value as AuthConfig['scheme'] }) },
      default: null,
      shown: "the authenticator's, else a bearer token",
      doc: 'Where credentials are, for OpenAPI and the 401: [schemes](auth.md#schemes).',
    },
    name: {
      read: text,
      default: null,
      shown: "the authenticator's",
      doc: 'Shown in start-up messages and in the log.',
    },
  },
}

const EXAMPLE = "[{ authenticate: jwtAuth({ keys }), surfaces: ['api'] }]"

/** A list of {@link AuthConfig}, no surface in two of them. */
export const authBySurface: OptionKind<AuthBySurface> = {
  words: 'list',
  read(value) {
    if (!Array.isArray(value)) {
      return { mistake: `must be a list such as ${EXAMPLE}, got ${valueKind(value)}` }
    }
    return { value: readAuth(value) }
  },
}

/**
 * Which entry covers which surface. Every member of an entry and of its authenticator is read here,
 * once: calls go by what was looked at.
 *
 * @throws ImproperlyConfigured naming the entry and the member
 */
export function readAuth(configs: readonly unknown[]): AuthBySurface {
  const bySurface: Partial<Record<SurfaceName, AuthEntry>> = {}
  for (const given of configs) {
    const entry = readEntry(given)
    for (const surface of entry.surfaces) {
      const other = bySurface[surface]
      if (other !== undefined) {
        throw new ImproperlyConfigured(
          other === entry
            ? `AuthConfig lists surface '${surface}' more than once`
            : `Surface '${surface}' is covered by more than one AuthConfig ('${other.name}' and '${entry.name}'). ` +
                'Cover each surface with exactly one; to take several kinds of credentials, write firstOf(a, b).',
        )
      }
      bySurface[surface] = entry
    }
  }
  return Object.freeze(bySurface)
}

function readEntry(given: unknown): AuthEntry {
  // What most people write first.
  if (typeof given === 'function') {
    throw new ImproperlyConfigured(`auth has a function in its list; write ${EXAMPLE}`)
  }
  const { surfaces, authenticate, onAuthenticated, widens, scheme, name } = readOptions(AUTH, given)
  const own = readAuthenticator(
    name === null ? 'auth: authenticate' : `auth '${name}': authenticate`,
    authenticate,
  )
  if (surfaces.length === 0) {
    throw new ImproperlyConfigured('AuthConfig must cover at least one surface')
  }
  // JavaScript writes nothing as `null` too.
  const declared = scheme ?? own.scheme
  return Object.freeze({
    name: name ?? own.name,
    surfaces,
    schemes: declared === undefined ? UNKNOWN_SCHEME : readSchemes(declared),
    ambient: own.ambient ?? declared === undefined,
    kinds: own.kinds,
    missing: own.missing,
    audiences: own.audiences,
    given: authenticate,
    risks: own.risks,
    widens,
    authenticate: own.authenticate,
    // What it answers is looked at where it is used.
    onAuthenticated: (onAuthenticated ?? null) as AuthEntry['onAuthenticated'],
    recheck: own.recheck,
    start: own.start,
    stop: own.stop,
  })
}
