import { isPromiseLike } from '../../../base/promise.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import type { VisibleActions } from '../../agent/visible-actions.ts'
import type { AnswerMethod } from './method.ts'

/** The prompts that its caller sees. */
export const promptsList: AnswerMethod = {
  kind: 'answer',
  capability: 'prompts',
  answer: ({ message, envelope: { era }, parts: { prompts, server, pages }, state }) => {
    const write = ({ shows }: VisibleActions) => {
      const seen = prompts.each.filter(({ name }) => shows(name))
      const page = pages.of('prompts', seen, message.params['cursor'])
      if (page instanceof Problem) return page
      const texts = page.items.map(({ text }) => text)
      return era.listed(`"prompts":[${texts.join(',')}]${page.more}`, server)
    }
    const visible = prompts.visible(state)
    return isPromiseLike(visible) ? visible.then(write) : write(visible)
  },
}
