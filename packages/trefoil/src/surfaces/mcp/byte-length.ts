const encoder = new TextEncoder()

/** Bytes of a text as it is sent. */
export function byteLength(text: string): number {
  return encoder.encode(text).byteLength
}
