import { readPart } from './compact-token.ts'

/** What we go by in a header; key hints such as `kid`, `jwk` and `jku` are not (JWT-6). */
export interface JwtHeader {
  readonly alg: unknown
  /**
   * False for `crit`, which asks for what we do not know (RFC 7515 §4.1.11), and for `b64`, with which
   * another reader would take the payload for text (RFC 7797; JWTs must not have it).
   */
  readonly plain: boolean
}

/** An issuer writes one header, or one for each key. */
const SIZE = 16
/** Longer ones are read every time: what is kept stays small, whatever an issuer writes. */
const MAX_LENGTH = 512

/** Reads headers, and remembers what those of genuine tokens say. */
export class JwtHeaders {
  readonly #known = new Map<string, JwtHeader>()

  /** @returns `null` for one that is malformed */
  read(text: string): JwtHeader | null {
    const known = this.#known.get(text)
    if (known !== undefined) return known
    const header = readPart(text)
    if (header === null) return null
    return {
      alg: header['alg'],
      plain: header['crit'] === undefined && header['b64'] === undefined,
    }
  }

  /** Only for a header whose signature is ours: a stranger must not push out the honest ones. */
  keep(text: string, header: JwtHeader): void {
    if (text.length > MAX_LENGTH || this.#known.has(text)) return
    if (this.#known.size >= SIZE) this.#known.clear()
    // A slice would keep the whole token, a credential, in memory.
    this.#known.set(Buffer.from(text, 'latin1').toString('latin1'), header)
  }
}
