import { createHash, randomBytes } from 'node:crypto'

/** Of a job without a key: they sort by time, so that a table grows at one end. */
export function newJobId(now: number): string {
  const bytes = randomBytes(16)
  bytes.writeUIntBE(Math.max(0, Math.floor(now)), 0, 6)
  return uuid(bytes, 7)
}

/**
 * Of a job with a key: the same for the same queue, tenant and key, so that the database itself refuses the
 * second one.
 */
export function keyedJobId(queue: string, tenant: string | null, key: string): string {
  const text = JSON.stringify([queue, tenant, key])
  return uuid(createHash('sha256').update(text).digest().subarray(0, 16), 8)
}

function uuid(bytes: Buffer, version: number): string {
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | (version << 4)
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80
  const hex = bytes.toString('hex')
  const parts = [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20)]
  return [...parts, hex.slice(20)].join('-')
}
