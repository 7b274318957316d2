import { field, type MarkedParam } from '../../../index.ts'
import { flagField, formField, optionalField, textField } from '../fields.ts'

/** In UTF-16 units: more than any code with its spaces, and less than costs anything. */
const LONGEST_CODE = 64
const LONGEST_TOKEN = 256

/** What steps of second factors take; all of it is `sensitive`, so that no log, no audit entry and no argument shows it. */
interface CodeParams {
  readonly code: MarkedParam<'field', string, string>
  readonly optionalCode: MarkedParam<'field', string | undefined, string | undefined>
  readonly preToken: MarkedParam<'field', string, string>
  readonly flag: ReturnType<typeof optionalField<boolean>>
}

export const CODE_PARAMS: CodeParams = {
  code: field(textField(LONGEST_CODE), { sensitive: true }),
  optionalCode: field(formField(textField(LONGEST_CODE)), { sensitive: true, optional: true }),
  preToken: field(textField(LONGEST_TOKEN), { sensitive: true }),
  flag: optionalField(flagField()),
}
