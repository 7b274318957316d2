import type { Schema } from '../../../index.ts'

/** What browsers may fill in by themselves. */
export type Autocomplete =
  | 'off'
  | 'username'
  | 'username webauthn'
  | 'email'
  | 'name'
  | 'current-password'
  | 'new-password'
  | 'one-time-code'
  | (string & {})

/** What is said of a field. */
export interface FieldWords {
  /** A text, or its key. */
  readonly label: string
  /** Said before the field is filled in. A text, or its key. */
  readonly hint?: string
  /** Default true; what is not needed says so. */
  readonly required?: boolean
  readonly autocomplete?: Autocomplete
}

/** A field that is typed into. */
export interface TypedField extends FieldWords {
  /** In UTF-16 units. Default 1000; of `area` 10000. */
  readonly maxLength?: number
  /** What is taken of what was typed. Default the text as it is. */
  readonly schema?: Schema<unknown>
}

/** A line of text, and what keyboards and password managers make of it. */
export interface TextField extends TypedField {
  readonly kind: 'text' | 'email' | 'area'
  readonly inputMode?: 'text' | 'numeric' | 'decimal' | 'tel' | 'url' | 'email' | 'search'
}

/** What is typed and never shown again: a password, a code. */
export interface SecretField extends TypedField {
  readonly kind: 'password' | 'code'
  /** Digits alone, for `code`. Default true. */
  readonly numeric?: boolean
}

/** A box to tick: `true` or `false`. */
export interface TickField extends Omit<FieldWords, 'autocomplete'> {
  readonly kind: 'tick'
}

/** One of several. */
export interface ChoiceField extends FieldWords {
  readonly kind: 'choice'
  /** Texts or keys by value. */
  readonly options: Readonly<Record<string, string>>
}

/** What the page carries along. It comes from the browser, like everything else. */
export interface HiddenField {
  readonly kind: 'hidden'
  readonly schema?: Schema<unknown>
  /** In no record and no log. Default false. */
  readonly secret?: boolean
  /** Default 1000. */
  readonly maxLength?: number
}

/** One field of a form. */
export type PageField = TextField | SecretField | TickField | ChoiceField | HiddenField

/** The fields of a form by name. */
export type PageFields = Readonly<Record<string, PageField>>

/** What a form gives for one of its fields. */
export type FieldValue<F extends PageField> = F extends { readonly kind: 'tick' }
  ? boolean
  : F extends { readonly schema: Schema<infer _, infer Output> }
    ? Output
    : string

/** What a form gives. */
export type FieldValues<F extends PageFields> = { readonly [Name in keyof F]: FieldValue<F[Name]> }

/** Errors of fields: texts or keys by name. */
export type FieldErrors = Readonly<Record<string, string>>

/** Never shown again: it would stand in the page, and in what keeps pages. */
export function isSecret(field: PageField): boolean {
  return (
    field.kind === 'password' ||
    field.kind === 'code' ||
    (field.kind === 'hidden' && field.secret === true)
  )
}

export function longestOf(field: PageField): number {
  if (field.kind === 'tick') return 10
  if (field.kind === 'choice') return 1000
  return field.maxLength ?? (field.kind === 'area' ? 10_000 : 1000)
}
