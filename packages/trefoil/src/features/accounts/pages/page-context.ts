import { ImproperlyConfigured } from '../../../index.ts'
import { nextPlace, type Page, type PageForm, type Pages, type PageView } from '../../../pages.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { signedIn } from '../flows/signed-in.ts'
import type { FlowActions } from './flow-actions.ts'
import type { PageContext, PageQuery, PageRow } from './page-row.ts'
import type { StepCookie } from './step-cookie.ts'

/** What all pages of accounts share. */
export interface PageSite {
  readonly house: AccountsHouse
  readonly site: Pages
  readonly flows: FlowActions
  readonly way: StepCookie
  readonly home: string
  readonly pages: ReadonlyMap<string, Page>
  readonly forms: ReadonlyMap<string, PageForm>
}

/** What one page is made with. */
export function makeContext(known: PageSite, view: PageView, { name: own }: PageRow): PageContext {
  const { house, way, pages, forms } = known
  const { call, args } = view
  const textOf = (name: PageQuery) => {
    const text = args[name]
    return typeof text === 'string' ? text : ''
  }
  return {
    house,
    view,
    call,
    next: view.href(nextPlace(textOf('next')) ?? known.home),
    nextPlace: nextPlace(textOf('next')) ?? known.home,
    script: `${house.values.prefix}/passkeys/script.js`,
    query: {
      next: textOf('next'),
      token: textOf('token'),
      oauth_code: textOf('oauth_code'),
      oauth_error: textOf('oauth_error'),
    },
    say: (name, values) => view.t(`accounts.${name}`, values),
    text: (name, values) => view.text(`accounts.${name}`, values),
    to: (name, query) => view.href(addressOf(known, name, query)),
    place: (name, query) => addressOf(known, name, query),
    has: (name) => pages.has(name),
    form({ submit, ...look }, name) {
      const shown = { ...look, submit: `accounts.${submit}` }
      if (name === undefined) return view.form(shown)
      const form = forms.get(name)
      if (form === undefined) throw missing(`${own} has no form ${name}`)
      return view.formOf(form, shown)
    },
    async travelling(kind) {
      const sent = await call.resolve(way.sent)
      return sent?.kind === kind ? sent.value : null
    },
    member: () => signedIn(house, call),
  }
}

/** Below the path that the app is mounted at, if any. */
export function addressOf(
  { pages }: Pick<PageSite, 'pages'>,
  name: string,
  query: Readonly<Record<string, string>> = {},
): string {
  const page = pages.get(name)
  if (page === undefined) throw missing(`there is no ${name}`)
  const search = new URLSearchParams(query).toString()
  return search === '' ? page.url() : `${page.url()}?${search}`
}

function missing(what: string): Error {
  return new ImproperlyConfigured(`accounts(): pages: ${what}`)
}
