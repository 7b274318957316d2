import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { checkFlag, checkRecord, requireText } from '../options/option-values.ts'
import type { ActionCallRequest } from './action-protocol.ts'

const MEMBERS: OptionNames<ActionCallRequest> = {
  action: true,
  arguments: true,
  dry_run: true,
  approval_token: true,
  request_state: true,
  answers: true,
  texts: true,
}

/**
 * For callers of a target: a misspelt `dry_run` would run the action for good (FND-13). On the wire
 * it is the server's to judge, which may be of a later version.
 *
 * @throws ImproperlyConfigured naming the member
 */
export function checkCallRequest(request: ActionCallRequest): void {
  const where = 'call() of a target'
  checkOptionNames(where, request, MEMBERS)
  requireText(`${where}: action`, request.action)
  if (request.arguments !== undefined) checkRecord(`${where}: arguments`, request.arguments)
  checkAnswers(where, request)
  checkFlag(`${where}: dry_run`, request.dry_run)
}

function checkAnswers(where: string, { request_state: state, answers }: ActionCallRequest): void {
  if (state === undefined && answers === undefined) return
  requireText(`${where}: request_state`, state)
  checkRecord(`${where}: answers`, answers)
}
