import { createHash, createHmac, createSecretKey } from 'node:crypto'
import { type KeyMaterial, type KeyRing, keyRing } from '../../auth.ts'
import { ImproperlyConfigured } from '../../index.ts'

/** Of standard webhooks: so a receiver knows what it is. */
const PREFIX = 'whsec_'
const KEY_ID_DIGITS = 16

/**
 * The secrets of endpoints. None is kept: each is made anew of the app's key, the endpoint and how often its
 * secret was changed, so that whoever reads the database can sign nothing.
 */
export class EndpointKeys {
  readonly #ring: KeyRing

  /** @throws ImproperlyConfigured for what is no key; never what it is */
  constructor(keys: unknown) {
    try {
      this.#ring = isRing(keys) ? keys : keyRing(keys as KeyMaterial)
    } catch (error) {
      if (!(error instanceof ImproperlyConfigured)) throw error
      const message = error.message.replace('keyRing(): the current key', 'webhooks(): keys')
      throw new ImproperlyConfigured(message, { cause: error })
    }
    if (this.#all().some(({ length }) => length < 32)) {
      throw new ImproperlyConfigured('webhooks(): keys must be of at least 32 bytes each')
    }
  }

  /** Which key new endpoints are made with. Says nothing of the key. */
  get currentId(): string {
    return idOf(this.#ring.current)
  }

  /**
   * @param version how often it was changed
   * @throws Error when the ring has the key no more
   */
  secretOf(keyId: string, endpoint: string, version: number): Uint8Array {
    const key = this.#all().find((one) => idOf(one) === keyId)
    if (key === undefined) {
      throw new Error('The key that this endpoint was made with is not in the ring of webhooks()')
    }
    return createHmac('sha256', createSecretKey(key))
      .update(`trefoil webhook ${endpoint} ${version}`)
      .digest()
  }

  #all(): readonly Uint8Array[] {
    return [this.#ring.current, ...this.#ring.previous]
  }
}

/** As a receiver is given it. */
export function secretText(secret: Uint8Array): string {
  return PREFIX + Buffer.from(secret).toString('base64')
}

function idOf(key: Uint8Array): string {
  return createHash('sha256')
    .update('trefoil webhooks key')
    .update(key)
    .digest('hex')
    .slice(0, KEY_ID_DIGITS)
}

function isRing(keys: unknown): keys is KeyRing {
  if (typeof keys !== 'object' || keys === null || keys instanceof Uint8Array) return false
  const { version, current, previous }: Partial<Record<keyof KeyRing, unknown>> = keys
  return typeof version === 'number' && current instanceof Uint8Array && Array.isArray(previous)
}
