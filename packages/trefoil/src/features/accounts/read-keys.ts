import type { KeyRing } from '../../auth.ts'
import { ImproperlyConfigured } from '../../index.ts'
import { type Environment, holdRingTo, readKeyRing, ringOfVariables } from '../../inner.ts'

/** What is made with a shorter one can be guessed by whoever holds one link of his own (SW-37). */
const LEAST_BYTES = 32

/**
 * The ring of an option of `accounts()`: what it is given, else the secrets of the environment.
 *
 * @throws ImproperlyConfigured for what is no key, and for one that is too short, now or when the ring is given one
 */
export function ringOfKeys(keys: unknown, env: Environment): KeyRing {
  if (keys !== null) return strong('keys', keys)
  const needed = 'accounts() needs keys: give keys'
  return strong('keys', ringOfVariables(env, needed))
}

/** The same for `pepper`, which has no variable. */
export function ringOfPepper(pepper: unknown): KeyRing | null {
  return pepper === null ? null : strong('pepper', pepper)
}

function strong(option: string, given: unknown): KeyRing {
  const ring = readKeyRing(`accounts(): ${option}`, given)
  holdRingTo(ring, ({ length }) => {
    if (length >= LEAST_BYTES) return
    throw new ImproperlyConfigured(
      `accounts(): ${option} must be at least ${LEAST_BYTES} bytes, got ${length}; ` +
        `make one with: openssl rand -base64 ${LEAST_BYTES * 1.5}`,
    )
  })
  return ring
}
