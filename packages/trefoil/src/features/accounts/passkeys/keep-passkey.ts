import type { AccountsHouse } from '../accounts-house.ts'
import { accountsProblems } from '../accounts-problems.ts'
import type { StoredFactor } from '../mfa/factor.ts'
import { readName } from './passkey-fields.ts'
import type { MadePasskey } from './read-credential.ts'

/**
 * Keeps a passkey that was made, in the unit.
 *
 * @param name as its owner calls it; one of ours where that is none
 * @throws Problem `passkey_exists`, `passkey_limit`
 */
export async function keepPasskey(
  { factors, passkeys }: AccountsHouse,
  unit: object,
  accountId: string,
  made: MadePasskey,
  name: string | undefined,
): Promise<{ readonly id: string; readonly name: string }> {
  const known = passkeysOf(await factors.confirmedIn(unit, accountId))
  if (known.length >= (passkeys?.most ?? 0)) throw accountsProblems.problem('passkey_limit')
  const { credentialId, publicKey, counter, transports, isSynced, aaguid } = made
  const called = readName(name) ?? `Passkey ${known.length + 1}`
  const id = await factors.add(unit, {
    accountId,
    kind: 'passkey',
    name: called,
    credential: { credentialId, publicKey },
    counter,
    details: { transports, synced: isSynced, aaguid },
    isConfirmed: true,
  })
  // Somebody's, and it is not said whose: of two accounts none has the passkey of the other.
  if (id === null) throw accountsProblems.problem('passkey_exists')
  return { id, name: called }
}

export function passkeysOf(factors: readonly StoredFactor[]): readonly StoredFactor[] {
  return factors.filter(({ kind }) => kind === 'passkey')
}
