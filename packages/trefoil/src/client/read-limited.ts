import { joinBytes } from '../base/join-bytes.ts'
import { failure, type Result, success } from '../base/result.ts'

/**
 * Reads a body as UTF-8 text and stops at the limit, so that a hostile server cannot fill the
 * memory of this process, whatever length it announced.
 *
 * @param limit bytes; exactly the limit passes
 * @throws whatever the connection fails with
 */
export async function readLimited(
  response: Response,
  limit: number,
): Promise<Result<string, 'too_large' | 'not_text'>> {
  if (response.body === null) return success('')
  const reader = response.body.getReader()
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return decode(joinBytes(chunks))
    size += value.byteLength
    if (size > limit) {
      await reader.cancel()
      return failure('too_large')
    }
    chunks.push(value)
  }
}

function decode(bytes: Uint8Array): Result<string, 'not_text'> {
  try {
    return success(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return failure('not_text')
  }
}
