const TABLE: Uint32Array = Uint32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte
  for (let bit = 0; bit < 8; bit++) rest = rest & 1 ? (rest >>> 1) ^ 0xedb88320 : rest >>> 1
  return rest
})

/** CRC-32 as in zip and PNG (ISO-HDLC) of a text's UTF-8 bytes. Finds slips, and nothing that is meant. */
export function crc32(text: string): number {
  let sum = 0xffffffff
  for (const byte of new TextEncoder().encode(text)) {
    sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] as number)
  }
  return (sum ^ 0xffffffff) >>> 0
}
