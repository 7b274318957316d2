import type { AnyDatabase } from '../../../database.ts'
import type { Clock, Environment } from '../../../index.ts'
import type { AccountKeys } from '../account-keys.ts'
import type { AccountsValues } from '../accounts-options.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { chooseAppUrl, isDevelopment } from '../mail/choose-mailer.ts'
import { MailLinks } from '../mail/texts/mail-links.ts'
import { IdentityStore } from './identity-store.ts'
import { readProviders } from './known-providers.ts'
import { OidcClient } from './oidc-client.ts'
import { ReturnTargets } from './return-targets.ts'
import { type TripCookies, tripCookies } from './trips/trip-cookie.ts'
import { TripStore } from './trips/trip-store.ts'

/** What flows with providers work with; made once an app. */
export interface ProviderRoom {
  /** In the order of the configuration; empty where nobody signs in by a provider. */
  readonly names: readonly string[]
  /** @throws Problem `provider_not_configured` */
  client(name: string): OidcClient
  readonly identities: IdentityStore
  readonly trips: TripStore
  readonly cookies: TripCookies
  readonly targets: ReturnTargets
}

export interface ProviderRoomFacts {
  readonly values: AccountsValues
  readonly data: AnyDatabase
  readonly clock: Clock
  readonly keys: AccountKeys
  readonly env: Environment
}

/** @throws ImproperlyConfigured naming the option or the variable that is wrong */
export function providerRoom({ values, data, clock, keys, env }: ProviderRoomFacts): ProviderRoom {
  const { oauth, prefix, cookie } = values
  const mode = env['TREFOIL_ENV']
  const providers = readProviders(values.providers, env, isDevelopment(mode))
  const appUrl = chooseAppUrl(values, env)
  const home = new URL(appUrl).origin
  const base = (oauth.url === null ? home : new MailLinks(oauth.url, 'oauth.url').base) + prefix
  const clients = new Map(
    [...providers].map(([name, one]) => [
      name,
      new OidcClient(one, clock, `${base}/oauth/${name}/callback`),
    ]),
  )
  return Object.freeze({
    names: [...providers.keys()],
    client(name: string) {
      const client = clients.get(name)
      if (client === undefined) throw accountsProblems.problem('provider_not_configured')
      return client
    },
    identities: new IdentityStore(data, clock),
    trips: new TripStore(data, keys, clock),
    cookies: tripCookies(cookie.secure),
    targets: new ReturnTargets(home, oauth.returnOrigins, oauth.returnTo),
  })
}
