import { isPromiseLike } from '../../../base/promise.ts'
import type { VisibleActions } from '../../agent/visible-actions.ts'
import { invalidParams } from '../message-call.ts'
import type { AnswerMethod } from './method.ts'

/** The templates that its caller sees. */
export const resourceTemplatesList: AnswerMethod = {
  kind: 'answer',
  capability: 'resources',
  answer: ({ message, envelope: { era }, parts: { resources, server }, state }) => {
    if ((message.params['cursor'] ?? null) !== null) return invalidParams('Invalid cursor')
    const write = ({ shows }: VisibleActions) => {
      const seen = resources.templates.filter(({ name }) => shows(name))
      return era.listed(`"resourceTemplates":[${seen.map(({ text }) => text).join(',')}]`, server)
    }
    const visible = resources.visible(state)
    return isPromiseLike(visible) ? visible.then(write) : write(visible)
  },
}
