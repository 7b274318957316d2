import type { Awaitable, Params, Reply } from '../../index.ts'
import type { Markup } from '../../inner.ts'
import type { SpentTokens } from '../../stores.ts'
import type { PageFields } from './forms/fields.ts'
import type { FormTokens } from './forms/form-token.ts'
import type { SentForms } from './forms/sent-forms.ts'
import type { ThemeLook } from './look/theme.ts'
import type { PageCookies } from './page-cookies.ts'
import type { FormProblems, Page, PageContent, PageForm, PageView } from './page-types.ts'
import type { PagesValues } from './pages-options.ts'
import type { Catalogue } from './texts/catalogue.ts'

/** What all pages of an app share. */
export interface PageHouse {
  readonly values: PagesValues
  readonly catalogue: Catalogue
  /** Paths that problems lead to, by code: those of parts, below those of the options. */
  readonly leads: ReadonlyMap<string, string>
  readonly theme: ThemeLook
  readonly tokens: FormTokens
  readonly cookies: PageCookies
  readonly sent: SentForms
  /** Forms that are taken once. */
  readonly spent: SpentTokens
  /** Sources of the inline style and script. */
  readonly sources: { readonly style: string; readonly script: string }
  /** Of every page. */
  readonly headers: Readonly<Record<string, string>>
  /** Name of the app; empty until it starts. */
  appName(): string
}

/** A page as it was declared, types forgotten. */
export interface KnownPage extends Page {
  readonly title: string
  readonly params: Params
  readonly show: (view: PageView) => Awaitable<Markup | PageContent | Reply>
  /** Its own form. */
  readonly form: KnownForm | null
}

/** A form as it was declared. */
export interface KnownForm extends PageForm {
  readonly fields: PageFields
  readonly problems: FormProblems
  /** Names of what the page knows from its address, which is sent along. */
  readonly carried: readonly string[]
}

/** A form that was sent and not taken, to be shown once more. */
export interface FailedForm {
  readonly form: KnownForm
  readonly key: string | undefined
  readonly values: Readonly<Record<string, string>>
  readonly errors: Readonly<Record<string, string>>
}
