import { isRecord } from '../base/plain/is-record.ts'
import type { OptionKind } from '../contract/options/option-kind.ts'
import type { SpentTokens } from '../contract/ports/spent-tokens.ts'

/** A store of what may be used once. */
export const spentTokens: OptionKind<SpentTokens> = {
  words: 'a store of spent tokens',
  read(value) {
    const { spend }: Partial<Record<keyof SpentTokens, unknown>> = isRecord(value) ? value : {}
    return typeof spend === 'function'
      ? { value: Object.freeze({ spend: spend.bind(value) }) }
      : { mistake: 'must be a store of spent tokens, such as sqlSpentTokens(data)' }
  },
}
