import type { AnyDatabase } from '../../database.ts'
import type { Clock } from '../../index.ts'
import type { AccountKeys } from './account-keys.ts'
import type { AccountStore } from './account-store.ts'
import type { AccountsValues } from './accounts-options.ts'
import type { ChallengeStore } from './challenge-store.ts'
import type { KnownClients } from './flows/known-clients.ts'
import type { LoginLocks } from './lockout/login-locks.ts'
import type { MailOutbox } from './mail/mail-outbox.ts'
import type { MailLinks } from './mail/texts/mail-links.ts'
import type { RecoveryStore } from './mfa/codes/recovery-store.ts'
import type { FactorStore } from './mfa/factor-store.ts'
import type { MfaGate } from './mfa/mfa-gate.ts'
import type { StepStore } from './mfa/steps/step-store.ts'
import type { TrustedDevices } from './mfa/trusted-devices.ts'
import type { Passkeys } from './passkeys/passkeys.ts'
import type { PasswordGate } from './passwords/password-gate.ts'
import type { ProviderRoom } from './providers/provider-room.ts'
import type { LoginSessions } from './sessions/login-sessions.ts'

/** All that flows work with; made once an app. */
export interface AccountsHouse {
  /** Of the app, once it starts; `null` before. */
  readonly appName: () => string | null
  readonly values: AccountsValues
  readonly data: AnyDatabase
  readonly clock: Clock
  readonly keys: AccountKeys
  readonly accounts: AccountStore
  readonly challenges: ChallengeStore
  readonly clients: KnownClients
  readonly passwords: PasswordGate
  readonly locks: LoginLocks
  readonly factors: FactorStore
  readonly recovery: RecoveryStore
  readonly steps: StepStore
  readonly trusted: TrustedDevices
  readonly mfa: MfaGate
  /** `null` where the option is not given. */
  readonly passkeys: Passkeys | null
  readonly sessions: LoginSessions
  readonly mails: MailOutbox
  readonly links: MailLinks
  readonly providers: ProviderRoom
}
