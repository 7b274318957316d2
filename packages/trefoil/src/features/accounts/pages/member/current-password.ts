import type { SecretField } from '../../../../pages.ts'

/** Of whoever is signed in: a session that was left open is not enough. Forms without it are for those who have none. */
export const CURRENT_PASSWORD: SecretField = {
  kind: 'password',
  label: 'accounts.current_password',
  autocomplete: 'current-password',
  maxLength: 4096,
}
