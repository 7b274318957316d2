import { field, type MarkedParam, type ParamOptions, type Schema } from '../../../index.ts'
import { formField, textField, wordField } from '../fields.ts'
import type { SessionMode } from '../sessions/login-sessions.ts'

/**
 * Steps for whoever is not signed in. A page of another site could send the form with its visitor's browser, and
 * sign him in as somebody else (login CSRF): refused.
 */
export const STRANGERS = { public: true, forms: true, csrf: 'always' } as const

/** The same for what a form has no field for, such as the answer of a passkey: JSON alone. */
export const JSON_STRANGERS = { public: true, csrf: 'always' } as const

/** Steps of whoever is signed in; cookies bring the check for other sites by themselves. */
export const MEMBERS = { forms: true, csrf: 'always' } as const

export const JSON_MEMBERS = { csrf: 'always' } as const

/** In UTF-16 units, more than any password that is taken: what is longer costs nobody a hash. */
const LONGEST_PASSWORD = 4096
const LONGEST_SECRET = 1024
/** Longer than any address; what it is worth is looked at where the answer does not tell. */
const LONGEST_NAME = 1024

const SECRET: ParamOptions = { sensitive: true }
const OPTIONAL_SECRET: ParamOptions = { sensitive: true, optional: true }

/** What several steps take. */
interface StepParams {
  readonly email: Schema<string>
  readonly name: Schema<string | undefined>
  readonly word: Schema<string | undefined>
  readonly password: MarkedParam<'field', string, string>
  readonly optionalPassword: MarkedParam<'field', string | undefined, string | undefined>
  /** Of a link. */
  readonly token: MarkedParam<'field', string, string>
  readonly optionalSecret: MarkedParam<'field', string | undefined, string | undefined>
  readonly mode: Schema<SessionMode | undefined>
}

export const params: StepParams = {
  email: textField(LONGEST_NAME),
  name: formField(textField(LONGEST_NAME)),
  word: formField(textField(LONGEST_NAME)),
  password: field(textField(LONGEST_PASSWORD), SECRET),
  optionalPassword: field(formField(textField(LONGEST_PASSWORD)), OPTIONAL_SECRET),
  token: field(textField(LONGEST_SECRET), SECRET),
  optionalSecret: field(formField(textField(LONGEST_SECRET)), OPTIONAL_SECRET),
  mode: formField(wordField(['bearer', 'cookie'])),
}
