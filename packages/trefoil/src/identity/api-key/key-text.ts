import type { RandomSource } from '../../base/clock.ts'
import { crc32 } from '../../base/crc32.ts'

const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const ID_LENGTH = 16
/** 62 to the power of 32: 190 bits (KEY-1 asks for 160). */
const SECRET_LENGTH = 32
/** 62 to the power of 6 is more than 2 to the power of 32. */
const SUM_LENGTH = 6
const LONGEST = 512

/** A key as its holder has it, taken apart. */
export interface KeyText {
  readonly id: string
  readonly secret: string
}

/** `<prefix>_<id>_<secret><checksum>`: one word to a double click, and to whoever looks for leaked keys. */
export function writeKey(prefix: string, { id, secret }: KeyText): string {
  const text = `${prefix}_${id}_${secret}`
  return text + checksum(text)
}

/**
 * Takes a key apart. One that was mistyped or cut off is known by its checksum, without a look into the
 * store.
 *
 * @returns `null` for everything that {@link writeKey} did not write
 */
export function readKey(prefix: string, text: string): KeyText | null {
  const start = `${prefix}_`
  const length = start.length + ID_LENGTH + 1 + SECRET_LENGTH + SUM_LENGTH
  if (text.length !== length || !text.startsWith(start)) return null
  const rest = text.slice(start.length)
  const id = rest.slice(0, ID_LENGTH)
  const secret = rest.slice(ID_LENGTH + 1, -SUM_LENGTH)
  if (rest[ID_LENGTH] !== '_' || !/^[0-9A-Za-z]+$/.test(id + secret)) return null
  return checksum(text.slice(0, -SUM_LENGTH)) === text.slice(-SUM_LENGTH) ? { id, secret } : null
}

/** True for what may stand before a key: `tfl`, or `acme_live`. */
export function isPrefix(value: unknown): value is string {
  return (
    typeof value === 'string' && /^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/.test(value) && value.length <= 32
  )
}

/** Keys of one's own may have any form, but nobody needs longer ones. */
export function isKeyLength(text: string): boolean {
  return text.length <= LONGEST
}

export function makeKeyText(random: RandomSource): KeyText {
  return { id: randomText(random, ID_LENGTH), secret: randomText(random, SECRET_LENGTH) }
}

/** @returns digits of which each is equally likely */
function randomText(random: RandomSource, length: number): string {
  let text = ''
  const bytes = new Uint8Array(length * 2)
  while (text.length < length) {
    random(bytes)
    // What is beyond four times 62 would make the first digits likelier.
    for (const byte of bytes) if (byte < 248 && text.length < length) text += DIGITS[byte % 62]
  }
  return text
}

function checksum(text: string): string {
  let rest = crc32(text)
  let sum = ''
  for (let digit = 0; digit < SUM_LENGTH; digit++) {
    sum = (DIGITS[rest % 62] as string) + sum
    rest = Math.floor(rest / 62)
  }
  return sum
}
