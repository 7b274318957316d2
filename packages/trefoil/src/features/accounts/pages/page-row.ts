import type { Call, Reply } from '../../../index.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { SignedIn } from '../flows/signed-in.ts'
import type { FlowActions } from './flow-actions.ts'
import type { PageFailure } from './page-failure.ts'
import type { PageView } from './page-view.ts'
import type { Travel, TravelKind } from './step-cookie.ts'
import type { PageTextName } from './texts/en.ts'
import type { Words } from './words.ts'

/** Who is shown a page, or may send its form. */
export type PageAudience =
  /** Whoever comes. */
  | 'anybody'
  /** Whoever is signed in by a login session of ours; others are sent to the login. */
  | 'member'

/** What a page is made with. */
export interface PageContext {
  readonly house: AccountsHouse
  readonly flows: FlowActions
  readonly words: Words
  readonly call: Call
  /** The address of a page, by its name. */
  to(page: string, query?: Readonly<Record<string, string>>): string
  /** True where the options of `accounts()` have this page. */
  has(page: string): boolean
  /** What a page before has put into the cookie of the way; `null` for nothing, or something else. */
  travelling(kind: TravelKind): string | null
  /** @throws AuthenticationError for whoever is not signed in by a login session of ours */
  member(): Promise<SignedIn>
}

/** What came with the request that shows a page. */
export interface GivenPage {
  /** Of the query, and of the form that is shown again; no secrets but the token of a link. */
  readonly values: Readonly<Record<string, string>>
  /** What its form was refused for; `null` for a page that is opened. */
  readonly failure: PageFailure | null
}

/** A page that is opened: `GET`, and nothing happens by it (a scanner of mails opens it as well). */
export interface PageRow {
  /** Its action is `show_…`. */
  readonly name: string
  /** Below the path of the pages. */
  readonly path: string
  readonly audience: PageAudience
  /** What of its address is read. */
  readonly query?: readonly ('next' | 'token')[]
  /** Steps of the flow graph without which there is no such page. */
  readonly steps: readonly string[]
  show(page: PageContext, given: GivenPage): PageView | Promise<PageView>
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
  | { readonly next: string | undefined }
  /** What is shown once and never again: it cannot be at an address. */
  | { readonly view: PageView }

/** A form: `POST`, takes one step of the flow graph and nothing else. */
export interface FormRow {
  /** Its action is `submit_…`. */
  readonly name: string
  readonly path: string
  readonly audience: PageAudience
  /** Name of the step. */
  readonly step: string
  /** Params of the step that the form fills, by their names. */
  readonly fields: readonly string[]
  /** More that the form carries for the page, and the step never sees. */
  readonly carries?: readonly string[]
  /** Name of the page that is shown again when it is refused. */
  readonly page: string
  /** More for the step than what was typed. */
  readonly adds?: (page: PageContext, given: GivenPage) => Readonly<Record<string, unknown>>
  landed(page: PageContext, given: GivenPage, answer: Reply<unknown>): Landing
}
