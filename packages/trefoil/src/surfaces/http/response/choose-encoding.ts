import type { HttpReply } from '../../../contract/answer/exchange.ts'
import type { PartialContent } from '../../../contract/answer/partial-content.ts'
import { chooseEncoding } from '../../../web/accept-encoding.ts'
import { isCompressible } from '../../../web/media-types.ts'
import { firstHeader, type RawHeaders } from '../../../web/raw-headers.ts'
import type { Compression, Encoding } from './compression-options.ts'
import { headerOf } from './header-list.ts'

/** What deciding on compression needs to know of the request. */
export interface RequestTraits {
  readonly raw: RawHeaders
  readonly authenticated: boolean
}

/**
 * Whether an answer could be compressed for some client. Such an answer varies on
 * `Accept-Encoding` even when this client gets it as it is.
 */
export function mayCompress(
  reply: HttpReply,
  wishes: { readonly compress: boolean | null; readonly content: PartialContent | null },
  traits: RequestTraits,
  { threshold, credentialHeaders }: Compression,
): boolean {
  const { status, body, headers } = reply
  if (body === null || status === 206 || wishes.compress === false) return false
  if (!isCompressible(headerOf(headers, 'content-type') ?? '')) return false
  if ((sizeOf(reply, wishes.content) ?? threshold) < threshold) return false
  if (headerOf(headers, 'content-encoding') !== undefined) return false
  if (headerOf(headers, 'cache-control')?.toLowerCase().includes('no-transform') === true) {
    return false
  }
  // The length of a compressed body tells whether text the attacker had placed in it repeats a
  // secret of it (BREACH). Who carries no credential has no secret to lose; a cookie being set may
  // be one.
  if (headerOf(headers, 'set-cookie') !== undefined) return false
  return (
    wishes.compress === true || !(traits.authenticated || carriesOne(credentialHeaders, traits.raw))
  )
}

/** The coding for this client; `null` to send the body as it is. */
export function encodingFor(raw: RawHeaders, { encodings }: Compression): Encoding | null {
  return chooseEncoding(firstHeader(raw, 'accept-encoding'), encodings)
}

/** Bytes, near enough for a threshold; `null` for a stream of unknown length. */
function sizeOf({ body }: HttpReply, content: PartialContent | null): number | null {
  if (typeof body === 'string' || body instanceof Uint8Array) return body.length
  return content?.size ?? null
}

function carriesOne(credentialHeaders: ReadonlySet<string>, raw: RawHeaders): boolean {
  for (let index = 0; index < raw.length; index += 2) {
    if (credentialHeaders.has((raw[index] as string).toLowerCase())) return true
  }
  return false
}
