import type { KeyRing } from '../../../auth.ts'
import { type Pages, pages } from '../../../pages.ts'
import type { PartRoutes } from '../../../parts.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { AccountsValues } from '../accounts-options.ts'
import type { FlowStep } from '../flow-step.ts'
import { registerPages } from './account-pages.ts'
import { accountTexts } from './texts/account-texts.ts'

/** What the part of accounts has of its pages. */
export interface PagesRoom {
  /** What they are made with, a part of the app; none where there are no pages. */
  readonly parts: readonly Pages[]
  register(routes: PartRoutes, house: AccountsHouse): void
  /** Where a step is registered: what a browser is sent back to by others shows its refusals to people. */
  routesOf(routes: PartRoutes, step: FlowStep): PartRoutes
}

type Values = Pick<AccountsValues, 'pages' | 'cookie' | 'clock' | 'passwordPolicy' | 'mfa'>

/** @throws ImproperlyConfigured for keys that are too short to sign forms with */
export function makePages(values: Values, ring: KeyRing): PagesRoom {
  const { pages: given, cookie, clock, passwordPolicy, mfa } = values
  if (given === null) return { parts: [], register() {}, routesOf: (routes) => routes }
  const { path } = given
  const home = given.home ?? path
  const site = given.site ?? pages({ keys: ring, clock, secure: cookie.secure, home })
  site.addTexts(accountTexts(passwordPolicy.minLength, mfa.trustedDevices))
  const signIn = `${path}/sign-in`
  const confirm = `${path}/confirm`
  site.addLeads({
    AUTHENTICATION_ERROR: signIn,
    fresh_login_required: confirm,
    insufficient_user_authentication: confirm,
  })
  return {
    parts: [site],
    routesOf: (routes, { name }) =>
      name === 'oauth_callback' || name === 'oauth_login'
        ? routes.group('', { problemPage: site.problemPage })
        : routes,
    register: (routes, house) => registerPages(routes, { house, site, path, home }),
  }
}
