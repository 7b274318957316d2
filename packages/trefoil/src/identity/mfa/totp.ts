import { randomBytes } from 'node:crypto'
import { equalSecrets } from '../../base/constant-time.ts'
import { lazily } from '../../base/lazily.ts'

/** What an authenticator app is told beside the secret; apps agree about these and about little else. */
const ALGORITHM = 'SHA1'
const DIGITS = 6
/** Seconds. */
const PERIOD = 30
/** Steps before and after: what a phone's clock may be off, and what a person needs to type. */
const WINDOW = 1
/** RFC 4226, 4: 160 bits. */
const SECRET_BYTES = 20
const CODE = /^\d{6}$/
const LONGEST_NAME = 64

const library = lazily(() => import('otpauth'))

/** What is shown to whoever enrols, once. */
export interface TotpName {
  /** Who runs the service. */
  readonly issuer: string
  /** Whose account it is: an address, a user name. */
  readonly account: string
}

/** @returns 160 random bits in base32, 32 characters */
export async function newTotpSecret(): Promise<string> {
  const { Secret } = await library()
  const bytes = randomBytes(SECRET_BYTES)
  return new Secret({ buffer: Uint8Array.from(bytes).buffer }).base32
}

/** `otpauth://totp/…`, which apps read from a QR code. */
export async function otpauthUrl(secret: string, { issuer, account }: TotpName): Promise<string> {
  const { TOTP, Secret } = await library()
  return new TOTP({
    // A colon parts the two.
    issuer: shown(issuer),
    label: shown(account),
    secret: Secret.fromBase32(secret),
    algorithm: ALGORITHM,
    digits: DIGITS,
    period: PERIOD,
  }).toString()
}

/** Of a time in milliseconds since the Unix epoch. */
export function totpStepAt(now: number): number {
  return Math.floor(now / (PERIOD * 1000))
}

/** What was typed, as codes are compared: apps show them in groups. `null` for what can be none. */
export function readTotpCode(typed: string): string | null {
  const code = typed.replaceAll(/[\s-]/g, '')
  return CODE.test(code) ? code : null
}

/**
 * Which step a code is of, looked at as a secret is: all of the window, whichever it is. Whether the step was used before is
 * said by whoever keeps it, in one statement with the use (MFA-4).
 *
 * @param secret base32
 * @param now milliseconds since the Unix epoch
 * @returns `null` for a code of no step of the window
 */
export async function totpStepOf(
  secret: string,
  code: string,
  now: number,
): Promise<number | null> {
  const { HOTP, Secret } = await library()
  const key = Secret.fromBase32(secret)
  const current = totpStepAt(now)
  let found: number | null = null
  for (let step = Math.max(0, current - WINDOW); step <= current + WINDOW; step++) {
    const expected = HOTP.generate({
      secret: key,
      algorithm: ALGORITHM,
      digits: DIGITS,
      counter: step,
    })
    // The latest of them: what two steps have in common is used up with both.
    if (equalSecrets(expected, code)) found = step
  }
  return found
}

/** No control characters, nothing that turns the direction of writing, and nothing that is taken for the mark between the two. */
function shown(name: string): string {
  return (
    name
      .replaceAll(/[\p{Cc}\p{Cf}:]/gu, ' ')
      .trim()
      .slice(0, LONGEST_NAME)
      .toWellFormed() || 'app'
  )
}
