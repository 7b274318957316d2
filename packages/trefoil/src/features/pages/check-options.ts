import { ImproperlyConfigured, type Params } from '../../index.ts'
import { checkOptionNames, type OptionNames } from '../../parts.ts'
import { checkFieldKinds } from './check-kinds.ts'
import type {
  ChoiceField,
  HiddenField,
  PageField,
  PageFields,
  SecretField,
  TextField,
  TickField,
} from './forms/fields.ts'
import type { FormLook } from './forms/form-view.ts'
import type {
  FormOptions,
  PageContent,
  PageOptions,
  PageRouteOptions,
  SendOptions,
} from './page-types.ts'

type Names<Field> = OptionNames<Omit<Field, never>>

const ROUTE: OptionNames<PageRouteOptions> = {
  name: true,
  public: true,
  guards: true,
  roles: true,
  tags: true,
  metadata: true,
  rate: true,
  timeout: true,
  concurrency: true,
  middleware: true,
}
const SEND: OptionNames<SendOptions<string, Params, PageFields>> = {
  fields: true,
  send: true,
  problems: true,
  once: true,
  sendRate: true,
  changes: true,
  external: true,
  audit: true,
}

/** Every option of a page. */
export const PAGE_NAMES: OptionNames<PageOptions<string, Params, PageFields>> = {
  ...ROUTE,
  ...SEND,
  title: true,
  params: true,
  show: true,
}

/** Every option of another form of a page. */
export const FORM_NAMES: OptionNames<FormOptions<string, Params, PageFields>> = {
  ...ROUTE,
  ...SEND,
  of: true,
  params: true,
}

/** Every option of `view.form()`. */
export const LOOK_NAMES: OptionNames<FormLook> = {
  submit: true,
  look: true,
  values: true,
  label: true,
  key: true,
  row: true,
  content: true,
  autofocus: true,
}

/** Every member of what a page gives. */
export const CONTENT_NAMES: OptionNames<PageContent> = {
  body: true,
  title: true,
  wide: true,
  status: true,
  headers: true,
  cookies: true,
  scripts: true,
  formTargets: true,
}

const WORDS = { kind: true, label: true, hint: true, required: true } as const
const TYPED = { ...WORDS, autocomplete: true, maxLength: true, schema: true } as const
const TEXT: Names<TextField> = { ...TYPED, inputMode: true }
const SECRET: Names<SecretField> = { ...TYPED, numeric: true }
const TICK: Names<TickField> = WORDS
const CHOICE: Names<ChoiceField> = { ...WORDS, autocomplete: true, options: true }
const HIDDEN: Names<HiddenField> = { kind: true, schema: true, secret: true, maxLength: true }

const KINDS: Readonly<Record<PageField['kind'], Readonly<Record<string, true>>>> = {
  text: TEXT,
  email: TEXT,
  area: TEXT,
  password: SECRET,
  code: SECRET,
  tick: TICK,
  choice: CHOICE,
  hidden: HIDDEN,
}

const ANY_KIND = { ...TEXT, ...SECRET, ...TICK, ...CHOICE, ...HIDDEN }

/** @throws ImproperlyConfigured for a kind that there is not, an option that nobody reads, and a field without words */
export function checkFields(where: string, fields: unknown): void {
  if (fields === undefined) return
  if (typeof fields !== 'object' || fields === null || Array.isArray(fields)) {
    throw new ImproperlyConfigured(`${where}: fields must be an object of fields by name`)
  }
  for (const [name, field] of Object.entries(fields as Readonly<Record<string, unknown>>)) {
    // First of all: of what is no object, or a proxy that throws, nothing can be asked.
    checkOptionNames(`${where}: field '${name}'`, field as object, ANY_KIND)
    const { kind, label, maxLength, options } = field as Readonly<Record<string, unknown>>
    if (typeof kind !== 'string' || !Object.hasOwn(KINDS, kind)) {
      throw new ImproperlyConfigured(
        `${where}: field '${name}': kind must be one of ${Object.keys(KINDS).join(', ')}`,
      )
    }
    // Known by the line above.
    checkOptionNames(`${where}: field '${name}'`, field as object, KINDS[kind as PageField['kind']])
    checkFieldKinds(`${where}: field '${name}'`, field as object)
    if (kind !== 'hidden' && (typeof label !== 'string' || label === '')) {
      throw new ImproperlyConfigured(`${where}: field '${name}' needs a label`)
    }
    const isLength = typeof maxLength === 'number' && Number.isInteger(maxLength) && maxLength > 0
    if (maxLength !== undefined && !isLength) {
      throw new ImproperlyConfigured(`${where}: field '${name}': maxLength must be a whole number`)
    }
    if (kind === 'choice' && Object.keys(Object(options)).length === 0) {
      throw new ImproperlyConfigured(`${where}: field '${name}' needs options by value`)
    }
  }
}
