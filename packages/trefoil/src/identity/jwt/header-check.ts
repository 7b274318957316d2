import { readPart } from './compact-token.ts'

/** What we go by in a header; keys in it, and where to get some, are not looked at (`jwk`, `jku`, `x5u`, `x5c`: JWT-6). */
export interface JwtHeader {
  readonly alg: unknown
  /** Which key to try; `undefined` when the token does not say. */
  readonly kid: string | undefined
  /** In small letters, without `application/`; `null` when the token does not say. */
  readonly typ: string | null
  /**
   * False for `crit`, which asks for what we do not know (RFC 7515 §4.1.11), for `b64`, with which
   * another reader would take the payload for text (RFC 7797; JWTs must not have it), for a token in a
   * token (`cty: JWT`, RFC 7519 §5.2), and where `kid` or `typ` are no text.
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
    return header === null ? null : readHeader(header)
  }

  /** Only for a header whose signature is ours: a stranger must not push out the honest ones. */
  keep(text: string, header: JwtHeader): void {
    if (text.length > MAX_LENGTH || this.#known.has(text)) return
    if (this.#known.size >= SIZE) this.#known.clear()
    // A slice would keep the whole token, a credential, in memory.
    this.#known.set(Buffer.from(text, 'latin1').toString('latin1'), header)
  }
}

function readHeader(header: Readonly<Record<string, unknown>>): JwtHeader {
  const { alg, kid, typ, cty } = header
  return {
    alg,
    kid: typeof kid === 'string' ? kid : undefined,
    typ: typeof typ === 'string' ? mediaType(typ) : null,
    plain:
      header['crit'] === undefined &&
      header['b64'] === undefined &&
      isTextOrAbsent(kid) &&
      isTextOrAbsent(typ) &&
      !(typeof cty === 'string' && mediaType(cty) === 'jwt'),
  }
}

function isTextOrAbsent(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

/** Media types are compared without regard to case, and `application/` may be left out (RFC 7515 §4.1.9). */
export function mediaType(text: string): string {
  const lower = text.toLowerCase()
  return lower.startsWith('application/') ? lower.slice('application/'.length) : lower
}
