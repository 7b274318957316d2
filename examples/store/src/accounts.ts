import { type Accounts, accounts, type LoginProvider, oidcProvider } from 'trefoil/accounts'
import type { AuditLog } from 'trefoil/audit'
import { type Pages, pages } from 'trefoil/pages'
import type { StoreDatabase } from './database.ts'
import { loadSecret } from './secret.ts'
import { readSettings, type StoreSettings } from './settings.ts'
import { SHOP, SHOP_TEXTS } from './shop-page.ts'

/** People of the store, and the pages they meet. */
export interface StorePeople {
  readonly people: Accounts
  /** What the pages are made with: the store adds one of its own. */
  readonly site: Pages
}

/**
 * People who register and sign in by themselves, as customers; `trefoil accounts grant` makes one of them an
 * administrator. With `STORE_JWKS` people are where their tokens come from, and there are no accounts here.
 *
 * @throws ImproperlyConfigured in production, where nothing sends its mails
 */
export function storeAccounts(data: StoreDatabase, audit: AuditLog): StorePeople | null {
  const settings = readSettings()
  if (settings.jwks !== undefined) return null
  const keys = loadSecret()
  const site = pages({ keys, theme: { name: 'Trefoil Store' }, texts: SHOP_TEXTS, home: SHOP })
  const people = accounts({
    data,
    audit,
    keys,
    roles: ['customer', 'admin'],
    defaultRoles: ['customer'],
    mfa: {
      issuer: 'Trefoil Store',
      // A stolen password must not be enough to delete orders.
      shouldRequire: (user) => user.roles.includes('admin'),
    },
    passkeys: { name: 'Trefoil Store' },
    mail: { name: 'Trefoil Store' },
    pages: { site, home: SHOP },
    ...storeProviders(settings),
  })
  return { people, site }
}

/**
 * Login with a provider of OpenID Connect. That of Google or Microsoft comes by variables of Trefoil's.
 *
 * @throws Error when one of the variables is set and another that it needs is not
 */
export function storeProviders({ oidcIssuer, oidcClientId, oidcClientSecret }: StoreSettings): {
  readonly providers?: Readonly<Record<string, LoginProvider>>
} {
  if (oidcIssuer === undefined && oidcClientId === undefined) return {}
  if (oidcIssuer === undefined || oidcClientId === undefined) {
    throw new Error('STORE_OIDC_ISSUER and STORE_OIDC_CLIENT_ID need each other')
  }
  const secret = oidcClientSecret === undefined ? {} : { clientSecret: oidcClientSecret.reveal() }
  // Not trusted for addresses: who has one there may not have it here.
  return {
    providers: { company: oidcProvider({ issuer: oidcIssuer, clientId: oidcClientId, ...secret }) },
  }
}
