import { isPromiseLike } from '../../../base/promise.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import { ALL_VISIBLE, type VisibleActions } from '../../agent/visible-actions.ts'
import { moreOf, pageOf } from '../pages.ts'
import type { AnswerMethod } from './method.ts'

/** The tools that its caller sees. */
export const toolsList: AnswerMethod = {
  kind: 'answer',
  capability: 'tools',
  answer: ({ message, envelope: { era }, parts, state }) => {
    const { cursor } = message.params
    const write = (seen: VisibleActions) => {
      const tools = seen === ALL_VISIBLE ? parts.tools : parts.toolsOf.of(seen)
      const { listed } = tools
      // The usual is one page, which is text already.
      if ((cursor ?? null) === null && listed.length <= parts.pageSize) {
        return era.listed(`"tools":${tools[era.name]}`, parts.server)
      }
      const page = pageOf('tools', listed, cursor, parts.pageSize)
      if (page instanceof Problem) return page
      const texts = page.items.map((tool) => tool[era.name])
      return era.listed(`"tools":[${texts.join(',')}]${moreOf(page.next)}`, parts.server)
    }
    const visible = parts.visible(state)
    return isPromiseLike(visible) ? visible.then(write) : write(visible)
  },
}
