import type { Encoding } from './compression-options.ts'
import { entityTag } from './entity-tag.ts'

type Body = string | Uint8Array

/**
 * What was worked out for a document that is the same every time. Anybody may ask for it, and
 * hashing and compressing it anew each time would cost the server far more than the asking.
 */
export class DocumentMemo {
  #body: Body = ''
  #tag: string | null = null
  readonly #compressed: Map<Encoding, Promise<Uint8Array>> = new Map()

  /** The entity tag of the body. */
  tagOf(body: Body): string {
    this.#turnTo(body)
    // Only an answer without a body has none.
    this.#tag ??= entityTag(true, body) as string
    return this.#tag
  }

  /** The body in that coding; rejects as `compress` does, and asks it again then. */
  compressed(
    body: Body,
    encoding: Encoding,
    compress: (body: Body, encoding: Encoding) => Promise<Uint8Array>,
  ): Promise<Uint8Array> {
    this.#turnTo(body)
    const known = this.#compressed.get(encoding)
    if (known !== undefined) return known
    const made = compress(body, encoding)
    this.#compressed.set(encoding, made)
    made.catch(() => {
      if (this.#compressed.get(encoding) === made) this.#compressed.delete(encoding)
    })
    return made
  }

  /** Another body replaces the one that was known: there is never more than one. */
  #turnTo(body: Body): void {
    if (body === this.#body) return
    this.#body = body
    this.#tag = null
    this.#compressed.clear()
  }
}
