import { isPromiseLike } from '../../../base/promise.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import type { ToolList } from '../tool-list/tool-list.ts'
import type { AnswerMethod } from './method.ts'

/** The tools that its caller sees. */
export const toolsList: AnswerMethod = {
  kind: 'answer',
  capability: 'tools',
  answer: ({ message, envelope: { era }, parts, state }) => {
    const { cursor } = message.params
    const write = (tools: ToolList) => {
      const { listed } = tools
      // The usual is one page, which is text already.
      if ((cursor ?? null) === null && listed.length <= parts.pages.size) {
        return era.listed(`"tools":${tools[era.name]}`, parts.server)
      }
      const page = parts.pages.of('tools', listed, cursor)
      if (page instanceof Problem) return page
      const texts = page.items.map((tool) => tool[era.name])
      return era.listed(`"tools":[${texts.join(',')}]${page.more}`, parts.server)
    }
    const tools = parts.toolsFor(state)
    return isPromiseLike(tools) ? tools.then(write) : write(tools)
  },
}
