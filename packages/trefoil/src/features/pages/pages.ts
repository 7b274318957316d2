import {
  ImproperlyConfigured,
  type NoParams,
  type Params,
  type ProblemPage,
  type Reply,
  type Routes,
  redirect,
} from '../../index.ts'
import { holdRingTo, readKeyRing, ringOfVariables, risksOfSecrets } from '../../inner.ts'
import {
  checkOptionNames,
  definePart,
  type OptionNames,
  type Part,
  processEnvironment,
  readOptions,
} from '../../parts.ts'
import { memorySpentTokens } from '../../stores.ts'
import type { PageFields } from './forms/fields.ts'
import { FormTokens } from './forms/form-token.ts'
import { SentForms } from './forms/sent-forms.ts'
import { hashSource, pageCsp, pageHeaders } from './look/page-headers.ts'
import { SCRIPT } from './look/script.ts'
import { styleOf } from './look/shell.ts'
import { readTheme } from './look/theme.ts'
import { PageCookies, type PageNoticeKind } from './page-cookies.ts'
import type { PageHouse } from './page-house.ts'
import { addForm, addPage } from './page-route.ts'
import type { FormOptions, Page, PageForm, PageOptions } from './page-types.ts'
import { PAGES, type PagesOptions } from './pages-options.ts'
import { problemPage } from './problem-view.ts'
import { Catalogue } from './texts/catalogue.ts'
import type { TextsByLanguage } from './texts/texts.ts'

/** No fields. */
// biome-ignore lint/complexity/noBannedTypes: the empty object is the neutral element here
export type NoFields = {}

/** Where the browser is sent after a form, and what is said there. */
export interface GoOptions {
  /** A text of the catalogue by its key. Default nothing. */
  readonly notice?: string
  /** Default `good`. */
  readonly kind?: PageNoticeKind
}

/** The part of {@link pages}, and what pages are made with. */
export interface Pages extends Part {
  /**
   * Adds a page: a route like any other. With `send` it is a form, and there is a second route at the same path that
   * the form is sent to.
   *
   * @throws ImproperlyConfigured naming the page and what to change
   */
  page<
    const Path extends string,
    const P extends Params = NoParams,
    const F extends PageFields = NoFields,
  >(routes: Routes, path: Path, options: PageOptions<Path, P, F>): Page
  /**
   * Adds another form of a page, with a path of its own.
   *
   * @throws ImproperlyConfigured naming the form and what to change
   */
  form<
    const Path extends string,
    const P extends Params = NoParams,
    const F extends PageFields = NoFields,
  >(routes: Routes, path: Path, options: FormOptions<Path, P, F>): PageForm
  /**
   * Sends the browser on after a form (303), so that loading anew sends nothing twice.
   *
   * @throws Problem 400 for a place that is not on this site
   */
  go(place: string, options?: GoOptions): Reply<null>
  /** Adds texts of a part: below those of the app, which may have other words for them. */
  addTexts(texts: TextsByLanguage): void
  /** Shows refusals of other routes as pages, as those of pages are: an option of a route, or of a group. */
  readonly problemPage: ProblemPage
  /** Where problems of a part lead, by code: a path, below what the options say. `AUTHENTICATION_ERROR` leads to the login. */
  addLeads(paths: Readonly<Record<string, string>>): void
}

const GO_NAMES: OptionNames<GoOptions> = { notice: true, kind: true }
const LEAST_BYTES = 32

/**
 * Pages for people, rendered here: forms that cannot be forged, errors at their fields, no script needed.
 *
 * @throws ImproperlyConfigured naming the option that is wrong, and for a colour that cannot be read
 */
export function pages(options: PagesOptions = {}): Pages {
  const env = processEnvironment()
  const values = readOptions(PAGES, options, { env })
  const { languages, texts, secure, clock } = values
  if (languages.length === 0) {
    throw new ImproperlyConfigured('pages(): languages must name at least one, such as en')
  }
  const ring =
    values.keys === null
      ? ringOfVariables(env, 'pages() needs keys: give keys')
      : readKeyRing('pages(): keys', values.keys)
  holdRingTo(ring, ({ length }) => {
    if (length >= LEAST_BYTES) return
    throw new ImproperlyConfigured(
      `pages(): keys must be at least ${LEAST_BYTES} bytes, got ${length}; make one with: openssl rand -base64 48`,
    )
  })
  const theme = readTheme(values.theme)
  const tokens = new FormTokens(ring, clock, values.formLifetime)
  const now = () => clock.now()
  const cookies = new PageCookies(secure, tokens, now)
  const sources = { style: hashSource(styleOf(theme)), script: hashSource(SCRIPT) }
  const policy = pageCsp(sources.style, sources.script, { nonce: null, formTargets: [] })
  const catalogue = new Catalogue(languages, texts)
  const leads = new Map<string, string>()
  let appName = ''
  const house: PageHouse = Object.freeze({
    values,
    catalogue,
    leads,
    theme,
    tokens,
    cookies,
    sent: new SentForms(now),
    spent: values.spent ?? memorySpentTokens(),
    sources,
    headers: pageHeaders(policy),
    appName: () => appName,
  })
  return definePart(
    {
      name: 'pages',
      options: PAGES,
      risks: () => risksOfSecrets('keys of pages()', [ring.current, ...ring.previous]),
      start: (app) => {
        appName = app.name
        catalogue.check()
      },
    },
    {
      page: (routes: Routes, path: string, given: unknown) =>
        // The types of its fields are worked out by the compiler alone.
        addPage(house, routes, path, given as Parameters<typeof addPage>[3]),
      form: (routes: Routes, path: string, given: unknown) =>
        addForm(house, routes, path, given as Parameters<typeof addForm>[3]),
      go: (place: string, given: GoOptions = {}) => {
        checkOptionNames('go()', given, GO_NAMES)
        const { notice, kind = 'good' } = given
        if (notice === undefined) return redirect(place, { status: 303 })
        catalogue.checkKey('go()', notice)
        return redirect(place, { status: 303, cookies: cookies.setFlash({ kind, text: notice }) })
      },
      addTexts: (added: TextsByLanguage) => catalogue.add(added),
      problemPage: problemPage(house),
      addLeads: (paths: Readonly<Record<string, string>>) => {
        for (const [code, path] of Object.entries(paths)) leads.set(code, path)
      },
    },
  )
}
