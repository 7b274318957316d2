import type { Action } from '../../contract/call/action.ts'
import { SURFACES, type SurfaceName } from '../../contract/call/surface-name.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import { needsOn } from '../../policy/need.ts'

/**
 * Whether an action says that it asks its caller while it runs.
 *
 * @throws ImproperlyConfigured where a call of it could never go on with the answers
 */
export function compileAsks(
  asks: boolean | undefined,
  action: Pick<Action, 'need' | 'params'>,
  where: string,
): boolean {
  if (asks !== true) return false
  // An approval is for arguments that somebody has seen; what a program answers later would slip in behind it.
  const surface = SURFACES.find((each) => mayNeedApproval(action, each))
  if (surface !== undefined) {
    throw new ImproperlyConfigured(
      `${where}: asks: true is not for actions that may need an approval, as this one may on '${surface}' by needsApproval or the ` +
        "app's agentWrites: answers are bound to no approval; leave out one of the two, or say changes: false if it only reads",
    )
  }
  const file = action.params.find(({ source }) => source === 'file' || source === 'files')
  if (file !== undefined) {
    throw new ImproperlyConfigured(
      `${where}, parameter '${file.name}': asks: true is not for actions with file parameters, which every round would send again`,
    )
  }
  return true
}

function mayNeedApproval(action: Pick<Action, 'need'>, surface: SurfaceName): boolean {
  const needs = needsOn(action, surface)
  return needs.has('approve') || needs.has('confirm')
}
