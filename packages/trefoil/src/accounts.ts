export type { Account } from './features/accounts/account.ts'
export type { Accounts } from './features/accounts/accounts.ts'
export { accounts } from './features/accounts/accounts.ts'
export type { AccountsOptions, PasswordClient } from './features/accounts/accounts-options.ts'
export type { AccountsProblem } from './features/accounts/accounts-problems.ts'
export { accountsProblems } from './features/accounts/accounts-problems.ts'
export type { AttemptKey, LoginAttempt } from './features/accounts/lockout/by-hand.ts'
export {
  accountLocked,
  getLockoutStatus,
  hashAddress,
  recordAttempt,
} from './features/accounts/lockout/by-hand.ts'
export type { AttemptData } from './features/accounts/lockout/login-attempts.ts'
export { lockoutTables } from './features/accounts/lockout/login-attempts.ts'
export type { Mailer, MailMessage } from './features/accounts/mail/mailer.ts'
export type { LoginCookieOptions } from './features/accounts/sessions/cookie-options.ts'
export type { LockoutStatus } from './identity/lockout/lockout.ts'
export { computeLockout } from './identity/lockout/lockout.ts'
export type { LockoutConfig } from './identity/lockout/lockout-options.ts'
export { DEFAULT_LOCKOUT } from './identity/lockout/lockout-options.ts'
