import type { PageFailure } from './page-failure.ts'

/**
 * What a page shows, as data: one file makes HTML of it. So no page can forget to escape a name, to join a label to
 * its field, or to put the token into its form.
 */
export interface PageView {
  readonly title: string
  readonly parts: readonly PagePart[]
}

/** A field that somebody fills, or one that only travels. */
export interface FieldView {
  readonly name: string
  readonly label: string
  readonly kind: 'email' | 'text' | 'password' | 'code' | 'check' | 'hidden'
  /** As in HTML: `username`, `current-password`, `one-time-code`. */
  readonly autocomplete?: string
  readonly hint?: string
  /** What was typed before; never of a secret. */
  readonly value?: string
  readonly optional?: boolean
}

/** One form; `to` is its path. */
export interface FormView {
  readonly kind: 'form'
  readonly to: string
  readonly heading?: string
  readonly lead?: string
  readonly fields: readonly FieldView[]
  readonly button: string
  /** What a reader of the screen hears in the place of the button's text, where several say the same. */
  readonly buttonName?: string
  readonly look?: 'quiet' | 'danger'
}

/** A link. */
export interface LinkView {
  readonly to: string
  readonly text: string
}

/** One row of a list. */
export interface ItemView {
  readonly title: string
  readonly lines: readonly string[]
  readonly forms?: readonly FormView[]
}

/** A name and what it is. */
export interface FactView {
  readonly name: string
  readonly value: string
  readonly link?: LinkView
}

/** A piece of a page. Text is text: whatever is in it is shown as characters. */
export type PagePart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'failure'; readonly failure: PageFailure; readonly link: LinkView | null }
  | { readonly kind: 'links'; readonly links: readonly LinkView[] }
  | { readonly kind: 'section'; readonly heading: string; readonly parts: readonly PagePart[] }
  | { readonly kind: 'facts'; readonly facts: readonly FactView[] }
  | { readonly kind: 'list'; readonly items: readonly ItemView[] }
  | { readonly kind: 'codes'; readonly codes: readonly string[] }
  | { readonly kind: 'picture'; readonly svg: string; readonly label: string }
  | FormView
