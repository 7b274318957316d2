import { hash as digestOf, randomBytes } from 'node:crypto'
import { lazily } from '../../base/lazily.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { KeyRing } from '../key-ring.ts'
import type { HashingQueue } from './hashing-queue.ts'
import { MOST_BYTES } from './password-policy.ts'

/** What a password was found to be. */
export interface PasswordVerdict {
  readonly isRight: boolean
  /** Right, and to be hashed anew: with weaker figures than now, or with another pepper. */
  readonly isOutdated: boolean
}

/** Nobody can tell whether a password is the stored one: its pepper is gone, or it is no hash of ours. */
export class UnreadableHash extends Error {
  override readonly name: string = 'UnreadableHash'
}

/** How passwords are hashed. */
export interface PasswordHasherSettings {
  /** KiB; at least 19456 (OWASP). */
  readonly memory: number
  /** Passes; at least 2. */
  readonly passes: number
  /** Secrets that are not in the database; `null` for none. */
  readonly pepper: KeyRing | null
  readonly queue: HashingQueue
}

export const LEAST_MEMORY = 19_456
export const LEAST_PASSES = 2
const SALT_BYTES = 16
const HASH_BYTES = 32
/** `$argon2id$v=19$m=19456,t=2,p=1[,keyid=…]$salt$hash`. */
const PHC =
  /^\$argon2id\$v=19\$m=(\d{1,8}),t=(\d{1,4}),p=(\d{1,3})(?:,keyid=([A-Za-z0-9+/]{1,11}))?\$([A-Za-z0-9+/]{11,64})\$[A-Za-z0-9+/]{16,128}$/
/** What a stored hash may ask for: whoever can write one could have each login take all memory. */
export const MOST_MEMORY = 1_048_576
export const MOST_PASSES = 64
const MOST_LANES = 16

const argon2 = lazily(() => import('@node-rs/argon2'))

/**
 * argon2id, in a queue of its own. A password is hashed as NFKC, which keyboards of two makes agree about
 * (SP 800-63B-4).
 */
export class PasswordHasher {
  readonly #settings: PasswordHasherSettings

  /** @throws ImproperlyConfigured for figures below what is safe */
  constructor(settings: PasswordHasherSettings) {
    const { memory, passes } = settings
    if (memory < LEAST_MEMORY || passes < LEAST_PASSES) {
      throw new ImproperlyConfigured(
        `Passwords need at least ${LEAST_MEMORY} KiB and ${LEAST_PASSES} passes of argon2id, got ${memory} and ${passes}`,
      )
    }
    this.#settings = settings
  }

  /**
   * @returns PHC text, with the id of the pepper in it
   * @throws RangeError for one that is too long: the policy is asked first
   * @throws HashingBusy when too many are hashed
   */
  async hash(password: string, signal: AbortSignal | null = null): Promise<string> {
    const text = formOf(password)
    if (text === null) throw new RangeError(`A password has at most ${MOST_BYTES} bytes`)
    const { memory, passes, pepper, queue } = this.#settings
    const key = pepper === null ? null : pepper.current
    const { hash } = await argon2()
    const phc = await queue.run(
      () =>
        hash(text, {
          memoryCost: memory,
          timeCost: passes,
          parallelism: 1,
          salt: randomBytes(SALT_BYTES),
          ...secretOf(key),
        }),
      signal,
    )
    return key === null ? phc : phc.replace(',p=1$', `,p=1,keyid=${pepperId(key)}$`)
  }

  /**
   * Takes as long whether there is a hash or not: `null` stands for an account that is not there, or has no
   * password, and is compared with one that nobody has.
   *
   * @throws UnreadableHash for a stored hash that is none, and for a pepper that is gone: after as much work, or it
   *   would tell that there is an account
   * @throws HashingBusy when too many are hashed
   */
  async verify(
    password: string,
    stored: string | null,
    signal: AbortSignal | null = null,
  ): Promise<PasswordVerdict> {
    // Hashed all the same: an answer at once would tell that nothing was looked up for it (ENUM-1).
    const text = formOf(password)
    const { phc, figures, key, unreadable } = this.#comparable(stored)
    const { verify } = await argon2()
    const fits = await this.#settings.queue.run(
      () =>
        verify(phc, text ?? '', secretOf(key)).catch((cause: unknown) => {
          throw new UnreadableHash('A stored password cannot be computed', { cause })
        }),
      signal,
    )
    if (unreadable !== null) throw unreadable
    const isRight = fits && stored !== null && text !== null && text !== ''
    return { isRight, isOutdated: isRight && this.#isOutdated(figures) }
  }

