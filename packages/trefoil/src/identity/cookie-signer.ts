import { createHmac, createSecretKey } from 'node:crypto'
import { decodeBase64url, encodeBase64url } from '../base/base64url.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import { equalBytes } from '../base/constant-time.ts'
import type { Duration } from '../base/duration.ts'
import { canonicalJson } from '../base/json/canonical-json.ts'
import { freezeClass } from '../base/plain/freeze-class.ts'
import { choice, clock, text } from '../contract/options/kinds.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import type { OptionGroup, Values } from '../contract/options/option-rows.ts'
import { readSeconds } from '../contract/options/read-duration.ts'
import { readOptions } from '../contract/options/read-options.ts'
import { cookieKeys, type KeyMaterial, type KeyRing, ringKeys } from './key-ring.ts'

/**
 * What the signature covers: `value` is purpose and encoded text (COOK-1), `payload` the raw
 * bytes without a purpose, as another system writes them (S-CK-1).
 */
export type CookieFormat = 'value' | 'payload'

/** Options of {@link CookieSigner}. */
export interface CookieSignerOptions {
  /** Purpose: a cookie signed for one never verifies for another. Default `quater.cookie`. */
  readonly salt?: string
  /** Default `value`. */
  readonly format?: CookieFormat
  /** Source of time. Default: the machine's. */
  readonly clock?: Clock
}

/** What a sealed payload is bound to. */
export interface SealOptions {
  /** Lifetime; adds `exp` (seconds since the epoch). */
  readonly expiresIn?: Duration
  /** Adds `_path`. */
  readonly path?: string
  /** Adds `_domain`. */
  readonly domain?: string
}

/** What a payload must be bound to: exactly this, nothing where nothing is given. */
export interface OpenOptions {
  readonly path?: string
  readonly domain?: string
}

/** The rows of {@link CookieSignerOptions}. */
export const SIGNER: OptionGroup<CookieSignerOptions, Values<CookieSignerOptions>> = {
  name: 'CookieSigner()',
  prefix: 'TREFOIL_SIGNER',
  rows: {
    salt: {
      read: text,
      default: 'quater.cookie',
      doc: 'Purpose: a cookie signed for one never verifies for another.',
    },
    format: {
      read: choice(['value', 'payload']),
      default: 'value',
      doc: 'What the signature covers: `value` is purpose and encoded text, `payload` the raw bytes without a purpose, as another system writes them.',
    },
    clock: {
      read: clock,
      default: systemClock,
      shown: "the machine's",
      doc: 'Source of time.',
    },
  },
}

const SEAL_OPTIONS: OptionNames<SealOptions> = { expiresIn: true, path: true, domain: true }
const OPEN_OPTIONS: OptionNames<OpenOptions> = { path: true, domain: true }

/**
 * Signs small cookie values. Signed is not encrypted: whoever holds the cookie can read it.
 * The current key signs; current and previous keys verify.
 *
 * @throws ImproperlyConfigured for empty keys, an empty salt or an unknown format
 */
export class CookieSigner {
  /** Live: a key taken out of it verifies nothing from then on. */
  readonly #ring: KeyRing
  readonly #salt: string
  readonly #format: CookieFormat
  readonly #clock: Clock

  constructor(keys: KeyMaterial | KeyRing, options: CookieSignerOptions = {}) {
    const ring = cookieKeys('CookieSigner(): keys', keys)
    const { salt, format, clock } = readOptions(SIGNER, options)
    this.#ring = ring
    this.#salt = salt
    this.#format = format
    this.#clock = clock
    Object.freeze(this)
  }

  /** @throws TypeError for anything but text, and text with a lone surrogate, which has no UTF-8 form */
  sign(value: string): string {
    if (typeof value !== 'string' || !value.isWellFormed())
      throw new TypeError('A signed value must be well-formed text')
    const bytes = new TextEncoder().encode(value)
    const encoded = encodeBase64url(bytes)
    const signature = this.#mac(this.#keys()[0] as Uint8Array, encoded, bytes)
    return `${encoded}.${encodeBase64url(signature)}`
  }

