import type { AuthConfig } from '../../contract/auth/authenticator.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { callable, listOf, text } from '../../contract/options/kinds.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { type OptionGroup, REQUIRED, type Values } from '../../contract/options/option-rows.ts'
import { readOptions } from '../../contract/options/read-options.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { checkSchemes } from './security-schemes.ts'

/** Which entry of `auth` covers a surface. */
export type AuthBySurface = Readonly<Partial<Record<SurfaceName, AuthConfig>>>

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
      read: callable('a function, such as jwtAuth({ … })'),
      default: REQUIRED,
      doc: 'The credential check, such as `jwtAuth({ … })` or your own function.',
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
    scheme: {
      // checkSchemes() looks into it.
      read: { words: 'object', read: (value) => ({ value: value as AuthConfig['scheme'] }) },
      default: null,
      shown: 'bearer token',
      doc: 'Where credentials are, for OpenAPI and the 401: [schemes](auth.md#schemes).',
    },
    name: {
      read: text,
      default: null,
      shown: "the function's name",
      doc: 'Shown in start-up messages.',
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

function readAuth(configs: readonly unknown[]): AuthBySurface {
  const bySurface: Partial<Record<SurfaceName, AuthConfig>> = {}
  for (const given of configs) {
    // What most people write first.
    if (typeof given === 'function') {
      throw new ImproperlyConfigured(`auth has a function in its list; write ${EXAMPLE}`)
    }
    const { surfaces, authenticate, onAuthenticated, scheme, name } = readOptions(AUTH, given)
    const config: AuthConfig = {
      authenticate,
      surfaces,
      ...(onAuthenticated == null ? {} : { onAuthenticated }),
      ...(scheme == null ? {} : { scheme }),
      ...(name == null ? {} : { name }),
    }
    checkSchemes(config)
    if (surfaces.length === 0) {
      throw new ImproperlyConfigured('AuthConfig must cover at least one surface')
    }
    for (const surface of surfaces) {
      const other = bySurface[surface]
      if (other !== undefined) {
        throw new ImproperlyConfigured(
          other === config
            ? `AuthConfig lists surface '${surface}' more than once`
            : `Surface '${surface}' is covered by more than one AuthConfig ('${nameOf(other)}' and '${nameOf(config)}'). ` +
                'Cover each surface with exactly one; compose multiple checks inside a single authenticator.',
        )
      }
      bySurface[surface] = config
    }
  }
  return Object.freeze(bySurface)
}

function nameOf({ name, authenticate }: AuthConfig): string {
  return name ?? (authenticate.name || 'authenticate')
}
