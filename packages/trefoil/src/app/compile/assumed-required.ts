import type { Catalogue } from '../../contract/call/catalogue.ts'

/** An argument that is required though its schema may have been meant to be optional. */
export interface AssumedRequired {
  readonly action: string
  readonly parameter: string
  /** One sentence for the developer, without a full stop. */
  readonly message: string
}

/**
 * What start-up says, so that nobody wonders why an optional argument is `Missing required …` (FND-11):
 * of a schema that answers later, or starts with a transform, it cannot be told whether it may be absent.
 */
export function assumedRequired({ actions }: Catalogue): readonly AssumedRequired[] {
  return actions.flatMap((action) =>
    action.params
      .filter(({ isAssumedRequired }) => isAssumedRequired === true)
      .map(({ name, source }) => {
        const message =
          `Parameter '${name}' of '${action.name}' is required: whether it may be absent cannot be told ` +
          'of a schema that answers later or starts with a transform; write ' +
          `${source}(schema, { optional: true }), or false`
        return { action: action.name, parameter: name, message }
      }),
  )
}
