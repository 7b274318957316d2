import { type CredentialRefusal, refusal } from '../../contract/auth/refusal.ts'
import type { AuthRequest } from '../../contract/call/call.ts'

/** Parameters that people put keys into; more than so many are not looked at. */
const MOST = 32

/**
 * Refuses a call that brings a key in its address, whatever else it brings: addresses stand in logs,
 * histories and `Referer` headers, so that such a key has leaked (KEY-6).
 *
 * @param isKey true for text that is a key, a genuine one or not
 */
export function misplacedKey(
  { query }: AuthRequest,
  header: string,
  isKey: (text: string) => boolean,
): CredentialRefusal | null {
  let count = 0
  for (const [name, value] of query) {
    if (++count > MOST) return null
    if (isKey(value) || isNameOfKeys(name, header)) {
      return refusal('misplaced', {
        text: `API keys go in the header ${header}; replace this one, because addresses are written down`,
      })
    }
  }
  return null
}

/** `x-api-key`, `X_API_KEY`; not `apiKey`, which may be an argument of the action. */
function isNameOfKeys(name: string, header: string): boolean {
  return name.length === header.length && name.toLowerCase().replaceAll('_', '-') === header
}
