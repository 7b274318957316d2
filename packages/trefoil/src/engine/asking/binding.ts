import { NotCanonical } from '../../base/json/canonical-json.ts'
import { nameAmongAll } from '../../contract/call/action.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { argumentsHash } from '../../policy/arguments-hash.ts'
import { calledAs } from '../call-site.ts'
import { argumentsOf, type CallState } from '../call-state.ts'

/**
 * What a state is for: this app, surface, action, arguments and caller. A state of somebody else's, or of other arguments,
 * does not open: an answer given to "delete 1?" would delete 2.
 *
 * @throws ImproperlyConfigured for arguments that have no hash
 */
export function bindingOf(state: CallState): string {
  const { site, auth } = state
  state.argumentsHash ??= hashOf(state)
  const caller =
    auth === null
      ? null
      : [
          auth.issuer ?? null,
          auth.tenant,
          auth.subject,
          auth.kind,
          // Whoever acts for somebody is another caller than they are.
          auth.actor.map(({ subject }) => subject),
        ]
  // The hash is of the action as well.
  return JSON.stringify([site.app.name, site.surface, state.argumentsHash, caller])
}

function hashOf(state: CallState): string {
  try {
    // A tool and a prompt may have one name, and are two.
    return argumentsHash(nameAmongAll(state.site.action), argumentsOf(state))
  } catch (error) {
    if (!(error instanceof NotCanonical)) throw error
    throw new ImproperlyConfigured(
      `${calledAs(state.site)}: an action that asks can take no files and nothing else that is no JSON: ` +
        'answers are bound to its arguments',
    )
  }
}
