const MAX_LENGTH = 128

/**
 * Accepts a caller's request id (OBS-1): 1…128 visible ASCII characters after trimming. Anything
 * else is replaced, because the id is echoed in a header and written to logs.
 *
 * @returns the id, or `null` when it must be replaced
 */
export function acceptRequestId(value: string | undefined): string | null {
  if (value === undefined) return null
  const id = value.trim()
  if (id.length === 0 || id.length > MAX_LENGTH) return null
  for (let index = 0; index < id.length; index++) {
    const unit = id.charCodeAt(index)
    if (unit < 0x21 || unit > 0x7e) return null
  }
  return id
}
