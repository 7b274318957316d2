import { field, type MarkedParam, path, type Schema } from '../../../index.ts'
import { flagField, formField, textField } from '../fields.ts'
import {
  type NewCredential,
  newCredential,
  type SignedCredential,
  signedCredential,
} from './credential-field.ts'

/** Longer than any token of ours. */
const LONGEST_TOKEN = 256
const LONGEST_NAME = 64
const LONGEST_ID = 64

/** What the steps of passkeys take. What a device signed is a secret until it is used up. */
interface PasskeyParams {
  readonly step: MarkedParam<'field', string, string>
  readonly preToken: MarkedParam<'field', string, string>
  readonly made: MarkedParam<'field', NewCredential, NewCredential>
  readonly signed: MarkedParam<'field', SignedCredential, SignedCredential>
  readonly trust: Schema<boolean | undefined>
  readonly name: Schema<string | undefined>
  readonly newName: Schema<string>
  readonly passkeyId: MarkedParam<'path', string, string>
}

export const passkeyParams: PasskeyParams = {
  step: field(textField(LONGEST_TOKEN), { sensitive: true }),
  preToken: field(textField(LONGEST_TOKEN), { sensitive: true }),
  made: field(newCredential, { sensitive: true }),
  signed: field(signedCredential, { sensitive: true }),
  trust: formField(flagField()),
  name: formField(textField(LONGEST_NAME)),
  newName: textField(LONGEST_NAME),
  passkeyId: path(textField(LONGEST_ID)),
}

/** As its owner calls it: spaces at its ends, and what is not to be seen at all, are no name. */
export function readName(text: string | undefined): string | null {
  const name = (text ?? '').replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '').trim()
  return name === '' ? null : name
}