  /**
   * What a text would be stored as with the figures, the salt and the pepper of a stored one: of several that share a
   * salt, such as the recovery codes of an account, one hash finds the one it is. As long for `null` as for a stored one,
   * and then equal to none.
   *
   * @throws UnreadableHash as {@link verify} does, after as much work
   * @throws HashingBusy when too many are hashed
   */
  async hashLike(
    password: string,
    stored: string | null,
    signal: AbortSignal | null = null,
  ): Promise<string> {
    const text = formOf(password)
    const { phc, figures, key, unreadable } = this.#comparable(stored)
    const { memory, passes, lanes, salt } = figures
    const { hash } = await argon2()
    const like = await this.#settings.queue.run(
      () =>
        hash(text ?? '', {
          memoryCost: memory,
          timeCost: passes,
          parallelism: lanes,
          salt: Buffer.from(salt, 'base64'),
          ...secretOf(key),
        }),
      signal,
    )
    if (unreadable !== null) throw unreadable
    return phc.slice(0, phc.lastIndexOf('$')) + like.slice(like.lastIndexOf('$'))
  }

  /** What is compared: where it cannot be, a hash that nothing has, and why. */
  #comparable(stored: string | null): Comparable {
    try {
      return { ...this.#read(stored ?? this.#nobodys()), unreadable: null }
    } catch (error) {
      if (!(error instanceof UnreadableHash)) throw error
      return { ...this.#read(this.#nobodys()), unreadable: error }
    }
  }

  #read(phc: string): Omit<Comparable, 'unreadable'> {
    const figures = figuresOf(phc)
    return { phc, figures, key: figures.keyId === null ? null : this.#pepper(figures.keyId) }
  }

  #isOutdated({ memory, passes, keyId }: Figures): boolean {
    const now = this.#settings
    const current = now.pepper === null ? null : pepperId(now.pepper.current)
    return memory < now.memory || passes < now.passes || keyId !== current
  }

  /** A hash that nothing has, of today's figures and pepper: compared with it takes as long as with one of today. */
  #nobodys(): string {
    const { memory, passes, pepper } = this.#settings
    const keyId = pepper === null ? '' : `,keyid=${pepperId(pepper.current)}`
    const salt = unpadded(randomBytes(SALT_BYTES))
    return `$argon2id$v=19$m=${memory},t=${passes},p=1${keyId}$${salt}$${unpadded(randomBytes(HASH_BYTES))}`
  }

  #pepper(id: string): Uint8Array {
    const { pepper } = this.#settings
    const keys = pepper === null ? [] : [pepper.current, ...pepper.previous]
    const key = keys.find((one) => pepperId(one) === id)
    if (key !== undefined) return key
    throw new UnreadableHash(`The pepper '${id}' of a stored password is not in the ring any more`)
  }
}

interface Figures {
  readonly memory: number
  readonly passes: number
  readonly lanes: number
  readonly keyId: string | null
  /** Base64. */
  readonly salt: string
}

interface Comparable {
  readonly phc: string
  readonly figures: Figures
  readonly key: Uint8Array | null
  readonly unreadable: UnreadableHash | null
}

function figuresOf(phc: string): Figures {
  const found = PHC.exec(phc)
  const [, memory, passes, lanes, keyId, salt = ''] = found ?? []
  const figures = {
    memory: Number(memory),
    passes: Number(passes),
    lanes: Number(lanes),
    keyId: keyId ?? null,
    salt,
  }
  const isOne =
    found !== null &&
    figures.memory <= MOST_MEMORY &&
    figures.passes <= MOST_PASSES &&
    figures.lanes <= MOST_LANES
  if (!isOne) {
    throw new UnreadableHash('A stored password is no argon2id hash that is to be computed')
  }
  return figures
}

/** `null` for what is too long to be hashed: looked at before it is brought into its form, which takes as long as it is. */
function formOf(password: string): string | null {
  if (password.length > MOST_BYTES || !password.isWellFormed()) return null
  const text = password.normalize('NFKC')
  return Buffer.byteLength(text) > MOST_BYTES ? null : text
}

/** Without what is not there: the library takes no `undefined`. */
function secretOf(key: Uint8Array | null): { readonly secret?: Uint8Array } {
  return key === null ? {} : { secret: key }
}

function unpadded(bytes: Buffer): string {
  return bytes.toString('base64').replace(/=+$/, '')
}

/** Tells peppers apart, and nothing about them. */
function pepperId(key: Uint8Array): string {
  const digest = digestOf('sha256', Buffer.concat([PEPPER, key]), 'buffer')
  return digest.toString('base64').slice(0, 8)
}

const PEPPER: Buffer = Buffer.from('trefoil pepper v1 key id\0')
