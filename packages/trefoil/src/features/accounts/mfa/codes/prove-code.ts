import type { Call } from '../../../../index.ts'
import { readRecoveryCode, readTotpCode, totpStepOf } from '../../../../inner.ts'
import type { StoredAccount } from '../../account.ts'
import { tell } from '../../account-events.ts'
import type { AccountsHouse } from '../../accounts-house.ts'
import type { SecondFactor, StoredFactor } from '../factor.ts'
import { isSealedByFormerKey, openFactorSecret, sealFactorSecret } from '../factor-secrets.ts'
import { wrongCode } from '../finish-login.ts'
import type { ProvedFactor } from '../second-factor-proof.ts'
import { findMailCode, useMailCode } from './mail-codes.ts'
import { digestAmong } from './recovery-store.ts'

/** For whom, and for what, a code is shown. */
export interface CodeCase {
  readonly account: StoredAccount
  readonly call: Call
  /** What was typed. */
  readonly typed: string
  /** What would do. */
  readonly allowed: readonly SecondFactor[]
  /** Told how many recovery codes are left, once one was used. */
  readonly left?: (count: number) => void
  /** The login that waits, for which a code may have been sent; `null` for whoever is signed in. */
  readonly step: { readonly id: string } | null
}

/**
 * Whether a code is one of the account's: of its app, then one that was sent, or a recovery code. What is done follows from
 * what was typed, and not from whose it is: wrong, used before, over and another's cost the same, and nobody who guesses
 * is told which it was. To be called inside of `LoginLocks.attempt`, and while no unit is open.
 *
 * @returns `null` for none of these
 * @throws Problem `invalid_code` where nobody could look: the try is given back
 */
export async function proveCode(house: AccountsHouse, of: CodeCase): Promise<ProvedFactor | null> {
  const recovery = readRecoveryCode(of.typed)
  if (recovery !== null) return proveRecovery(house, of, recovery)
  // Asked for all the same: what can be no code costs as much as a wrong one.
  const code = readTotpCode(of.typed) ?? ''
  const byApp = await proveTotp(house, of, code)
  if (byApp !== null && byApp !== UNREADABLE) return byApp
  const byMail = await proveMailed(house, of, code)
  // Nobody has looked at it, so nothing was guessed: where keys are rotated, a process of before must not lock out
  // whoever types what is right. Answered as a wrong one all the same.
  if (byApp === UNREADABLE && byMail === null) throw wrongCode()
  return byMail === WRONG ? null : byMail
}

/** The secret is sealed with a key that this process has not got. */
const UNREADABLE = 'unreadable'
/** One waits, and this is not it. */
const WRONG = 'wrong'

async function proveTotp(
  house: AccountsHouse,
  { account, call, allowed }: CodeCase,
  code: string,
): Promise<ProvedFactor | typeof UNREADABLE | null> {
  const { factors, clock } = house
  const confirmed = await factors.confirmed(account.id)
  const factor = confirmed.find(({ kind }) => kind === 'totp')
  if (factor === undefined || !allowed.includes('totp')) return null
  const secret = secretOf(house, call, factor)
  if (secret === null) return UNREADABLE
  const step = await totpStepOf(secret, code, clock.now())
  // Used before, or older than one that was: as good as wrong (MFA-4). The statement of the use says it again, for those
  // who show it at the same time.
  if (step === null || step <= factor.counter) return null
  return {
    method: 'totp',
    async useUp(unit) {
      if (!(await factors.use(unit, factor.id, step))) return false
      await resealed(house, unit, factor, secret)
      return true
    },
  }
}

/** The secret in base32; `null`, and the log says why, where it cannot be read. */
function secretOf({ keys }: AccountsHouse, call: Call, factor: StoredFactor): string | null {
  const bytes = openFactorSecret(keys, factor.accountId, factor)
  if (bytes !== null) return bytes.toString('utf8')
  call.log.error(
    { account: factor.accountId, factor: factor.id },
    'A second factor cannot be read: the key that it is sealed with is not in the ring any more',
  )
  return null
}

/** What a former key has sealed is sealed anew while it is used: the key can be retired. */
async function resealed(
  { factors, keys }: AccountsHouse,
  unit: object,
  { id, accountId, keyId }: StoredFactor,
  secret: string,
): Promise<void> {
  if (keyId === null || !isSealedByFormerKey(keys, keyId)) return
  const sealed = sealFactorSecret(keys, accountId, Buffer.from(secret, 'utf8'))
  await factors.reseal(unit, id, keyId, sealed)
}

async function proveMailed(
  house: AccountsHouse,
  { account, allowed, step }: CodeCase,
  code: string,
): Promise<ProvedFactor | typeof WRONG | null> {
  if (step === null || !allowed.includes('email')) return null
  const found = await findMailCode(house, account.id, step, code)
  if (found === null) return null
  const { challenge, isRight } = found
  if (!isRight) return WRONG
  return {
    method: 'email',
    useUp: (unit) => useMailCode(house, unit, challenge),
  }
}

async function proveRecovery(
  house: AccountsHouse,
  { account, allowed, call, left }: CodeCase,
  code: string,
): Promise<ProvedFactor | null> {
  const { recovery, passwords, mails } = house
  const { like, digests } = await recovery.find(account.id)
  const digest = await passwords.digestLike(code, like, call.signal)
  const found = digestAmong(digests, digest)
  if (found === null || !allowed.includes('recovery')) return null
  return {
    method: 'recovery',
    async useUp(unit) {
      const count = await recovery.use(unit, account.id, found)
      if (count === null) return false
      const { email: address, locale } = account
      if (address !== null)
        await mails.notice(unit, { kind: 'recovery_code_used', address, locale })
      await tell(house, unit, 'recovery.used', account, { left: String(count) })
      left?.(count)
      return true
    },
  }
}
