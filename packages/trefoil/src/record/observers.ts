import type {
  ObservedCall,
  ObservedEnd,
  ObservedTask,
  ObserverPort,
} from '../contract/ports/observer.ts'

type Told<Name extends keyof ObserverPort> = NonNullable<ObserverPort[Name]>

/**
 * All that look on at the calls of an app. What they throw stays here, and what they wrap runs exactly
 * once: a tracer that is broken must not break a call (P-MWL-8).
 */
export class Observers {
  /** True where somebody wants to be told of stages: plans are compiled for it. */
  readonly watchesStages: boolean
  readonly #began: readonly Told<'began'>[]
  readonly #around: readonly Told<'around'>[]
  readonly #stage: readonly Told<'stage'>[]
  readonly #ended: readonly Told<'ended'>[]
  readonly #task: readonly Told<'task'>[]
  readonly #taskEnded: readonly Told<'taskEnded'>[]

  constructor(ports: readonly ObserverPort[]) {
    const each = <Name extends keyof ObserverPort>(name: Name) =>
      ports.flatMap((port) => (port[name] === undefined ? [] : [port[name] as Told<Name>]))
    this.#began = each('began')
    this.#around = each('around')
    this.#stage = each('stage')
    this.watchesStages = this.#stage.length > 0
    this.#ended = each('ended')
    this.#task = each('task')
    this.#taskEnded = each('taskEnded')
    Object.freeze(this)
  }

  /** Tells of a call that begins, and runs it inside what wants to stand around it. */
  run<Value>(call: ObservedCall, run: () => Value): Value {
    for (const tell of this.#began) {
      try {
        held(tell(call))
      } catch {
        // Whoever looks on changes nothing.
      }
    }
    return this.#around.length === 0 ? run() : wrapped(this.#around, call, run)
  }

  /** A stage begins. */
  stage(call: ObservedCall, stage: string): void {
    for (const tell of this.#stage) tellSafely(() => tell(call, stage))
  }

  ended(call: ObservedCall, end: ObservedEnd): void {
    for (const tell of this.#ended) {
      try {
        held(tell(call, end))
      } catch {
        // Whoever looks on changes nothing.
      }
    }
  }

  task<Value>(task: ObservedTask, run: () => Value): Value {
    return wrapped(this.#task, task, run)
  }

  taskEnded(task: ObservedTask, outcome: 'done' | 'failed' | 'left'): void {
    for (const tell of this.#taskEnded) tellSafely(() => tell(task, outcome))
  }
}

/** Runs it once, as deep inside as everybody wants, and gives what it gave to nobody in between. */
function wrapped<Seen, Value>(
  around: readonly ((seen: Seen, run: () => void) => void)[],
  seen: Seen,
  run: () => Value,
): Value {
  let made: { readonly value: Value } | { readonly error: unknown } | null = null
  const once = () => {
    if (made !== null) return
    // Before it has run: one that calls it again from inside would begin the call twice.
    made = { error: new Error('An observer ran a call inside itself') }
    try {
      made = { value: run() }
    } catch (error) {
      made = { error }
    }
  }
  const inside = around.reduceRight<() => void>(
    (inner, wrap) => () => {
      tellSafely(() => wrap(seen, inner))
      inner()
    },
    once,
  )
  inside()
  const result = made as { readonly value: Value } | { readonly error: unknown } | null
  if (result === null) return run()
  if ('error' in result) throw result.error
  return result.value
}

function tellSafely(tell: () => unknown): void {
  try {
    held(tell())
  } catch {
    // Whoever looks on changes nothing.
  }
}

/** A function that was made `async` against its type: its rejection would end the process. */
function held(told: unknown): void {
  if (told instanceof Promise) told.catch(() => {})
}
