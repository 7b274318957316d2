import type { Call } from '../../../index.ts'
import { newRecoveryCodes } from '../../../inner.ts'
import type { StoredAccount } from '../account.ts'
import { tell } from '../account-events.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { StoredFactor } from '../mfa/factor.ts'
import { readName } from './passkey-fields.ts'
import type { MadePasskey } from './read-credential.ts'

/** A passkey that was made, and what gets its owner in without it. */
export interface NewPasskey {
  readonly made: MadePasskey
  readonly name: string
  /** To be shown, once; empty where the account has some. */
  readonly codes: readonly string[]
  /** What of them is kept. */
  readonly digests: readonly string[]
}

/**
 * All that takes time, before the unit: with the first factor of an account there are recovery codes.
 *
 * @param name as its owner calls it; one of ours where that is none
 * @throws Problem `passkey_limit`
 */
export async function preparePasskey(
  { factors, passkeys, passwords, recovery, values }: AccountsHouse,
  call: Call,
  { id }: StoredAccount,
  made: MadePasskey,
  name: string | undefined,
): Promise<NewPasskey> {
  const known = passkeysOf(await factors.confirmed(id))
  if (known.length >= (passkeys?.most ?? 0)) throw accountsProblems.problem('passkey_limit')
  const called = readName(name) ?? `Passkey ${known.length + 1}`
  const { digests: before } = await recovery.find(id)
  if (before.length > 0) return { made, name: called, codes: [], digests: [] }
  const { recoveryCodes, recoveryCodeLength } = values.mfa
  const codes = newRecoveryCodes(recoveryCodes, recoveryCodeLength)
  return { made, name: called, codes, digests: await passwords.digestsOf(codes, call.signal) }
}

/**
 * From now on it signs in, and is asked for. Sessions of before are over with the commit, and the mailbox is told (MFA-6).
 *
 * @returns the epoch of sessions from now on, and the id of the passkey
 * @throws Problem `passkey_exists`, and `fresh_login_required` for an account that was changed meanwhile
 */
export async function enablePasskey(
  { accounts, clock, factors, mails, recovery, values }: AccountsHouse,
  unit: object,
  account: StoredAccount,
  { made, name, digests }: NewPasskey,
): Promise<{ readonly epoch: number; readonly id: string }> {
  const { email: address, locale } = account
  const change = { endsSessions: true }
  // First: of two that add the last one there is room for one is too late.
  const epoch = await accounts.change(unit, account.id, change, clock.now(), account.epoch)
  if (epoch === null) throw accountsProblems.problem('fresh_login_required')
  const { credentialId, publicKey, counter, transports, isSynced, aaguid } = made
  const id = await factors.add(unit, {
    accountId: account.id,
    kind: 'passkey',
    name,
    credential: { credentialId, publicKey },
    counter,
    details: { transports, synced: isSynced, aaguid },
    isConfirmed: true,
  })
  // Somebody's, and it is not said whose: of two accounts none has the passkey of the other.
  if (id === null) throw accountsProblems.problem('passkey_exists')
  if (digests.length > 0) await recovery.replace(unit, account.id, digests)
  if (address !== null) await mails.notice(unit, { kind: 'factor_added', address, locale })
  await tell({ values }, unit, 'factor.added', account, { factor: 'passkey' })
  return { epoch, id }
}

/** What of it stands in the answer: the recovery codes are in no other. */
export function shownNew({ name, codes }: NewPasskey, id: string): object {
  return { passkey: { id, name }, ...(codes.length > 0 ? { codes } : {}) }
}

export function passkeysOf(factors: readonly StoredFactor[]): readonly StoredFactor[] {
  return factors.filter(({ kind }) => kind === 'passkey')
}
