import { type KeyMaterial, type KeyRing, keyRing } from '../../../auth.ts'
import {
  BREACH_CHECKER,
  PASSWORD_POLICY,
  PasswordHasher,
  processQueue,
  variableRowsOf,
} from '../../../inner.ts'
import type { PartVariable } from '../../../parts.ts'
import type { AccountsValues } from '../accounts-options.ts'
import { type PasswordGate, passwordGate } from './password-gate.ts'

/** Variables of a `PasswordPolicy` and a `BreachChecker`, which read them themselves. */
export const PASSWORD_VARIABLES: readonly PartVariable[] = [
  ...variableRowsOf(PASSWORD_POLICY),
  ...variableRowsOf(BREACH_CHECKER),
].map(({ name, doc }) => ({ name, doc }))

const KIB = 1024

/**
 * @param words that would be guessed first in this app: its name, once it is known
 * @param report told of a stored password that cannot be compared
 */
export function makeGate(
  {
    passwordPolicy,
    passwordHashing,
    pepper,
  }: Pick<AccountsValues, 'passwordPolicy' | 'passwordHashing' | 'pepper'>,
  words: () => readonly string[],
  report: (error: Error) => void,
): PasswordGate {
  const hasher = new PasswordHasher({
    memory: Math.ceil(passwordHashing.memory / KIB),
    passes: passwordHashing.passes,
    pepper: pepper === null ? null : pepperRing(pepper),
    queue: processQueue(),
  })
  return passwordGate(passwordPolicy, hasher, words, report)
}

function pepperRing(pepper: unknown): KeyRing {
  const isRing = typeof pepper === 'object' && pepper !== null && 'replace' in pepper
  // Whatever it is, `keyRing` looks at it.
  return isRing ? (pepper as KeyRing) : keyRing(pepper as KeyMaterial)
}
