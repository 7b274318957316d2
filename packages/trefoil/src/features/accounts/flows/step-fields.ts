import { field, type MarkedParam, type Schema } from '../../../index.ts'
import { optionalField, textField, wordField } from '../fields.ts'
import type { SessionMode } from '../sessions/login-sessions.ts'

/** Longer than any address: what is none is told apart from what is too long by one answer. */
const LONGEST_ADDRESS = 512
/** More than a hash takes in: the gate refuses what is too long. */
const LONGEST_PASSWORD = 4096
/** Of links: a UUID, a dot and 43 characters. */
const LONGEST_TOKEN = 256

/** Fields that several steps take. Nothing says whose account is meant: the session does, or the proof. */
export const ADDRESS: Schema<string> = textField(LONGEST_ADDRESS)
export const TOKEN: MarkedParam<'field', string> = field(textField(LONGEST_TOKEN), {
  sensitive: true,
})
export const PASSWORD: MarkedParam<'field', string> = field(textField(LONGEST_PASSWORD), {
  sensitive: true,
})
export const OPTIONAL_PASSWORD: MarkedParam<'field', string | undefined> = field(
  optionalField(textField(LONGEST_PASSWORD)),
  {
    sensitive: true,
    optional: true,
  },
)
export const MODE: MarkedParam<'field', SessionMode | undefined> = field(
  optionalField(wordField(['bearer', 'cookie'])),
  { optional: true },
)

/** What forms of pages and programs alike can send; a login that another site starts is refused. */
export const BY_FORM: { readonly forms: true; readonly csrf: 'always' } = {
  forms: true,
  csrf: 'always',
}
