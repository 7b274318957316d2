import type { RandomSource } from './clock.ts'

const ID_BYTES = 16
const POOL_BYTES = 4096
const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
)

/**
 * Makes 32-hex-digit ids (128 random bits), such as request ids (OBS-1).
 * Random bytes are drawn a page at a time, because one call to the system per id is the
 * dearest part of making one.
 */
export function createIdSource(random: RandomSource): () => string {
  const pool = new Uint8Array(POOL_BYTES)
  let offset = POOL_BYTES
  return () => {
    if (offset === POOL_BYTES) {
      random(pool)
      offset = 0
    }
    let id = ''
    for (const end = offset + ID_BYTES; offset < end; offset++) id += HEX[pool[offset] as number]
    return id
  }
}
