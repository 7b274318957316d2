import type { SecretField } from '../../../../pages.ts'

/** Asked for once: whoever mistypes it has the mailbox, and a second field is one more to mistype (NIST SP 800-63B §3.1.1). */
export const NEW_PASSWORD: SecretField = {
  kind: 'password',
  label: 'accounts.new_password',
  hint: 'accounts.new_password_hint',
  autocomplete: 'new-password',
  // Of what is longer the policy says so, in its own words.
  maxLength: 4096,
}
