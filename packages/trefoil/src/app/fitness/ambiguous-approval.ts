import type { Action } from '../../contract/call/action.ts'
import { answeredNow } from '../../contract/call/answered-now.ts'
import type { Catalogue } from '../../contract/call/catalogue.ts'
import { SURFACES } from '../../contract/call/surface-name.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import type { Schema } from '../../contract/params/schema.ts'

/** An action whose approval covers two different calls. */
export interface AmbiguousApproval {
  readonly action: string
  /** Arguments that may be absent and may be `null`. */
  readonly parameters: readonly string[]
  /** One sentence for the developer, without a full stop. */
  readonly message: string
}

/**
 * Actions that need approval and hand their handler `undefined` for an absent argument, but `null`
 * for an explicit one. Both have one hash (APPR-5), so whoever got "leave the manager as it is"
 * approved could run "the manager is nobody". Members inside an object are no matter: the hash
 * tells an absent one from `null`.
 */
export function ambiguousApprovals({ actions }: Catalogue): readonly AmbiguousApproval[] {
  return actions.flatMap((action): AmbiguousApproval[] => {
    if (!SURFACES.some((surface) => action.approval[surface])) return []
    const parameters = ambiguousParameters(action)
    if (parameters.length === 0) return []
    const message =
      `Action '${action.name}' needs approval, but an approval cannot tell absent from null for: ` +
      `${parameters.join(', ')}; make each nullable or optional, not both, ` +
      'or take them as members of one object'
    return [{ action: action.name, parameters, message }]
  })
}

function ambiguousParameters({ params }: Action): readonly string[] {
  return params.filter(isAmbiguous).map(({ name }) => name)
}

/** Where `null` counts as absent, as for whatever travels as text, there is but one of both (ABIND-6). */
function isAmbiguous({ schema, required, nullIsAbsent }: ParamSpec): boolean {
  if (schema === null || required || nullIsAbsent === true) return false
  return becomes(schema, undefined, undefined) && becomes(schema, null, null)
}

/** Only the schema itself can tell: a default or a transform may make one value of both. */
function becomes(schema: Schema, sent: undefined | null, value: undefined | null): boolean {
  const result = answeredNow(schema, sent)
  return result !== null && result.issues === undefined && result.value === value
}
