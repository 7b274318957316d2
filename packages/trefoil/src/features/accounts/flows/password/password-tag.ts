import { equalSecrets } from '../../../../parts.ts'
import type { PendingRegistration } from '../../account.ts'
import type { AccountKeys } from '../../account-keys.ts'

/** Characters: six bits. */
const LENGTH = 1

/**
 * What the password of a registration can be told by from 63 of 64 others, without a hash. A login looks at the
 * registration of its address only where the tags are equal: else every wrong password would cost two hashes, or one and
 * two by whether somebody registered. It is under a key, and too short to spare whoever has stolen both much work.
 */
export function passwordTag(keys: AccountKeys, email: string, password: string): string {
  return cut(keys.mac('registration', tagText(email, password)))
}

export function hasTag(
  keys: AccountKeys,
  { email, tag }: Pick<PendingRegistration, 'email' | 'tag'>,
  password: string,
): boolean {
  const own = keys.macs('registration', tagText(email, password)).map(cut)
  return tag !== null && own.some((one) => equalSecrets(one, tag))
}

function tagText(email: string, password: string): string {
  return `${email} ${password.normalize('NFKC')}`
}

function cut(mac: string): string {
  return mac.slice(0, LENGTH)
}
