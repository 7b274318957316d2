import type { AuditLog } from '../../../audit.ts'
import type { AnyDatabase } from '../../../database.ts'
import type { Clock } from '../../../index.ts'
import type { AccountKeys } from '../account-keys.ts'
import { RecoveryStore } from './codes/recovery-store.ts'
import { FactorStore } from './factor-store.ts'
import { MfaGate } from './mfa-gate.ts'
import type { MfaValues } from './mfa-options.ts'
import { StepStore } from './steps/step-store.ts'
import { TrustedDevices } from './trusted-devices.ts'

/** What the room of second factors is made of. */
export interface MfaParts {
  readonly values: MfaValues
  readonly data: AnyDatabase
  readonly keys: AccountKeys
  readonly clock: Clock
  readonly audit: Pick<AuditLog, 'append'> | null
}

/** What it brings to the part; the tables of factors are steps of the accounts. */
export interface MadeMfa {
  readonly factors: FactorStore
  readonly recovery: RecoveryStore
  readonly steps: StepStore
  readonly trusted: TrustedDevices
  readonly mfa: MfaGate
}

/** @throws ImproperlyConfigured after the app of the database has started */
export function makeMfa({ values, data, keys, clock, audit }: MfaParts): MadeMfa {
  const factors = new FactorStore(data, clock)
  const steps = new StepStore(data, clock)
  const trusted = new TrustedDevices(data, keys, clock, values.trustedDevices)
  return {
    factors,
    recovery: new RecoveryStore(data, clock),
    steps,
    trusted,
    mfa: new MfaGate({ values, factors, steps, trusted, clock, audit }),
  }
}
