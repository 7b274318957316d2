import { type Markup, markup } from '../../../inner.ts'
import type { Words } from '../texts/catalogue.ts'
import { type FieldErrors, isSecret, longestOf, type PageField, type PageFields } from './fields.ts'

/** How a form is shown. */
export interface FormLook {
  /** On its button: a text, or its key. */
  readonly submit: string
  /** Default `main`. `bad` for what cannot be taken back. */
  readonly look?: 'main' | 'plain' | 'bad'
  /** What its fields hold at first, by name. Never of secrets. */
  readonly values?: Readonly<Record<string, string | boolean>>
  /** What is read out for the button, where several say the same: `Remove the key of the office`. */
  readonly label?: string
  /** Tells forms apart that a page has several times, such as one for each row: an id of the row. */
  readonly key?: string
  /** A button in a row of others. Default false. */
  readonly row?: boolean
  /** Between its fields and its button. */
  readonly content?: Markup
  /** Name of the field that the cursor is in at first. */
  readonly autofocus?: string
}

/** What {@link formView} makes a form of. */
export interface FormContent {
  readonly action: string
  /** Unique on the page. */
  readonly id: string
  readonly fields: PageFields
  readonly look: FormLook
  readonly token: string
  /** Fields that nobody sees: of a list each of its own. */
  readonly carried: readonly (readonly [name: string, value: string])[]
  /** What is in the fields. */
  readonly values: Readonly<Record<string, string | boolean>>
  readonly errors: FieldErrors
  readonly words: Words
}

/** Names of fields that every form has. */
export const TOKEN_FIELD = 'form_token'
export const KEY_FIELD = 'form_key'

/** Native checks are off: they speak the browser's language, and say nothing to some screen readers. */
export function formView(content: FormContent): Markup {
  const { action, id, look, token, carried, words } = content
  const { submit, label, row = false } = look
  const kind = look.look ?? 'main'
  return markup`<form method="post" action="${action}" id="${id}" novalidate${row && markup` class="row"`}>
${hidden(TOKEN_FIELD, token)}${look.key !== undefined && hidden(KEY_FIELD, look.key)}${carried.map(([name, value]) => hidden(name, value))}
${Object.entries(content.fields).map(([name, field]) => fieldView(name, field, content))}${look.content ?? null}
<button${kind !== 'main' && markup` class="${kind}"`}${label !== undefined && markup` aria-label="${words.plain(label)}"`}>${words.plain(submit)}</button>
</form>
`
}

function hidden(name: string, value: string): Markup {
  return markup`<input type="hidden" name="${name}" value="${value}">`
}

function fieldView(name: string, field: PageField, content: FormContent): Markup | null {
  const { id: form, look, words } = content
  const value = content.values[name]
  if (field.kind === 'hidden') return hidden(name, String(value ?? ''))
  const id = `${form}-${name}`
  const error = content.errors[name]
  const { hint } = field
  const said = [error !== undefined && `${id}-error`, hint !== undefined && `${id}-hint`].filter(
    (part) => part !== false,
  )
  const firstWrong = Object.keys(content.errors)[0]
  const about = markup`${said.length > 0 && markup` aria-describedby="${said.join(' ')}"`}${error !== undefined && markup` aria-invalid="true"`}${(firstWrong ?? look.autofocus) === name && markup` autofocus`}`
  const messages = markup`${hint !== undefined && markup`<span class="hint" id="${id}-hint">${words.plain(hint)}</span>`}${error !== undefined && markup`<span class="error" id="${id}-error">${words.plain(error, { most: longestOf(field) })}</span>`}`
  if (field.kind === 'tick') {
    const ticked = value === true || (typeof value === 'string' && value !== '')
    return markup`<div class="field">${messages}<div class="tick"><input type="checkbox" id="${id}" name="${name}" value="yes"${ticked && markup` checked`}${field.required === true && markup` aria-required="true"`}${about}><label for="${id}">${words.plain(field.label)}</label></div></div>
`
  }
  const isNeeded = field.required !== false
  const label = markup`<label for="${id}">${words.plain(field.label)}${!isNeeded && markup` <span class="soft">${words.plain('form.optional')}</span>`}</label>`
  const common = markup` id="${id}" name="${name}"${isNeeded && markup` aria-required="true"`}${about}`
  return markup`<div class="field${field.kind === 'code' ? ' code' : ''}">${label}${messages}${controlOf(field, common, isSecret(field) ? '' : String(value ?? ''), words)}</div>
`
}

function controlOf(
  field: Exclude<PageField, { kind: 'tick' | 'hidden' }>,
  common: Markup,
  value: string,
  words: Words,
): Markup {
  const complete = autocompleteOf(field)
  const filled = complete === null ? null : markup` autocomplete="${complete}"`
  if (field.kind === 'choice') {
    return markup`<select${common}${filled}>${Object.entries(field.options).map(([option, text]) => markup`<option value="${option}"${option === value && markup` selected`}>${words.plain(text)}</option>`)}</select>`
  }
  if (field.kind === 'area') {
    // A line break after the tag is dropped by browsers: one of the text must not be.
    return markup`<textarea${common}${filled} rows="5">
${value}</textarea>`
  }
  const mode = inputModeOf(field)
  const type = field.kind === 'password' || field.kind === 'email' ? field.kind : 'text'
  const plain = field.kind !== 'text' && markup` autocapitalize="none" spellcheck="false"`
  return markup`<input type="${type}"${common}${filled}${mode !== null && markup` inputmode="${mode}"`}${plain}${value !== '' && markup` value="${value}"`}>`
}

function autocompleteOf(field: Exclude<PageField, { kind: 'tick' | 'hidden' }>): string | null {
  if (field.autocomplete !== undefined) return field.autocomplete
  if (field.kind === 'email') return 'email'
  if (field.kind === 'password') return 'current-password'
  return field.kind === 'code' ? 'one-time-code' : null
}

function inputModeOf(field: PageField): string | null {
  if (field.kind === 'code') return field.numeric === false ? null : 'numeric'
  return field.kind === 'text' || field.kind === 'area' ? (field.inputMode ?? null) : null
}
