import { deepFreeze } from '../base/freeze.ts'
import type { Action } from '../contract/action.ts'
import type { ActionFacts } from '../contract/call-facts.ts'

/** An action as calls see it: a copy with nothing in it that a check goes by (FND-56). */
export function actionFacts({ name, method, path, tags, metadata }: Action): ActionFacts {
  return deepFreeze({ name, method, path, tags: [...tags], metadata })
}
