import type { Clock } from '../../base/clock.ts'
import { type Action, nameAmongAll } from '../../contract/call/action.ts'
import type { Logger } from '../../contract/call/logger.ts'
import type {
  ActionConcurrency,
  BreakerRule,
  CircuitStats,
  ConcurrencyLimit,
  ConcurrencyScope,
  ConcurrencyStats,
} from '../../contract/limits/capacity.ts'
import { Circuit } from '../../policy/capacity/circuit.ts'
import { KeyedPlaces, Places } from '../../policy/capacity/places.ts'

/**
 * The places and circuits of an app. One for all its surfaces, and for the variants that test
 * clients make of it: what runs at the same time is the process's, whoever calls.
 */
export class Capacity {
  /** `limits.concurrency`; `null` for not even counting. */
  readonly limit: number | null
  readonly places: Places
  readonly #actions = new Map<string, ActionPlaces>()
  readonly #circuits = new Map<string, ActionCircuit>()

  constructor(limit: number | null) {
    this.limit = limit
    this.places = new Places(limit ?? 0)
  }

  /** `null` where the action has no limit of its own. */
  placesOf(action: Action): ActionPlaces | null {
    const { concurrency } = action
    if (concurrency.length === 0) return null
    return known(this.#actions, nameAmongAll(action), () => new ActionPlaces(concurrency))
  }

  /** `null` where the action has no breaker. */
  circuitOf(action: Action, clock: Clock, logger: Logger): ActionCircuit | null {
    const { breaker } = action
    if (breaker === null) return null
    const name = nameAmongAll(action)
    return known(this.#circuits, name, () => new ActionCircuit(name, breaker, clock, logger))
  }

  concurrency(): ConcurrencyStats {
    return Object.freeze({
      ...this.places.counts(),
      limit: this.limit,
      actions: byName(this.#actions, (places) => places.stats()),
    })
  }

  circuits(): Readonly<Record<string, CircuitStats>> {
    return byName(this.#circuits, (circuit) => circuit.stats())
  }
}

/** The places of one action. */
export class ActionPlaces {
  /** Counts all of its calls; its limit is that of everyone. */
  readonly all: Places
  readonly callers: KeyedPlaces | null
  readonly tenants: KeyedPlaces | null
  readonly #limits: readonly ConcurrencyLimit[]

  constructor(limits: readonly ConcurrencyLimit[]) {
    const limitOf = (scope: ConcurrencyScope) => limits.find(({ per }) => per === scope)?.limit ?? 0
    const keyed = (limit: number) => (limit === 0 ? null : new KeyedPlaces(limit))
    this.all = new Places(limitOf('everyone'))
    this.callers = keyed(limitOf('caller'))
    this.tenants = keyed(limitOf('tenant'))
    this.#limits = limits
  }

  stats(): ActionConcurrency {
    return Object.freeze({ ...this.all.counts(), limits: this.#limits })
  }
}

/** The circuit of one action, with the clock it goes by and who is told when it changes. */
export class ActionCircuit {
  readonly circuit: Circuit
  readonly logger: Logger
  readonly #rule: BreakerRule
  readonly #action: string
  readonly #clock: Clock

  constructor(action: string, rule: BreakerRule, clock: Clock, logger: Logger) {
    this.circuit = new Circuit(rule)
    this.logger = logger
    this.#rule = rule
    this.#action = action
    this.#clock = clock
  }

  now(): number {
    return this.#clock.elapsed()
  }

  /** What the line about a change says. */
  facts(): Readonly<Record<string, unknown>> {
    const { failures, cooldown } = this.#rule
    return { action: this.#action, failures, cooldown_ms: cooldown }
  }

  /** Whole seconds, at least one. */
  retryAfter(): number {
    return Math.max(1, Math.ceil(this.circuit.wait(this.now()) / 1000))
  }

  stats(): CircuitStats {
    const now = this.now()
    const state = this.circuit.stateAt(now)
    const wait = Math.ceil(this.circuit.wait(now) / 1000)
    return Object.freeze({
      state,
      failures: this.circuit.failures,
      opened: this.circuit.opened,
      retryAfter: state === 'closed' ? null : wait,
    })
  }
}

/** Made once: an action is compiled for each surface, and they share it. */
function known<Value>(map: Map<string, Value>, name: string, make: () => Value): Value {
  const before = map.get(name)
  if (before !== undefined) return before
  const made = make()
  map.set(name, made)
  return made
}

/** Without a prototype: an action may be called `__proto__`. */
function byName<Value, Stats>(
  map: ReadonlyMap<string, Value>,
  statsOf: (value: Value) => Stats,
): Readonly<Record<string, Stats>> {
  const stats: Record<string, Stats> = Object.create(null)
  for (const [name, value] of map) stats[name] = statsOf(value)
  return Object.freeze(stats)
}
