import type { RandomSource } from './clock.ts'

const ID_BYTES = 16
const ID_DIGITS = 2 * ID_BYTES
const PAGE_BYTES = 4096
const DIGITS = new TextEncoder().encode('0123456789abcdef')

/**
 * Makes 32-hex-digit ids (128 random bits), such as request ids (OBS-1). A page of them is drawn
 * and written as one text at a time: asking the system and joining digits are the dear parts,
 * and a slice of a flat text is nearly free.
 */
export function createIdSource(random: RandomSource): () => string {
  const bytes = new Uint8Array(PAGE_BYTES)
  const digits = new Uint8Array(2 * PAGE_BYTES)
  const decoder = new TextDecoder()
  let page = ''
  let offset = 0

  function turnPage(): void {
    random(bytes)
    for (let index = 0; index < PAGE_BYTES; index++) {
      const byte = bytes[index] as number
      digits[2 * index] = DIGITS[byte >> 4] as number
      digits[2 * index + 1] = DIGITS[byte & 0x0f] as number
    }
    page = decoder.decode(digits)
    offset = 0
  }

  return () => {
    if (offset === page.length) turnPage()
    offset += ID_DIGITS
    return page.slice(offset - ID_DIGITS, offset)
  }
}
