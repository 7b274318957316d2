import { redirect } from '../../../../index.ts'
import { type Markup, markup } from '../../../../inner.ts'
import { ui } from '../../../../pages.ts'
import type { PageContext, PageRow } from '../page-row.ts'
import { carried } from './carried.ts'

/** Links to the providers there are: to open one goes to the provider, and comes back to {@link PROVIDER_BACK}. */
export async function providerLinks(page: PageContext): Promise<Markup | null> {
  const { house, view, say, has, call } = page
  if (!has('provider_back')) return null
  const next = encodeURIComponent(page.place('provider_back', carried(page)))
  // Who is signed in and comes here is asked to show once more who he is: the provider is to look, too.
  const again = (await call.resolve(house.sessions.loginCookie)) === null ? '' : '&fresh=true'
  const links = house.providers.names.map((provider) => {
    const path = `${house.values.prefix}/oauth/${encodeURIComponent(provider)}/login?next=${next}${again}`
    return ui.buttonLink(view.href(path), say('sign_in_by_provider', { provider }), 'plain')
  })
  return markup`${ui.or(say('or'))}${ui.choices(links)}`
}

/** Where a provider has sent somebody back to: signed in, refused, or with a second factor to show. */
export const PROVIDER_BACK: PageRow = {
  name: 'provider_back',
  path: '/sign-in/provider',
  title: 'sign_in',
  audience: 'anybody',
  query: ['next', 'oauth_code', 'oauth_error'],
  steps: ['oauth_login', 'oauth_exchange'],
  form: {
    step: 'oauth_exchange',
    adds: async ({ house, call, query: { oauth_code: code } }) => ({
      code,
      browser: await call.resolve(house.providers.cookies.sent),
      device: await call.resolve(house.sessions.deviceCookie),
    }),
    landed: ({ query: { next } }) => ({ next }),
  },
  show(page) {
    const { query, say, to, form, nextPlace } = page
    if (query.oauth_error !== '') {
      return markup`${ui.notice('bad', say('p_provider_refused'))}
${ui.links([[to('sign_in', carried(page)), say('begin_again')]])}`
    }
    // A code comes where a second factor is wanted; else the session is there.
    if (query.oauth_code === '') return redirect(nextPlace, { status: 303 })
    return markup`<p>${say('provider_go_on')}</p>${form({ submit: 'go_on' })}`
  },
}
