import { type Call, type Reply, reply } from '../../../index.ts'
import {
  newRecoveryCodes,
  newTotpSecret,
  otpauthUrl,
  qrCode,
  readTotpCode,
  totpStepOf,
} from '../../../inner.ts'
import type { StoredAccount } from '../account.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import { NEVER_KEPT } from '../flows/accepted.ts'
import type { LoginTry } from '../lockout/login-locks.ts'
import type { StoredFactor } from './factor.ts'
import { openFactorSecret, sealFactorSecret } from './factor-secrets.ts'
import { wrongCode } from './finish-login.ts'

/** Milliseconds for which a secret that was shown waits for its first code. */
const SETUP_LIFETIME = 15 * 60_000
const NAME = 'Authenticator app'

/** A secret that was shown, and the step of the code that was typed for it. */
export interface ConfirmedSetup {
  readonly factor: StoredFactor
  readonly step: number
  /** To be shown, once. */
  readonly codes: readonly string[]
  /** What of them is kept. */
  readonly digests: readonly string[]
}

/** @throws Problem `mfa_already_enabled` where there is an app already */
export function refuseSecond(factors: readonly StoredFactor[]): void {
  const isEnabled = factors.some(({ kind, confirmedAt }) => kind === 'totp' && confirmedAt !== null)
  if (isEnabled) throw accountsProblems.problem('mfa_already_enabled')
}

/**
 * Makes a secret and shows it, this once: it is kept sealed, counts for nothing until a code of it was typed, and takes the
 * place of one that was begun before.
 *
 * @throws Problem `fresh_login_required` for an account that was changed meanwhile
 */
export async function startTotp(
  house: AccountsHouse,
  call: Call,
  account: StoredAccount,
): Promise<Reply<unknown>> {
  const { accounts, clock, data, factors, keys, values } = house
  const secret = await newTotpSecret()
  const url = await otpauthUrl(secret, {
    issuer: values.mfa.issuer ?? house.appName() ?? 'app',
    account: account.email ?? account.username ?? account.id,
  })
  const svg = await qrCode(url)
  const unit = await call.resolve(data.db)
  const change = { endsSessions: false }
  // As it was when its owner was looked at, and still there: no secret is left behind of one that was deleted.
  const epoch = await accounts.change(unit, account.id, change, clock.now(), account.epoch)
  if (epoch === null) throw accountsProblems.problem('fresh_login_required')
  await factors.removeUnconfirmed(unit, account.id, 'totp')
  await factors.add(unit, {
    accountId: account.id,
    kind: 'totp',
    name: NAME,
    sealed: sealFactorSecret(keys, account.id, Buffer.from(secret, 'utf8')),
    counter: 0,
    isConfirmed: false,
  })
  return reply({ otpauth_url: url, secret, qr_svg: svg }, { headers: NEVER_KEPT })
}

/**
 * Holds a code to the secret that waits. Counted as every other guess: whoever confirms is shown the recovery codes, and a
 * session that was left open must not get them by trying all codes. To be called while no unit is open.
 *
 * @throws Problem `no_mfa_setup`, `mfa_already_enabled`, `invalid_code`, `account_locked`
 */
export async function confirmSetup(
  house: AccountsHouse,
  call: Call,
  account: StoredAccount,
  typed: string,
  tried: LoginTry,
): Promise<ConfirmedSetup> {
  const { clock, factors, keys, locks, passwords, values } = house
  const ofApp = (await factors.ofAccount(account.id)).filter(({ kind }) => kind === 'totp')
  refuseSecond(ofApp)
  const factor = ofApp.at(-1)
  if (factor === undefined || Math.abs(clock.now() - factor.createdAt) > SETUP_LIFETIME) {
    throw accountsProblems.problem('no_mfa_setup')
  }
  const secret = openFactorSecret(keys, account.id, factor)
  // Its key was retired meanwhile: it is to be begun anew.
  if (secret === null) throw accountsProblems.problem('no_mfa_setup')
  const code = readTotpCode(typed) ?? ''
  const step = await locks.attempt(tried, async () => {
    const value = await totpStepOf(secret.toString('utf8'), code, clock.now())
    return { isRight: value !== null, value }
  })
  if (step === null) throw wrongCode()
  const codes = newRecoveryCodes(values.mfa.recoveryCodes, values.mfa.recoveryCodeLength)
  return { factor, step, codes, digests: await passwords.digestsOf(codes, call.signal) }
}

/**
 * From now on it is asked for. The code that was typed is used up with it; sessions of before are over with the commit, and
 * the mailbox is told (MFA-6).
 *
 * @returns the epoch of sessions from now on
 * @throws Problem `no_mfa_setup` where somebody was faster
 */
export async function enableTotp(
  house: AccountsHouse,
  unit: object,
  account: StoredAccount,
  { factor, step, digests }: ConfirmedSetup,
): Promise<number> {
  const { accounts, clock, factors, mails, recovery } = house
  const { id, email: address, locale } = account
  const change = { endsSessions: true }
  const epoch = await accounts.change(unit, id, change, clock.now(), account.epoch)
  const isDone = epoch !== null && (await factors.confirm(unit, id, factor.id, step))
  if (!isDone) throw accountsProblems.problem('no_mfa_setup')
  await factors.removeUnconfirmed(unit, id, 'totp')
  await recovery.replace(unit, id, digests)
  if (address !== null) await mails.notice(unit, { kind: 'factor_added', address, locale })
  await tell(house, unit, 'factor.added', account, { factor: 'totp' })
  return epoch
}
