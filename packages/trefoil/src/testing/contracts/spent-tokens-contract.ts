import { systemClock } from '../../base/clock.ts'
import type { SpentTokens } from '../../contract/ports/spent-tokens.ts'
import { expectThrow, expectValue } from './expect-value.ts'
import { type StoreCheck, type StoreChecks, storeChecks } from './store-check.ts'

const later = () => systemClock.now() + 600_000

const CHECKS: StoreChecks<SpentTokens> = {
  'the first is first, whoever comes after is not': async (store) => {
    expectValue(await store.spend('link', 'a', later()), 'first', 'spend()')
    expectValue(await store.spend('link', 'a', later()), 'again', 'spend() again')
    expectValue(await store.spend('link', 'a', later() + 1), 'again', 'spend() with another end')
  },
  'of many at the same time exactly one is first': async (store) => {
    const until = later()
    const all = await Promise.all(
      Array.from({ length: 100 }, async () => store.spend('link', 'a', until)),
    )
    expectValue(all.filter((one) => one === 'first').length, 1, 'how many were first')
  },
  'ids of two purposes are two, whatever is in them': async (store) => {
    const ids = [
      ['link', 'a'],
      ['link', 'A'],
      ['link', 'a '],
      ['lin', 'ka'],
      ['link:', 'a'],
      ['link', "a' or ''='"],
      ['link', 'a\u0000'],
      ['link', '__proto__'],
      ['link', 'x'.repeat(20_000)],
      ['link', `${'x'.repeat(19_999)}y`],
      ['otp', 'a'],
    ] as const
    for (const [purpose, id] of ids) {
      expectValue(await store.spend(purpose, id, later()), 'first', `spend() of ${purpose}`)
    }
    for (const [purpose, id] of ids) {
      expectValue(await store.spend(purpose, id, later()), 'again', `spend() of ${purpose} again`)
    }
  },
  'one that is over is not first again at once': async (store) => {
    const over = systemClock.now() - 1000
    expectValue(await store.spend('link', 'a', over), 'first', 'spend()')
    expectValue(await store.spend('link', 'a', over), 'again', 'spend() again')
  },
  'refuses what no token has': async (store) => {
    await expectThrow(() => store.spend('', 'a', later()), "spend('', …)")
    await expectThrow(() => store.spend('link', '', later()), "spend('link', '')")
    await expectThrow(
      () => store.spend('link', undefined as never, later()),
      'spend() without an id',
    )
    await expectThrow(() => store.spend('link', 'a', Number.NaN), 'spend() until NaN')
    expectValue(await store.spend('link', 'a', later()), 'first', 'spend() after that')
  },
}

/**
 * What every store of spent tokens must do: `for (const { name, run } of spentTokensContract(makeStore)) test(name, run)`.
 *
 * @param makeStore gives an empty store for each check
 */
export function spentTokensContract(
  makeStore: () => SpentTokens | Promise<SpentTokens>,
): readonly StoreCheck[] {
  return storeChecks(CHECKS, makeStore)
}
