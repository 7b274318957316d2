import { createHmac, createSecretKey } from 'node:crypto'
import { type Clock, systemRandom } from '../../base/clock.ts'
import { equalSecrets } from '../../base/constant-time.ts'
import { type KeyRing, keyRing, ringKeys } from '../key-ring.ts'

/** Sets it apart from all else that is signed with a key: no token begins like this. */
const PURPOSE = 'trefoil dpop nonce 1\0'
const FORM = /^([0-9a-z]{1,12})\.([A-Za-z0-9_-]{22})$/

/**
 * Nonces that DPoP proofs must hold (RFC 9449 §8): each is of a stretch of time, and the next one comes
 * when that is over. A MAC and no memory: every process with the keys knows it again.
 */
export class DpopNonces {
  readonly #ring: KeyRing
  readonly #stretch: number
  readonly #clock: Clock

  /** @param stretch milliseconds that one is given out for; it is good for as long again */
  constructor(ring: KeyRing | null, stretch: number, clock: Clock) {
    this.#ring = ring ?? keyRing(randomKey())
    this.#stretch = stretch
    this.#clock = clock
  }

  /** The one to use now. */
  current(): string {
    const period = this.#period()
    const [key] = ringKeys(this.#ring)
    return `${period.toString(36)}.${mac((key as { bytes: Uint8Array }).bytes, period)}`
  }

  isGood(nonce: unknown): boolean {
    const parts = typeof nonce === 'string' ? FORM.exec(nonce) : null
    if (parts === null) return false
    const [, text = '', sent = ''] = parts
    const period = Number.parseInt(text, 36)
    // One spelling each: `01` is none.
    if (period.toString(36) !== text) return false
    const age = this.#period() - period
    if (age !== 0 && age !== 1) return false
    return ringKeys(this.#ring).some(({ bytes }) => equalSecrets(mac(bytes, period), sent))
  }

  #period(): number {
    return Math.floor(this.#clock.now() / this.#stretch)
  }
}

function mac(key: Uint8Array, period: number): string {
  const whole = createHmac('sha256', createSecretKey(key)).update(`${PURPOSE}${period}`).digest()
  return whole.subarray(0, 16).toString('base64url')
}

function randomKey(): Uint8Array {
  const key = new Uint8Array(32)
  systemRandom(key)
  return key
}
