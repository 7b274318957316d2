import { isTextual } from '../../web/media-types.ts'

/**
 * The text that bytes are, under a type that says they are text. Other bytes stay bytes, and so do
 * some that are no UTF-8: made text of, an image would be lost (FND-4).
 *
 * @returns `null` for bytes that are no text
 */
export function textOfBytes(bytes: Uint8Array, type: string | null): string | null {
  if (type === null || !isTextual(type)) return null
  try {
    // A byte order mark is one of the bytes: dropped, the text would not make the same file again.
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}
