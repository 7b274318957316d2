import { randomInt, randomUUID } from 'node:crypto'
import { setTimeout } from 'node:timers/promises'
import { type Awaitable, Problem } from '../../../index.ts'
import { systemClock } from '../../../parts.ts'
import type { AttemptStore } from '../../../stores.ts'
import type { Identifier } from '../identifier.ts'
import { locked } from './account-locked.ts'
import type { DeviceTokens } from './device-token.ts'
import type { LockBudgets, NamedBudget } from './lock-budgets.ts'
import type { Checked, LoginLocks, LoginTry } from './login-locks.ts'
import { type EndTurn, Turns } from './turns.ts'

const LONGEST_WAIT = 8000
/** Between two questions; longer each time, because hundreds who ask would be all that the database does. */
const FIRST_PAUSE = 5
const LONGEST_PAUSE = 100
const PERCENT = 100
/** Seconds after which one whom nobody could count may come again. */
const AGAIN = '1'

/** Locks over a store of attempts, which all processes share. */
export class ReservingLocks implements LoginLocks {
  readonly #store: AttemptStore
  readonly #budgets: LockBudgets
  readonly #devices: DeviceTokens
  readonly #turns = new Turns()
  readonly #longestWait: number

  /** @param longestWait milliseconds for which somebody waits for a try while all are under way */
  constructor(
    store: AttemptStore,
    budgets: LockBudgets,
    devices: DeviceTokens,
    longestWait: number = LONGEST_WAIT,
  ) {
    this.#longestWait = longestWait
    this.#store = store
    this.#budgets = budgets
    this.#devices = devices
  }

