import type { Clock } from '../../../base/clock.ts'
import type { RateRule } from '../../../contract/limits/rate-rule.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import type { RateLimits } from '../../../engine/limits/rate-limits.ts'
import { memoryRates } from '../../../policy/rate/memory-rates.ts'
import { rateScope } from '../../../policy/rate/rate-key.ts'
import { type DeclaredRate, readRates } from '../../../policy/rate/rate-option.ts'
import type { Declaration, Level } from '../../declare/declaration.ts'
import type { LimitValues } from '../../options/limit-options.ts'

/** A rule, and whether what is inside may leave it. */
interface Placed {
  readonly rule: RateRule
  readonly skippable: boolean
}

/**
 * The rates of an app's levels, each read once: what is counted together is one rule for all actions
 * below.
 */
export class RateLevels {
  readonly #app: string
  readonly #ofApp: readonly Placed[]
  readonly #groups = new Map<Level, readonly Placed[]>()
  readonly #paths = new Map<string, number>()

  constructor(app: string, ofApp: readonly DeclaredRate[]) {
    this.#app = app
    this.#ofApp = this.#place('app', [], ofApp)
  }

  /** What lists and documents are counted by. */
  get ofApp(): readonly RateRule[] {
    return named(this.#ofApp)
  }

  /**
   * What holds for an action: the rates of the app, of its groups and its own. Inner ones are further
   * rates and take no outer one away, but what an outer one calls skippable.
   *
   * @param name of the action
   * @throws ImproperlyConfigured naming the route
   */
  of(
    { levels, options, isEndpoint }: Declaration,
    name: string,
    where: string,
  ): readonly RateRule[] {
    // A part's own endpoints (liveness, say) are no actions of the app.
    let rules = isEndpoint === true ? [] : this.#ofApp
    let path = ''
    for (const level of levels) {
      path += level.prefix
      const { rate } = level.options
      if (rate === undefined) continue
      rules =
        rate === false ? left(rules, `Group '${path}'`) : [...rules, ...this.#ofGroup(level, path)]
    }
    const { rate } = options
    if (rate === false) rules = left(rules, where)
    else if (rate !== undefined) {
      const own = readRates(`${where}: rate`, rate)
      if (own.some(({ skippable }) => skippable)) {
        throw new ImproperlyConfigured(
          `${where}: rate is skippable, and there is nothing inside it that could skip it`,
        )
      }
      rules = [...rules, ...this.#place('action', [name], own)]
    }
    return named(rules)
  }

  #ofGroup(level: Level, path: string): readonly Placed[] {
    const known = this.#groups.get(level)
    if (known !== undefined) return known
    // By the order of declaration, which every process has in common: two groups of one path are two.
    const before = this.#paths.get(path) ?? 0
    this.#paths.set(path, before + 1)
    const placed = this.#place(
      'group',
      [path, String(before)],
      readRates(`Group '${path}': rate`, level.options.rate),
    )
    this.#groups.set(level, placed)
    return placed
  }

  #place(
    kind: string,
    place: readonly string[],
    rates: readonly DeclaredRate[],
  ): readonly Placed[] {
    return rates.map(({ rate, per, name, skippable }, index) => ({
      rule: {
        name: name ?? kind,
        per,
        rate,
        scope: rateScope(this.#app, kind, ...place, String(index)),
      },
      skippable,
    }))
  }
}

/** How the app counts; `null` where it has no rates. */
export function rateLimits(
  levels: RateLevels,
  compiled: readonly { readonly action: { readonly rates: readonly RateRule[] } }[],
  { rateStore, rateFailure }: Pick<LimitValues, 'rateStore' | 'rateFailure'>,
  clock: Clock,
): RateLimits | null {
  const { ofApp } = levels
  if (ofApp.length === 0 && compiled.every(({ action }) => action.rates.length === 0)) return null
  const store = rateStore ?? memoryRates()
  const failed = { saidAt: Number.NEGATIVE_INFINITY }
  return Object.freeze({
    store,
    failure: rateFailure,
    ofLists: ofApp,
    clock,
    keys: new Map(),
    failed,
  })
}

/** `rate: false`. Not silently without an effect: somebody counts on it. */
function left(rules: readonly Placed[], where: string): readonly Placed[] {
  const kept = rules.filter(({ skippable }) => !skippable)
  if (kept.length < rules.length) return kept
  throw new ImproperlyConfigured(
    `${where}: rate: false has nothing to leave; rates of the app or a group can be left where they ` +
      "say so, as in limits: { rate: { limit: '100/min', skippable: true } }",
  )
}

/** Headers tell rates apart by their names: `action`, `action-2`. */
function named(placed: readonly Placed[]): readonly RateRule[] {
  const taken = new Set<string>()
  return placed.map(({ rule }) => {
    let { name } = rule
    for (let count = 2; taken.has(name); count++) name = `${rule.name}-${count}`
    taken.add(name)
    return Object.freeze({ ...rule, name })
  })
}
