export type { Account } from './features/accounts/account.ts'
export type { Accounts } from './features/accounts/accounts.ts'
export { accounts } from './features/accounts/accounts.ts'
export type { AccountsOptions, PasswordClient } from './features/accounts/accounts-options.ts'
export type { AccountsProblem } from './features/accounts/accounts-problems.ts'
export { accountsProblems } from './features/accounts/accounts-problems.ts'
export type {
  MailKind,
  NoticeKind,
  ProvingPurpose,
} from './features/accounts/challenge.ts'
export type { AttemptKey, LoginAttempt } from './features/accounts/lockout/by-hand.ts'
export {
  accountLocked,
  getLockoutStatus,
  hashAddress,
  recordAttempt,
} from './features/accounts/lockout/by-hand.ts'
export type { AttemptData } from './features/accounts/lockout/login-attempts.ts'
export { lockoutTables } from './features/accounts/lockout/login-attempts.ts'
export type { ConsoleMailerOptions } from './features/accounts/mail/console-mailer.ts'
export { consoleMailer } from './features/accounts/mail/console-mailer.ts'
export type { MailOptions } from './features/accounts/mail/mail-options.ts'
export type { Mailer, MailMessage } from './features/accounts/mail/mailer.ts'
export { SmtpFailed, smtpMailer } from './features/accounts/mail/smtp-mailer.ts'
export type { SmtpOptions } from './features/accounts/mail/smtp-options.ts'
export type {
  MailText,
  MailTextOptions,
  WrittenMail,
} from './features/accounts/mail/texts/mail-text.ts'
export type { LoginMethod, SecondFactor } from './features/accounts/mfa/factor.ts'
export { requireFreshAuth } from './features/accounts/mfa/fresh-auth.ts'
export type { EmailOtpOptions, MfaOptions } from './features/accounts/mfa/mfa-options.ts'
export type { MfaPolicy, MfaRequirement } from './features/accounts/mfa/mfa-policy.ts'
export type { AccountPagesOptions } from './features/accounts/pages/account-pages-options.ts'
export type {
  ExpectedEvidence,
  PasskeyEvidence,
} from './features/accounts/passkeys/passkey-evidence.ts'
export { verifyPasskeyEvidence } from './features/accounts/passkeys/passkey-evidence.ts'
export type { PasskeyOptions } from './features/accounts/passkeys/passkey-options.ts'
export type { PasswordHashingOptions } from './features/accounts/passwords/hashing-options.ts'
export type { LoginProvider } from './features/accounts/providers/oidc-provider.ts'
export { oidcProvider } from './features/accounts/providers/oidc-provider.ts'
export type {
  OAuthOptions,
  OidcProviderOptions,
} from './features/accounts/providers/provider-options.ts'
export type { AccountRateOptions } from './features/accounts/rate-options.ts'
export type { LoginCookieOptions } from './features/accounts/sessions/cookie-options.ts'
export type { LockoutStatus } from './identity/lockout/lockout.ts'
export { computeLockout } from './identity/lockout/lockout.ts'
export type { LockoutConfig } from './identity/lockout/lockout-options.ts'
export { DEFAULT_LOCKOUT } from './identity/lockout/lockout-options.ts'
export type {
  BreachLookup,
  BreachResult,
  BreachStatus,
} from './identity/password/breach/breach-checker.ts'
export { BreachChecker } from './identity/password/breach/breach-checker.ts'
export type {
  BreachCheckerOptions,
  UnknownBreach,
} from './identity/password/breach/breach-options.ts'
export type { PasswordFlow } from './identity/password/password-flow.ts'
export type { PasswordJudgement, PasswordReason } from './identity/password/password-policy.ts'
export { PasswordPolicy } from './identity/password/password-policy.ts'
export type { PasswordPolicyOptions } from './identity/password/policy-options.ts'
