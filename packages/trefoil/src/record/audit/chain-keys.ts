import { createHash, hash } from 'node:crypto'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'

/** What signs, and older keys that still verify. A `KeyRing` is one. */
export interface ChainRing {
  readonly current: Uint8Array
  readonly previous: readonly Uint8Array[]
  /** Another number when the keys are others. */
  readonly version: number
}

const BLOCK = 64
const DIGEST = 32
const LEAST = 32
const HEX = /^[0-9a-f]{64}$/

/** The text of a hash that nothing stands before (P-MWL-5). */
export const GENESIS: string = '0'.repeat(64)

/** True for the text of a hash. */
export function isHash(text: unknown): text is string {
  return typeof text === 'string' && HEX.test(text)
}

/** One key of a ring, for the things it does; what is signed for one of them is worth nothing to another. */
export class ChainKey {
  /** Tells keys apart, and nothing about them. */
  readonly id: string
  readonly #chain: Hmac
  readonly #digest: Hmac
  readonly #anchor: Hmac
  readonly #pruned: Hmac

  /** @throws ImproperlyConfigured for a key that could be guessed */
  constructor(bytes: Uint8Array) {
    if (bytes.length < LEAST) {
      throw new ImproperlyConfigured(
        `Keys of an audit log must have at least ${LEAST} bytes, got ${bytes.length}; make one with \`openssl rand -base64 48\``,
      )
    }
    const root = new Hmac(bytes)
    const derive = (purpose: string) => root.of(ENCODER.encode(`trefoil audit v1 ${purpose}`))
    this.id = derive('key id').toString('hex').slice(0, 16)
    this.#chain = new Hmac(derive('chain'))
    this.#digest = new Hmac(derive('digest'))
    this.#anchor = new Hmac(derive('anchor'))
    this.#pruned = new Hmac(derive('pruned'))
  }

  /** Hash of an entry behind the one with the hash `prev`. */
  chain(prev: string, text: string): string {
    return this.#chain.ofLinked(prev, text)
  }

  /** Digest of a value that must not be read: without the key it cannot be guessed either. */
  digest(text: string): string {
    return `hmac-sha256:${this.id}:${this.#digest.of(ENCODER.encode(text)).toString('hex').slice(0, 32)}`
  }

  /** Of its own: an anchor, which is printed for everybody, must not pass for leave to remove what is before it. */
  pruned(text: string): string {
    return this.#pruned.of(ENCODER.encode(text)).toString('hex')
  }

  anchor(text: string): string {
    return this.#anchor.of(ENCODER.encode(text)).toString('hex')
  }
}

/** The keys of a ring, looked at again when it has changed. */
export class ChainKeys {
  readonly #ring: ChainRing
  #version = -1
  #keys: readonly ChainKey[] = []

  /** @throws ImproperlyConfigured for a key that is too short */
  constructor(ring: ChainRing) {
    this.#ring = ring
    this.#read()
  }

  get current(): ChainKey {
    return this.#read()[0] as ChainKey
  }

  find(id: string): ChainKey | null {
    return this.#read().find((key) => key.id === id) ?? null
  }

  #read(): readonly ChainKey[] {
    const { version } = this.#ring
    if (version !== this.#version) {
      this.#keys = [this.#ring.current, ...this.#ring.previous].map((bytes) => new ChainKey(bytes))
      this.#version = version
    }
    return this.#keys
  }

  toJSON(): object {
    return { keys: this.#keys.map(({ id }) => id) }
  }
}

const ENCODER = new TextEncoder()

/**
 * HMAC-SHA256 (RFC 2104) by two one-shot hashes over blocks that are made once: `createHmac` takes four
 * times as long for texts of a few hundred bytes.
 */
class Hmac {
  readonly #inner = new Uint8Array(BLOCK)
  readonly #outer = new Uint8Array(BLOCK + DIGEST)
  #scratch = Buffer.alloc(0)

  constructor(key: Uint8Array) {
    const block = key.length > BLOCK ? sha256(key) : key
    for (let index = 0; index < BLOCK; index++) {
      const byte = block[index] ?? 0
      this.#inner[index] = byte ^ 0x36
      this.#outer[index] = byte ^ 0x5c
    }
  }

  of(message: Uint8Array): Buffer {
    const whole = this.#reserve(message.length)
    whole.set(message, BLOCK)
    this.#outer.set(sha256(whole.subarray(0, BLOCK + message.length)), BLOCK)
    return sha256(this.#outer)
  }

  /** Of the 32 bytes of `prev` and the text behind them: which is which cannot be mistaken. */
  ofLinked(prev: string, text: string): string {
    const whole = this.#reserve(DIGEST + text.length * 3)
    whole.write(prev, BLOCK, DIGEST, 'hex')
    const written = whole.write(text, BLOCK + DIGEST, 'utf8')
    this.#outer.set(sha256(whole.subarray(0, BLOCK + DIGEST + written)), BLOCK)
    return ONE_SHOT ? hash('sha256', this.#outer, 'hex') : sha256(this.#outer).toString('hex')
  }

  #reserve(length: number): Buffer {
    if (this.#scratch.length < BLOCK + length) {
      this.#scratch = Buffer.alloc((BLOCK + length) * 2)
      this.#scratch.set(this.#inner)
    }
    return this.#scratch
  }
}

/** Other runtimes than Node may have no one-shot hash. */
const ONE_SHOT = typeof hash === 'function'

function sha256(bytes: Uint8Array): Buffer {
  return ONE_SHOT ? hash('sha256', bytes, 'buffer') : createHash('sha256').update(bytes).digest()
}
