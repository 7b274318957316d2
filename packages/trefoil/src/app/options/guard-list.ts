import { readGuard } from '../../contract/auth/read-guard.ts'
import type { Guard } from '../../contract/call/call.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { shownValue } from '../../contract/options/option-values.ts'

/** Guards, each read once: calls go by what was looked at. */
export const guardList: OptionKind<readonly Guard[]> = {
  words: 'list of guards',
  read(value) {
    if (!Array.isArray(value)) {
      return { mistake: `must be a list such as [hasRole('admin')], got ${shownValue(value)}` }
    }
    return { value: Object.freeze([...value].map((one) => readGuard('guards', one))) }
  },
}
