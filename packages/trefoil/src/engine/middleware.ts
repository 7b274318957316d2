import { freezeClass } from '../base/plain/freeze-class.ts'
import { held, promised } from '../base/promise.ts'
import type { Middleware, Next } from '../contract/call/action.ts'
import { holdStream } from './answer/stream.ts'
import type { CallState } from './call-state.ts'
import { callOf } from './views/handler-call.ts'

/** What middleware stands around: the rest of it, and at last the handler. */
export type Inner = (state: CallState) => unknown

/**
 * Wraps a handler in its middleware, outermost first. `next()` runs the rest once; a second
 * call throws, because it would run an approved call twice.
 *
 * @param action name of the action, for messages to the developer
 */
export function composeMiddleware(
  middleware: readonly Middleware[],
  innermost: Inner,
  action: string,
): Inner {
  return middleware.reduceRight<Inner>(
    (inner, wrap) => (state) => new Round(wrap, inner, state, action).run(),
    innermost,
  )
}

/** One middleware around one call. */
class Round {
  readonly #wrap: Middleware
  readonly #inner: Inner
  readonly #state: CallState
  readonly #action: string
  /** What `next()` has begun; `null` while nobody called it. */
  #rest: Rest | null = null
  #misuse: { readonly error: Error } | null = null
  #isOver = false

  constructor(wrap: Middleware, inner: Inner, state: CallState, action: string) {
    this.#wrap = wrap
    this.#inner = inner
    this.#state = state
    this.#action = action
  }

  run(): unknown {
    let returned: unknown
    try {
      // Whatever the handler gave, which no type can say.
      const next = () => this.#next() as ReturnType<Next>
      // Not called as a method: as its `this` a middleware would be given the engine's round, and
      // through its prototype those of all later calls.
      const wrap = this.#wrap
      returned = wrap(callOf(this.#state), next)
      const waiting = promised(returned)
      if (waiting !== null) {
        return waiting.then(
          (late) => this.#end(late),
          (error: unknown) => this.#fail(error),
        )
      }
    } catch (error) {
      return this.#fail(error)
    }
    return this.#end(returned)
  }

  #next(): Promise<unknown> {
    const misuse = this.#misuseOfNext()
    if (misuse !== null) {
      this.#misuse = { error: misuse }
      return new Watched(Promise.reject(misuse), () => {
        this.#misuse = null
      })
    }
    this.#rest = new Rest(this.#inner, this.#state)
    return this.#rest.handOut()
  }

  #misuseOfNext(): Error | null {
    if (this.#rest !== null) return new Error('Middleware called next() twice')
    if (this.#isOver) return new Error('Middleware called next() after it had returned')
    // After a timeout the caller has been told how the call ended.
    if (this.#state.ended) return new Error('Middleware called next() after the call had ended')
    return this.#state.overdue()
  }

  /** Not before the rest is over: the handler may still be using what would be closed. */
  #fail(error: unknown): unknown {
    this.#isOver = true
    const rest = this.#rest
    if (rest === null || rest.isSettled) throw error
    return rest.settled.then(() => {
      throw error
    })
  }

  /**
   * What a middleware returns is the outcome. One that forgot to return what `next()` gave it would
   * answer 204 in the place of every answer, and one that does not wait for `next()` leaves the
   * handler's failure to nobody, which ends the process (FND-35).
   */
  #end(returned: unknown): unknown {
    this.#isOver = true
    const rest = this.#rest
    // A second next() that nobody waited for is a mistake all the same.
    if (this.#misuse !== null) return this.#fail(this.#misuse.error)
    if (rest === null) return returned
    if (rest.isSettled && rest.wasSeen) return this.#judge(returned, rest)
    return rest.settled.then(() => {
      // Nobody was there to catch it: it is the call's failure.
      if (rest.failure !== null && !rest.wasSeen) throw rest.failure.error
      return this.#judge(returned, rest)
    })
  }

  #judge(returned: unknown, rest: Rest): unknown {
    if (returned !== undefined || rest.value === undefined) return returned
    const name = this.#wrap.name === '' ? 'A middleware' : `Middleware '${this.#wrap.name}'`
    throw new TypeError(
      `${name} of '${this.#action}' returned nothing where next() gave it a value; write: return next()`,
    )
  }
}

/** The rest of a call behind one `next()`. */
class Rest {
  /** Fulfilled when the rest is over, however it went. */
  readonly settled: Promise<void>
  isSettled = false
  /** True once somebody waits for it who would meet its failure. */
  wasSeen = false
  value: unknown
  failure: { readonly error: unknown } | null = null
  readonly #running: Promise<unknown>

  constructor(inner: Inner, state: CallState) {
    this.#running = start(inner, state)
    this.settled = this.#running.then(
      (value) => {
        this.value = value
        this.isSettled = true
      },
      (error: unknown) => {
        this.failure = { error }
        this.isSettled = true
      },
    )
  }

  handOut(): Promise<unknown> {
    return new Watched(this.#running, () => {
      this.wasSeen = true
    })
  }
}

async function start(inner: Inner, state: CallState): Promise<unknown> {
  // What the middleware outside waits for before it answers, nobody has listened to yet.
  return holdStream(await inner(state))
}

/** A promise that tells when somebody waits for it who would meet its failure. */
class Watched extends Promise<unknown> {
  /** What is made of it by `then` is a plain promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  readonly #seen: () => void

  constructor(running: Promise<unknown>, seen: () => void) {
    super((resolve, reject) => {
      running.then(resolve, reject)
    })
    this.#seen = seen
    // Unhandled here it would end the process; whoever waits still meets it.
    super.then(undefined, () => {})
  }

  // biome-ignore lint/suspicious/noThenProperty: being waited for is what it is to notice
  override then<Value = unknown, Failed = never>(
    fulfilled?: ((value: unknown) => Value | PromiseLike<Value>) | null,
    rejected?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Value | Failed> {
    if (typeof rejected === 'function') {
      this.#seen()
      return super.then(fulfilled, rejected)
    }
    // Nobody meets a failure here: it goes on into what is made of it, for which nobody may wait.
    return held(super.then(fulfilled, rejected))
  }
}

// Every middleware holds one, and with it the prototype: a `then` put there would decide what the
// calls of everybody else are answered with (FND-57).
freezeClass(Watched)
