import { createHash, hash } from 'node:crypto'

/** Other runtimes than Node may have no one-shot hash, which takes a quarter of the time. */
const ONE_SHOT = typeof hash === 'function'

export function sha256(bytes: Uint8Array | string): Buffer {
  return ONE_SHOT ? hash('sha256', bytes, 'buffer') : createHash('sha256').update(bytes).digest()
}
