import { describe, expect, it } from 'vitest'
import type { RateStanding, RateStore } from '../../contract/ports/rate-store.ts'
import { rateStoreContract } from '../../testing/rate-store-contract.ts'
import { memoryRates } from './memory-rates.ts'
import { rateOf } from './rate-text.ts'

const NOW = 1_760_000_000_000
const RATE = rateOf(2, 60_000, 2)

function take(store: RateStore, key: string, now = NOW, byAddress = true): RateStanding {
  const [standing] = store.consume([{ key, rate: RATE, byAddress }], now) as readonly RateStanding[]
  if (standing === undefined) throw new Error('no standing')
  return standing
}

describe('memoryRates', () => {
  for (const { name, run } of rateStoreContract(() => memoryRates())) it(name, run)

  it('PW-31: a flood of addresses empties nobody’s count, and the cap holds', () => {
    const store = memoryRates({ entries: 100 })
    take(store, 'victim')
    take(store, 'victim')
    for (let one = 0; one < 5000; one++) take(store, `stranger-${one}`)
    expect(take(store, 'victim').allowed).toBe(false)
  })

  it('PW-31: counts of known callers have room of their own', () => {
    const store = memoryRates({ entries: 100 })
    for (let one = 0; one < 5000; one++) take(store, `stranger-${one}`)
    for (let one = 0; one < 100; one++) {
      expect(take(store, `known-${one}`, NOW, false).remaining).toBe(1)
    }
  })

  it('PW-31 SW-28: whoever finds no room shares a count, and gets no more than a rate allows', () => {
    const store = memoryRates({ entries: 10 })
    for (let one = 0; one < 10; one++) take(store, `stranger-${one}`)
    let passed = 0
    for (let call = 0; call < 20; call++) if (take(store, 'late').allowed) passed++
    expect(passed).toBe(2)
    // Room again: it does not begin anew.
    const later = NOW + 30_000
    expect(take(store, 'late', later).remaining).toBe(0)
    expect(take(store, 'late', later).allowed).toBe(false)
  })

  it('drops counts that are full again as new ones come', () => {
    const store = memoryRates({ entries: 10 })
    for (let round = 0; round < 50; round++) {
      const now = NOW + round * 120_000
      for (let one = 0; one < 10; one++) {
        const key = `${round}-${one}`
        expect(take(store, key, now).allowed).toBe(true)
        expect(take(store, key, now).allowed).toBe(true)
        expect(take(store, key, now).allowed).toBe(false)
      }
    }
  })

  it.each([[0], [-1], [1.5], ['10'], [null], [Number.NaN]])('refuses entries: %s', (entries) => {
    expect(() => memoryRates({ entries: entries as number })).toThrow(
      'memoryRates(): entries must be a whole number, 1 or more',
    )
  })

  it('refuses an unknown option', () => {
    expect(() => memoryRates({ entires: 5 } as object)).toThrow("did you mean 'entries'?")
  })
})
