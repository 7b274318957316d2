import { processEnvironment, readOptions } from '../../../parts.ts'
import {
  OIDC_PROVIDER,
  type OidcProviderOptions,
  type OidcProviderValues,
} from './provider-options.ts'

/** A provider that people sign in with, for `accounts({ providers })`. Made by {@link oidcProvider}. */
export interface LoginProvider {
  readonly kind: 'oidc'
  readonly issuer: string
}

/** Not on the value itself: whoever prints one prints no secret. */
const VALUES = new WeakMap<object, OidcProviderValues>()

/**
 * A provider that speaks OpenID Connect. Needs the package `oauth4webapi`, which is loaded when somebody signs in.
 *
 * OAuth 2.0 without an id token, as GitHub's, is none: nothing signed would say who somebody is, and whom for.
 *
 * @throws ImproperlyConfigured naming the option that is wrong
 */
export function oidcProvider(options: OidcProviderOptions): LoginProvider {
  const values = readOptions(OIDC_PROVIDER, options, { env: processEnvironment() })
  const provider: LoginProvider = Object.freeze({ kind: 'oidc', issuer: values.issuer })
  VALUES.set(provider, values)
  return provider
}

/** @returns `null` for what {@link oidcProvider} did not make */
export function valuesOfProvider(provider: unknown): OidcProviderValues | null {
  return typeof provider === 'object' && provider !== null ? (VALUES.get(provider) ?? null) : null
}
