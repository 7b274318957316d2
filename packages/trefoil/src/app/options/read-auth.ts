import { isRecord } from '../../base/plain/is-record.ts'
import type { AuthConfig, AuthEntry } from '../../contract/auth/authenticator.ts'
import { readAuthenticator } from '../../contract/auth/read-authenticator.ts'
import { UNKNOWN_SCHEME } from '../../contract/auth/security-scheme.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { checkOptionNames, type OptionNames } from '../../contract/options/option-names.ts'
import { checkList, checkText, shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { readSchemes } from './security-schemes.ts'

const AUTH_OPTIONS: OptionNames<AuthConfig> = {
  authenticate: true,
  surfaces: true,
  onAuthenticated: true,
  scheme: true,
  name: true,
}

/**
 * Which entry of `auth` covers which surface. Every member of an entry and of its authenticator is
 * read here, once: calls go by what was looked at.
 *
 * @throws ImproperlyConfigured naming the entry and the member
 */
export function readAuth(
  configs: readonly AuthConfig[] = [],
): Readonly<Partial<Record<SurfaceName, AuthEntry>>> {
  if (!Array.isArray(configs)) throw new ImproperlyConfigured('auth must be a list of AuthConfig')
  const bySurface: Partial<Record<SurfaceName, AuthEntry>> = {}
  for (const config of configs) {
    const entry = readEntry(config)
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

function readEntry(config: unknown): AuthEntry {
  if (!isRecord(config)) {
    throw new ImproperlyConfigured(
      `auth must list objects such as { authenticate: jwtAuth({ … }), surfaces: ['api'] }, got ${shownValue(config)}`,
    )
  }
  checkOptionNames('auth', config, AUTH_OPTIONS)
  const { authenticate, surfaces, onAuthenticated, scheme, name } = config
  checkText('auth name', name)
  const where = typeof name === 'string' ? `auth '${name}': authenticate` : 'auth: authenticate'
  const own = readAuthenticator(where, authenticate)
  if (onAuthenticated !== undefined && typeof onAuthenticated !== 'function') {
    throw new ImproperlyConfigured(
      `auth onAuthenticated must be a function, got ${shownValue(onAuthenticated)}`,
    )
  }
  const declared = scheme ?? own.scheme
  return Object.freeze({
    name: typeof name === 'string' ? name : own.name,
    surfaces: readSurfaces(surfaces),
    schemes: declared === undefined ? UNKNOWN_SCHEME : readSchemes(declared),
    ambient: own.ambient ?? declared === undefined,
    risks: own.risks,
    authenticate: own.authenticate,
    // What it answers is looked at by whoever calls it.
    onAuthenticated: (onAuthenticated ?? null) as AuthEntry['onAuthenticated'],
  })
}

function readSurfaces(value: unknown): readonly SurfaceName[] {
  checkList('auth surfaces', value ?? null, 'surface names', (name) => typeof name === 'string')
  const names: readonly string[] = [...(value as readonly string[])]
  if (names.length === 0) {
    throw new ImproperlyConfigured('AuthConfig must cover at least one surface')
  }
  const unknown = names.find((name) => !SURFACES.includes(name as SurfaceName))
  if (unknown !== undefined) {
    throw new ImproperlyConfigured(
      `auth surfaces: Unknown surface ${shownValue(unknown)}; expected one of ${SURFACES.join(', ')}`,
    )
  }
  return Object.freeze(names as readonly SurfaceName[])
}
