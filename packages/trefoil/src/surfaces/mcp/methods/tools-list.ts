import { isPromiseLike } from '../../../base/promise.ts'
import { ALL_VISIBLE, type VisibleActions } from '../../agent/visible-actions.ts'
import { invalidParams } from '../message-call.ts'
import type { AnswerMethod } from './method.ts'

/** The tools that its caller sees. */
export const toolsList: AnswerMethod = {
  kind: 'answer',
  capability: 'tools',
  answer: ({ message, envelope: { era }, parts, state }) => {
    if ((message.params['cursor'] ?? null) !== null) return invalidParams('Invalid cursor')
    const write = (seen: VisibleActions) => {
      const tools = seen === ALL_VISIBLE ? parts.tools : parts.toolsOf.of(seen)
      return era.listed(`"tools":${tools[era.name]}`, parts.server)
    }
    const visible = parts.visible(state)
    return isPromiseLike(visible) ? visible.then(write) : write(visible)
  },
}
