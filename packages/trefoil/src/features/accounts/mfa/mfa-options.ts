import type { Duration } from '../../../index.ts'
import { kinds, type OptionGroup, type OptionKind, type Values } from '../../../parts.ts'
import type { MfaPolicy } from './mfa-policy.ts'

/** The code in a mail as second factor. */
export interface EmailOtpOptions {
  /** Whether a login by a password may be finished by it; one by a mail never is. Default false. */
  readonly enabled?: boolean
  /** How long a code is good. Default `5m`. */
  readonly ttl?: Duration
  /** How long after a code the next one goes out. Default `1m`. */
  readonly cooldown?: Duration
  /** Tries a code. Default 5. */
  readonly attempts?: number
}

/** {@link EmailOtpOptions} after reading. */
export type EmailOtpValues = Values<EmailOtpOptions>

/** Options of second factors, and the policy: who is asked for one. */
export interface MfaOptions extends MfaPolicy {
  /** Whoever registers from now on has to set up a factor at the first login. Default false. */
  readonly defaultEnabledForNewUsers?: boolean
  /** Everybody needs one. Default false. */
  readonly enforceForAllUsers?: boolean
  /** Everybody of these tenants needs one. Default none. */
  readonly enforceForTenants?: readonly string[]
  /** What authenticator apps call the service. Default the app's name. */
  readonly issuer?: string
  /** How long a login may wait for its second factor. Default `5m`. */
  readonly preTokenLifetime?: Duration
  /** How many recovery codes there are. Default 8. */
  readonly recoveryCodes?: number
  /** Letters of one. Default 10. */
  readonly recoveryCodeLength?: number
  /** How long a device is not asked again, whose owner said so; `false` asks always. Default `30d`. */
  readonly trustedDevices?: Duration | false
  /** The code in a mail as second factor. */
  readonly emailOtp?: EmailOtpOptions
}

/** {@link MfaOptions} after reading; durations are milliseconds. */
export type MfaValues = Values<
  MfaOptions,
  {
    shouldRequire: MfaPolicy['shouldRequire'] | null
    onChallenge: MfaPolicy['onChallenge'] | null
    onSuccess: MfaPolicy['onSuccess'] | null
    issuer: string | null
    trustedDevices: number | false
    emailOtp: EmailOtpValues
  }
>

/** The rows of {@link EmailOtpOptions}. */
export const EMAIL_OTP: OptionGroup<EmailOtpOptions, EmailOtpValues> = {
  name: 'accounts(): mfa: emailOtp',
  prefix: 'TREFOIL_AUTH_EMAIL_OTP',
  rows: {
    enabled: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'Whether a login by a password may be finished by it; one by a mail never is.',
    },
    ttl: {
      read: kinds.duration,
      default: '5m',
      variable: true,
      doc: 'How long a code is good.',
    },
    cooldown: {
      read: kinds.duration,
      default: '1m',
      variable: true,
      doc: 'How long after a code the next one goes out.',
    },
    attempts: {
      read: kinds.count({ most: 5 }),
      default: 5,
      variable: true,
      doc: 'Tries a code.',
    },
  },
}

const durationOrOff: OptionKind<number | false> = {
  words: 'duration',
  read: (value, path) => (value === false ? { value } : kinds.duration.read(value, path)),
  fromText: (value) => ({ value: value === 'off' ? false : value }),
}

const HOOK = 'a function of an account and a call'

/** The rows of {@link MfaOptions}. */
export const MFA: OptionGroup<MfaOptions, MfaValues> = {
  name: 'accounts(): mfa',
  prefix: 'TREFOIL_AUTH_MFA',
  rows: {
    shouldRequire: {
      read: kinds.orNull(kinds.callable<NonNullable<MfaPolicy['shouldRequire']>>(HOOK)),
      default: null,
      shown: 'what the other options say',
      doc: 'Whether a login needs a second factor; a throw means required.',
    },
    onChallenge: {
      read: kinds.orNull(kinds.callable<NonNullable<MfaPolicy['onChallenge']>>(HOOK)),
      default: null,
      shown: 'nothing',
      doc: 'Before a login is answered with `MFA_REQUIRED`; a throw is logged and changes nothing.',
    },
    onSuccess: {
      read: kinds.orNull(kinds.callable<NonNullable<MfaPolicy['onSuccess']>>(HOOK)),
      default: null,
      shown: 'nothing',
      doc: 'Once a second factor was right, before the session begins; a throw is logged and changes nothing.',
    },
    defaultEnabledForNewUsers: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'Whoever registers from now on has to set up a factor at the first login.',
    },
    enforceForAllUsers: {
      read: kinds.flag,
      default: false,
      variable: true,
      doc: 'Everybody needs a second factor.',
    },
    enforceForTenants: {
      read: kinds.list(),
      default: [],
      shown: 'none',
      variable: true,
      doc: 'Everybody of these tenants needs one.',
    },
    issuer: {
      read: kinds.orNull(kinds.text),
      default: null,
      shown: "the app's name",
      variable: true,
      doc: 'What authenticator apps call the service.',
    },
    preTokenLifetime: {
      read: kinds.duration,
      default: '5m',
      variable: true,
      doc: 'How long a login may wait for its second factor.',
    },
    recoveryCodes: {
      read: kinds.count({ least: 1, most: 32 }),
      default: 8,
      variable: true,
      doc: 'How many recovery codes there are.',
    },
    recoveryCodeLength: {
      read: kinds.count({ least: 8, most: 32 }),
      default: 10,
      variable: true,
      doc: 'Letters of a recovery code.',
    },
    trustedDevices: {
      read: durationOrOff,
      default: '30d',
      variable: true,
      doc: 'How long a device is not asked again, whose owner said so; `false` asks always.',
    },
    emailOtp: { group: EMAIL_OTP, default: {}, doc: 'The code in a mail as second factor.' },
  },
}
