import type { AccountsHouse } from '../../accounts-house.ts'
import type { FieldView } from '../page-view.ts'
import type { Words } from '../words.ts'

/** Asked for once: whoever mistypes it has the mailbox, and a second field is one more to mistype (NIST SP 800-63B §3.1.1). */
export function newPasswordField(
  { values }: AccountsHouse,
  words: Words,
  label: 'password' | 'new_password',
): FieldView {
  return {
    name: 'password',
    label: words.say(label),
    kind: 'password',
    autocomplete: 'new-password',
    hint: words.say('new_password_hint', { least: values.passwordPolicy.minLength }),
  }
}
