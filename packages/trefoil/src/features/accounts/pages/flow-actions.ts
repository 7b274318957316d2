import { type Call, ImproperlyConfigured, type Reply, reply } from '../../../index.ts'
import { type DeclaredOptions, RouteGroup } from '../../../inner.ts'
import type { PartAppTypes } from '../../../parts.ts'
import type { AccountsHouse } from '../accounts-house.ts'
import type { FlowStep } from '../flow-step.ts'

/** A step of the flows as its own route has it: what it is declared with, and what it does. */
export interface FlowAction {
  readonly name: string
  readonly options: DeclaredOptions
  /**
   * Does what the route does, within the call of the page: in its unit of work, with its locks and its limits.
   *
   * @throws Problem as the route does
   */
  take(args: Readonly<Record<string, unknown>>, call: Call): Promise<Reply<unknown>>
}

/**
 * What pages do is what the routes do: the rows of the flow graph are registered once more, with nobody but the
 * pages to call them. So there is no second way in that could forget a lock, a rate or a hash of the first, and a
 * page for a step that the options leave out does not exist.
 */
export class FlowActions {
  readonly #actions: ReadonlyMap<string, FlowAction>

  constructor(steps: readonly FlowStep[], house: AccountsHouse) {
    const actions = new Map<string, FlowAction>()
    const declare = (options: DeclaredOptions, handler: FlowAction['take']) => {
      const { name = '' } = options
      actions.set(name, {
        name,
        options,
        take: async (args, call) => reply(await handler(args, call)),
      })
    }
    const routes = new RouteGroup<PartAppTypes>(
      [],
      {
        // A handler takes what its own params say; the page that takes the step gives it just that.
        declare: ({ options, handler }) => declare(options, handler as FlowAction['take']),
        refuseLate() {},
      },
      '',
      {},
    )
    for (const step of steps) step.register(routes, step.path, house)
    this.#actions = actions
  }

  /** True where the options of `accounts()` have it. */
  has(name: string): boolean {
    return this.#actions.has(name)
  }

  get(name: string): FlowAction {
    const action = this.#actions.get(name)
    if (action === undefined) throw new ImproperlyConfigured(`accounts(): there is no step ${name}`)
    return action
  }
}