  /** The signed value, or `null`; never throws, whatever the text (W-5). */
  verify(text: string): string | null {
    if (typeof text !== 'string') return null
    const dot = text.indexOf('.')
    // Neither half may be empty (COOK-2), so what signs the empty text never verifies (COOK-4).
    if (dot < 1) return null
    const encoded = text.slice(0, dot)
    const bytes = decodeBase64url(encoded)
    const signature = decodeBase64url(text.slice(dot + 1))
    if (bytes === null || signature === null) return null
    if (!this.#isSigned(encoded, bytes, signature)) return null
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    } catch {
      return null
    }
  }

  /**
   * Signs an object as canonical JSON (sorted keys, ASCII only).
   *
   * @throws TypeError for anything but a plain object, a value with no JSON form, and a payload that
   * has a member of its own which an option would add (SW-37)
   * @throws ImproperlyConfigured for an unknown option, and an `expiresIn` that is no duration
   */
  seal(payload: object, options: SealOptions = {}): string {
    checkOptionNames('seal()', options, SEAL_OPTIONS)
    const { expiresIn, path, domain } = options
    if (!isPlainObject(payload)) throw new TypeError('seal() takes a plain object')
    const added: Record<string, unknown> = {
      ...(expiresIn === undefined
        ? {}
        : { exp: this.#now() + readSeconds('seal(): expiresIn', expiresIn) }),
      ...(path === undefined ? {} : { _path: path }),
      ...(domain === undefined ? {} : { _domain: domain }),
    }
    for (const name of Object.keys(added)) {
      // Whichever won, a payload made of what a caller sent could undo the other (SW-37).
      if (Object.hasOwn(payload, name)) {
        throw new TypeError(`seal(): the payload has a '${name}' of its own beside the option`)
      }
    }
    return this.sign(toAscii(canonicalJson({ ...payload, ...added })))
  }

  /**
   * The payload, or `null` when it is forged, malformed, expired or bound elsewhere; never throws,
   * whatever the text.
   *
   * @throws ImproperlyConfigured for an unknown option
   */
  open(text: string, options: OpenOptions = {}): Record<string, unknown> | null {
    checkOptionNames('open()', options, OPEN_OPTIONS)
    const json = this.verify(text)
    const payload = json === null ? null : parseObject(json)
    if (payload === null) return null
    const { exp } = payload
    if (exp !== undefined && !(typeof exp === 'number' && this.#now() < exp)) return null
    // What is bound to a place opens there alone, not wherever nobody thought of asking (SW-37).
    const { path, domain } = options
    return payload['_path'] === path && payload['_domain'] === domain ? payload : null
  }

  #keys(): readonly Uint8Array[] {
    return ringKeys(this.#ring).map(({ bytes }) => bytes)
  }

  #now(): number {
    return Math.floor(this.#clock.now() / 1000)
  }

  #mac(key: Uint8Array, encoded: string, bytes: Uint8Array): Uint8Array {
    const mac = createHmac('sha256', createSecretKey(key))
    return this.#format === 'payload'
      ? mac.update(bytes).digest()
      : mac.update(`${this.#salt}:${encoded}`).digest()
  }

  /** Every key is tried, so the time taken does not tell which one matched. */
  #isSigned(encoded: string, bytes: Uint8Array, signature: Uint8Array): boolean {
    let signed = false
    for (const key of this.#keys()) {
      const expected = this.#mac(key, encoded, bytes)
      const same = equalBytes(signature, expected)
      signed = same || signed
    }
    return signed
  }
}

// Exported, and what sessions are opened with: a `verify` put there would take any forged cookie.
freezeClass(CookieSigner)

function toAscii(json: string): string {
  return json.replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function parseObject(json: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : null
  } catch {
    return null
  }
}
