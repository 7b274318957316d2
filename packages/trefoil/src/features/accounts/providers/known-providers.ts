import { type Environment, ImproperlyConfigured } from '../../../index.ts'
import type { PartVariable } from '../../../parts.ts'
import { type LoginProvider, oidcProvider, valuesOfProvider } from './oidc-provider.ts'
import type { OidcProviderValues } from './provider-options.ts'

/** Also part of paths and of cookies' names. */
const NAME = /^[a-z][a-z0-9_-]{0,31}$/

/** Variables of providers that many have; each pair of id and secret adds one (S-ENV-1). */
export const PROVIDER_VARIABLES: readonly PartVariable[] = [
  {
    name: 'TREFOIL_AUTH_GOOGLE_CLIENT_ID',
    doc: 'Login with Google, as `google`: what it knows the app by.',
  },
  { name: 'TREFOIL_AUTH_GOOGLE_CLIENT_SECRET', doc: 'What goes with it.' },
  {
    name: 'TREFOIL_AUTH_MS_CLIENT_ID',
    doc: 'Login with Microsoft, as `ms`: what it knows the app by.',
  },
  { name: 'TREFOIL_AUTH_MS_CLIENT_SECRET', doc: 'What goes with it.' },
  {
    name: 'TREFOIL_AUTH_MS_TENANT',
    doc: 'Id of the directory whose people sign in; one and not `common`.',
  },
]

/**
 * The providers of an app by name: those that it was given, and those of the environment.
 *
 * @param isDevelopment whether one may be asked without TLS, on this machine
 * @throws ImproperlyConfigured naming the provider or the variable, and what to write
 */
export function readProviders(
  given: Readonly<Record<string, LoginProvider>>,
  env: Environment,
  isDevelopment: boolean,
): ReadonlyMap<string, OidcProviderValues> {
  const all = new Map<string, OidcProviderValues>()
  for (const [name, provider] of Object.entries({ ...ofEnvironment(env), ...given })) {
    if (!NAME.test(name)) {
      throw new ImproperlyConfigured(
        'accounts(): providers must be named by lower-case letters, digits, - and _, such as google',
      )
    }
    const values = valuesOfProvider(provider)
    if (values === null) {
      throw new ImproperlyConfigured(
        `accounts(): the provider '${name}' must be made by oidcProvider({ issuer, clientId, clientSecret })`,
      )
    }
    if (!isDevelopment && new URL(values.issuer).protocol === 'http:') {
      throw new ImproperlyConfigured(
        `accounts(): the issuer of the provider '${name}' must be https; http is for development`,
      )
    }
    all.set(name, values)
  }
  return all
}

function ofEnvironment(env: Environment): Readonly<Record<string, LoginProvider>> {
  const google = pairOf(
    ['TREFOIL_AUTH_GOOGLE_CLIENT_ID', 'TREFOIL_AUTH_GOOGLE_CLIENT_SECRET'],
    [env['TREFOIL_AUTH_GOOGLE_CLIENT_ID'], env['TREFOIL_AUTH_GOOGLE_CLIENT_SECRET']],
  )
  const ms = pairOf(
    ['TREFOIL_AUTH_MS_CLIENT_ID', 'TREFOIL_AUTH_MS_CLIENT_SECRET'],
    [env['TREFOIL_AUTH_MS_CLIENT_ID'], env['TREFOIL_AUTH_MS_CLIENT_SECRET']],
  )
  const tenant = env['TREFOIL_AUTH_MS_TENANT']
  if (ms === null && tenant !== undefined) {
    throw new ImproperlyConfigured(
      'TREFOIL_AUTH_MS_TENANT goes with TREFOIL_AUTH_MS_CLIENT_ID and TREFOIL_AUTH_MS_CLIENT_SECRET',
    )
  }
  if (ms !== null && !/^[A-Za-z0-9.-]{1,64}$/.test(tenant ?? '')) {
    throw new ImproperlyConfigured(
      'TREFOIL_AUTH_MS_TENANT must be the id of the directory whose people sign in',
    )
  }
  if (ms !== null && /^(?:common|organizations|consumers)$/i.test(tenant ?? '')) {
    throw new ImproperlyConfigured(
      'TREFOIL_AUTH_MS_TENANT must be one directory: behind common, organizations and consumers are many issuers',
    )
  }
  return {
    ...(google === null
      ? {}
      : {
          google: oidcProvider({
            issuer: 'https://accounts.google.com',
            ...google,
            // Of other mailboxes it has only once heard that they were theirs.
            trustsEmail: ['gmail.com', 'googlemail.com'],
          }),
        }),
    ...(ms === null
      ? {}
      : {
          ms: oidcProvider({ issuer: `https://login.microsoftonline.com/${tenant}/v2.0`, ...ms }),
        }),
  }
}

/** @param names of the two variables @param given what they say */
function pairOf(
  names: readonly [string, string],
  [clientId, clientSecret]: readonly [string | undefined, string | undefined],
): { readonly clientId: string; readonly clientSecret: string } | null {
  if (clientId === undefined && clientSecret === undefined) return null
  if (!clientId || !clientSecret) {
    throw new ImproperlyConfigured(`${names[0]} and ${names[1]} go together: set both, or none`)
  }
  return { clientId, clientSecret }
}
