import type {
  ActionAnswer,
  ActionCallRequest,
  ActionTarget,
} from '../../contract/protocol/action-protocol.ts'
import type { Context } from '../context.ts'
import { askPerson } from './ask-person.ts'
import { roundOf } from './asked.ts'

/** An app that asks for ever is left with its last questions. */
const MOST_ROUNDS = 20

/**
 * Calls, and where the call asks and somebody sits at the terminal, repeats it with what they answer until it asks no more.
 *
 * @param who the action, as the person called it
 * @param isFree false where standard input was read already
 */
export async function callInRounds(
  context: Context,
  target: ActionTarget,
  request: ActionCallRequest,
  { who, isFree }: { readonly who: string; readonly isFree: boolean },
): Promise<ActionAnswer> {
  let answer = await target.call(request)
  const { io, view } = context
  // A program that wants one JSON document is no person.
  if (io.askLine === null || view.json || !isFree) return answer
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const asked = context.time.ended === null ? roundOf(answer) : null
    if (asked === null) return answer
    const answers = await askPerson(context, io.askLine, who, asked)
    answer = await target.call({ ...request, answers, request_state: asked.state })
  }
  return answer
}
