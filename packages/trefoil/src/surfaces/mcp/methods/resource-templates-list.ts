import { isPromiseLike } from '../../../base/promise.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import type { VisibleActions } from '../../agent/visible-actions.ts'
import type { AnswerMethod } from './method.ts'

/** The templates that its caller sees. */
export const resourceTemplatesList: AnswerMethod = {
  kind: 'answer',
  capability: 'resources',
  answer: ({ message, envelope: { era }, parts: { resources, server, pages }, state }) => {
    const write = ({ shows }: VisibleActions) => {
      const seen = resources.templates.filter(({ name }) => shows(name))
      const page = pages.of('templates', seen, message.params['cursor'])
      if (page instanceof Problem) return page
      const texts = page.items.map(({ text }) => text)
      return era.listed(`"resourceTemplates":[${texts.join(',')}]${page.more}`, server)
    }
    const visible = resources.visible(state)
    return isPromiseLike(visible) ? visible.then(write) : write(visible)
  },
}
