import { isRecord } from '../../base/plain/is-record.ts'
import type { OptionKind } from '../../contract/options/option-kind.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import type { RateStore } from '../../contract/ports/rate-store.ts'

/** What the option `limits.rateStore` reads. Members are read once, so that a later change changes nothing. */
export const RATE_STORE: OptionKind<RateStore> = {
  words: 'a RateStore',
  read(given) {
    const store: Partial<Record<keyof RateStore, unknown>> = isRecord(given) ? given : {}
    const { consume, plainKeys } = store
    if (typeof consume !== 'function') {
      return {
        mistake: `must be a store with a method consume(demands, now), such as memoryRates(), got ${shownValue(given)}`,
      }
    }
    if (plainKeys !== undefined && typeof plainKeys !== 'boolean') {
      return { mistake: `must have plainKeys: true or false, got ${shownValue(plainKeys)}` }
    }
    // What it answers is checked in each call.
    return {
      value: Object.freeze({ plainKeys: plainKeys === true, consume: consume.bind(given) }),
    }
  },
}