  async attempt<Value>(tried: LoginTry, check: () => Promise<Checked<Value>>): Promise<Value> {
    const { budgets, forget } = this.#budgetsOf(tried)
    // Nobody's name, from nowhere: there is nothing that it could be right for, and a count of it would be everybody's.
    if (budgets.length === 0) return (await check()).value
    const until = systemClock.elapsed() + this.#longestWait
    const ends: EndTurn[] = []
    try {
      for (const turn of turnsOf(budgets)) ends.push(await this.#turn(turn, tried.signal))
      const id = await this.#reserve(budgets, tried.signal, until)
      return await this.#tryOut(id, budgets, forget, check)
    } finally {
      for (const end of ends) end()
    }
  }

  async #tryOut<Value>(
    id: string,
    budgets: readonly NamedBudget[],
    forget: readonly string[],
    check: () => Promise<Checked<Value>>,
  ): Promise<Value> {
    let checked: Checked<Value>
    try {
      checked = await check()
    } catch (error) {
      // Where the store is away as well, it is given back by itself.
      await orNothing(() => this.#store.released(id, budgets))
      throw error
    }
    if (checked.isRight) {
      const forgotten = checked.isPartial === true ? [] : forget
      await orUnavailable(() => this.#store.succeeded(id, budgets, forgotten))
    } else {
      const { retryAfter } = await orUnavailable(() => this.#store.failed(id, budgets))
      if (retryAfter > 0) throw locked(retryAfter)
    }
    return checked.value
  }

  async entered(tried: LoginTry): Promise<void> {
    const { budgets, forget } = this.#budgetsOf(tried)
    await this.#forget(budgets.filter(({ key }) => forget.includes(key)))
  }

  async forgetFactor(accountId: string): Promise<void> {
    await this.#forget(this.#budgets.ofFactor(accountId))
  }

  deviceToken(identifier: Identifier, shown: string | null = null): string {
    return this.#devices.make(identifier, shown)
  }

  async forget(identifier: Identifier, device: string | null = null): Promise<void> {
    const id = this.#devices.find(identifier, device)
    const budgets = [
      ...this.#budgets.ofAccount(identifier),
      ...(id === null
        ? this.#budgets.ofKnownDevices(identifier)
        : this.#budgets.ofDevice(identifier, id)),
    ]
    await this.#forget(budgets)
  }

  async #forget(budgets: readonly NamedBudget[]): Promise<void> {
    if (budgets.length === 0) return
    // Of a try that there is none of: nobody else's is given back.
    await orUnavailable(() => this.#store.succeeded(randomUUID(), budgets, keysOf(budgets)))
  }

  #budgetsOf(tried: LoginTry): {
    readonly budgets: readonly NamedBudget[]
    /** Keys of those that a right try forgets. */
    readonly forget: readonly string[]
  } {
    const { factorOf = null } = tried
    const { budgets, forget } = this.#budgetsOfWho(tried)
    const factor = factorOf === null ? [] : this.#budgets.ofFactor(factorOf)
    return { budgets: [...budgets, ...factor], forget: [...forget, ...keysOf(factor)] }
  }

  #budgetsOfWho({ identifier, client, device, session = null }: LoginTry): {
    readonly budgets: readonly NamedBudget[]
    readonly forget: readonly string[]
  } {
    const id = identifier === null ? null : this.#devices.find(identifier, device)
    const known = session ?? id
    if (identifier !== null && known !== null) {
      // Not the address either: whoever shares it with an attacker gets in all the same. And not what strangers did:
      // each login of the account would give them all their tries anew.
      const budgets = this.#budgets.ofDevice(identifier, known)
      return { budgets, forget: keysOf(budgets) }
    }
    const budgets = this.#budgets.ofStranger(identifier, client.address)
    // Not what its address did: whoever has one account there could go on trying others.
    return { budgets, forget: keysOf(budgets.filter(({ counted }) => counted !== 'address')) }
  }

  /** @throws Problem `unavailable` where nobody gave one up in time; the reason of the signal */
  #turn({ key, threshold }: NamedBudget, signal: AbortSignal): EndTurn | Promise<EndTurn> {
    const turn = this.#turns.take(key, threshold, signal, this.#longestWait)
    if (typeof turn === 'function') return turn
    return turn.then((end) => {
      if (end !== null) return end
      signal.throwIfAborted()
      throw unavailable()
    })
  }

  /** @returns the id of the reservation */
  async #reserve(
    budgets: readonly NamedBudget[],
    signal: AbortSignal,
    until: number,
  ): Promise<string> {
    for (let longest = FIRST_PAUSE; ; longest = Math.min(longest * 2, LONGEST_PAUSE)) {
      signal.throwIfAborted()
      const answer = await orUnavailable(() => this.#store.reserve(budgets))
      if (answer.kind === 'locked') throw locked(answer.retryAfter)
      if (answer.kind === 'reserved') {
        if (!signal.aborted) return answer.id
        await orNothing(() => this.#store.released(answer.id, budgets))
        continue
      }
      if (systemClock.elapsed() >= until) throw unavailable()
      // By chance, or those who came together would ask together for ever.
      const pause = (longest * (PERCENT + randomInt(PERCENT))) / (2 * PERCENT)
      await orNothing(() => setTimeout(pause, undefined, { signal }))
    }
  }
}

/** Those whose tries may all be under way: of one kind the first, under whichever key. */
function turnsOf(budgets: readonly NamedBudget[]): readonly NamedBudget[] {
  return budgets.filter(
    ({ counted }, at) =>
      counted !== 'account_month' &&
      counted !== 'known_devices_month' &&
      counted !== 'factor_month' &&
      budgets.findIndex((one) => one.counted === counted) === at,
  )
}

function keysOf(budgets: readonly NamedBudget[]): readonly string[] {
  return budgets.map(({ key }) => key)
}

function unavailable(cause?: unknown): Problem {
  return new Problem('unavailable', { cause, headers: { 'retry-after': AGAIN } })
}

/** What nobody can count is not tried (LOCK-6). */
async function orUnavailable<Value>(ask: () => Awaitable<Value>): Promise<Value> {
  try {
    return await ask()
  } catch (error) {
    throw Problem.is(error) && error.status === 503 ? error : unavailable(error)
  }
}

async function orNothing(work: () => Awaitable<unknown>): Promise<void> {
  try {
    await work()
  } catch {
    // Said where it is called.
  }
}
