import { createHmac, createSecretKey, hkdfSync, randomBytes } from 'node:crypto'
import type { KeyRing } from '../../../auth.ts'
import type { Clock } from '../../../index.ts'
import { equalSecrets } from '../../../parts.ts'

const PURPOSE = 'trefoil pages v1'
const TOKEN = /^([A-Za-z0-9_-]{12})\.([0-9a-z]{1,9})\.([A-Za-z0-9_-]{43})$/

/** One that was sent, and is good. */
export interface SentToken {
  /** Of the page that the form stood on: each has one of its own. */
  readonly id: string
  /** Milliseconds since the Unix epoch from which on nobody takes it. */
  readonly until: number
}

/**
 * Tokens of forms: who sends one has been shown the form, by us, in this browser, in this login session, not long ago
 * (HTTP-8). Nothing is kept: any number of tabs have their own.
 */
export class FormTokens {
  readonly #ring: KeyRing
  readonly #clock: Clock
  readonly #lifetime: number

  /** @param lifetime milliseconds */
  constructor(ring: KeyRing, clock: Clock, lifetime: number) {
    this.#ring = ring
    this.#clock = clock
    this.#lifetime = lifetime
  }

  /**
   * @param form its action: a token for one opens no other
   * @param binding whose it is: a login session, or what the browser was given
   */
  make(form: string, binding: string): string {
    const id = randomBytes(9).toString('base64url')
    const until = Math.floor((this.#clock.now() + this.#lifetime) / 1000).toString(36)
    return `${id}.${until}.${mac(this.#ring.current, textOf(form, binding, id, until))}`
  }

  /** @returns `null` for one that is forged, of another form, session or browser, or too old */
  read(token: string, form: string, binding: string): SentToken | null {
    const [, id = '', ending = '', sent = ''] = TOKEN.exec(token) ?? []
    if (sent === '') return null
    const text = textOf(form, binding, id, ending)
    const isOurs = [this.#ring.current, ...this.#ring.previous]
      .map((key) => equalSecrets(mac(key, text), sent))
      .includes(true)
    const until = Number.parseInt(ending, 36) * 1000
    return isOurs && until > this.#clock.now() ? { id, until } : null
  }

  /** A word that only we can have written, such as what a page is to say after the next redirect. */
  sign(purpose: string, text: string): string {
    return `${text}.${mac(this.#ring.current, `${purpose}\n${text}`)}`
  }

  /** @returns the word; `null` for one that is not ours */
  verify(purpose: string, signed: string): string | null {
    const dot = signed.lastIndexOf('.')
    const [text, sent] = [signed.slice(0, Math.max(0, dot)), signed.slice(dot + 1)]
    const isOurs = [this.#ring.current, ...this.#ring.previous]
      .map((key) => equalSecrets(mac(key, `${purpose}\n${text}`), sent))
      .includes(true)
    return isOurs ? text : null
  }
}

/** Lengths keep members apart: none can run over into the next. */
function textOf(form: string, binding: string, id: string, until: string): string {
  return ['form', form.length, form, binding.length, binding, id, until].join('\n')
}

function mac(key: Uint8Array, text: string): string {
  const derived = Buffer.from(hkdfSync('sha256', createSecretKey(key), '', PURPOSE, 32))
  return createHmac('sha256', createSecretKey(derived)).update(text, 'utf8').digest('base64url')
}
