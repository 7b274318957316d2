import type { Awaitable, Call, Reply } from '../../../index.ts'
import type { Markup } from '../../../inner.ts'
import type { FormLook, PageContent, PageFields, PageView } from '../../../pages.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { SignedIn } from '../flows/signed-in.ts'
import type { Travel, TravelKind } from './step-cookie.ts'
import type { PageTextName } from './texts/en.ts'

/** Who is shown a page, or may send its form. */
export type PageAudience =
  /** Whoever comes. */
  | 'anybody'
  /** Whoever is signed in by a login session of ours; others are sent to the login. */
  | 'member'

/** What of its address a page reads, and its form carries along. */
export type PageQuery = 'next' | 'token' | 'oauth_code' | 'oauth_error'

/** What a page is made with. */
export interface PageContext {
  readonly house: AccountsHouse
  readonly view: PageView
  readonly call: Call
  /** Of its address; empty for what is not there. */
  readonly query: Readonly<Record<PageQuery, string>>
  /** Where somebody goes on to who signs in here: what was wanted before, if it is on this site. */
  readonly next: string
  /** The same, below the path that the app is mounted at, as a redirect takes it. */
  readonly nextPlace: string
  /** Path of the script of passkeys. */
  readonly script: string
  /** A text of ours, as plain text. */
  say(name: PageTextName, values?: Readonly<Record<string, string | number>>): string
  /** The same as HTML, with what comes from others apart. */
  text(name: PageTextName, values?: Readonly<Record<string, string | number>>): Markup
  /** The address of a page of ours, by its name. */
  to(page: string, query?: Readonly<Record<string, string>>): string
  /** The same, below the path that the app is mounted at, as `next` takes it. */
  place(page: string, query?: Readonly<Record<string, string>>): string
  /** True where the options of `accounts()` have this page. */
  has(page: string): boolean
  /** The page's own form, or another one that is sent from it, by its name. */
  form(look: OwnLook, name?: string): Markup
  /** What a page before has put into the cookie of the way; `null` for nothing, or something else. */
  travelling(kind: TravelKind): Promise<string | null>
  /** @throws AuthenticationError for whoever is not signed in by a login session of ours */
  member(): Promise<SignedIn>
}

/** A {@link FormLook} in our texts. */
export interface OwnLook extends Omit<FormLook, 'submit'> {
  readonly submit: PageTextName
}

/** Where somebody is taken when a form was right. */
export type Landing =
  /** To a page, by its name; `notice` is shown there once. */
  | {
      readonly page: string
      readonly query?: Readonly<Record<string, string>>
      readonly notice?: PageTextName
      readonly travels?: Travel
    }
  /** On with what was wanted before the login. */
  | { readonly next: string }
  /** What is shown once and never again: it cannot be at an address. */
  | { readonly title: PageTextName; readonly body: Markup }

/** What the fields of a form hold. */
export type Filled = Readonly<Record<string, string | boolean>>

/** What a form does: it takes one step of the flow graph, and nothing else. */
export interface FormPart {
  /** Name of the step. */
  readonly step: string
  /** What is typed; each has the name of a param of the step. */
  readonly fields?: PageFields | ((house: AccountsHouse) => PageFields)
  /** More for the step than what is typed. */
  readonly adds?: (page: PageContext) => Awaitable<Readonly<Record<string, unknown>>>
  landed(page: PageContext, answer: Reply<unknown>, filled: Filled): Awaitable<Landing>
}

/** A page that is opened: `GET`, and nothing happens by it (a scanner of mails opens it as well). */
export interface PageRow {
  readonly name: string
  /** Below the path of the pages. */
  readonly path: string
  readonly title: PageTextName
  readonly audience: PageAudience
  readonly query?: readonly PageQuery[]
  /** Steps of the flow graph without which there is no such page. */
  readonly steps: readonly string[]
  /** Sent to the same address. */
  readonly form?: FormPart
  show(page: PageContext): Awaitable<Markup | PageContent | Reply>
}

/** A further form of a page. */
export interface FormRow extends FormPart {
  readonly name: string
  readonly path: string
  /** Name of the page that it stands on, and that is shown again when it is refused. */
  readonly of: string
}
