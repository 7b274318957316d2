/** Where a password is set: what happens when nobody could be asked about it may differ. */
export type PasswordFlow = 'register' | 'reset' | 'change' | 'operator'

export const PASSWORD_FLOWS: readonly PasswordFlow[] = Object.freeze([
  'register',
  'reset',
  'change',
  'operator',
])
