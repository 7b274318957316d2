import type { StoredAccount } from '../../account.ts'
import type { FieldView } from '../page-view.ts'
import type { Words } from '../words.ts'

/** The password of whoever is signed in; whoever has none needs a fresh login, which the step asks for. */
export function presenceField(
  { password }: Pick<StoredAccount, 'password'>,
  words: Words,
): readonly FieldView[] {
  if (password === null) return []
  return [
    {
      name: 'current_password',
      label: words.say('current_password'),
      kind: 'password',
      autocomplete: 'current-password',
    },
  ]
}

/** Unseen: a password manager learns by it whose password it is. */
export function userNameField({ email, username }: Pick<StoredAccount, 'email' | 'username'>): FieldView {
  return {
    name: 'login_name',
    label: '',
    kind: 'hidden',
    autocomplete: 'username',
    value: email ?? username ?? '',
  }
}
