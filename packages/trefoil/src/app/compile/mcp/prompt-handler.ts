import { promised } from '../../../base/promise.ts'
import { reply } from '../../../contract/answer/reply.ts'
import type { Handler } from '../../../contract/call/action.ts'
import { blocksOf, isSaidMessage, said } from '../../../contract/mcp/said.ts'

/**
 * A prompt's handler as the lifecycle knows handlers: who speaks is the value, what they say stands beside it. Limits,
 * kept answers and middleware treat it as any other answer.
 */
export function promptHandler(name: string, handler: Handler): Handler {
  const answer = (result: unknown) => {
    const messages = (Array.isArray(result) ? result : [result]).map((item: unknown) => {
      if (typeof item === 'string') return said('user', item)
      if (isSaidMessage(item)) return item
      throw new TypeError(`Prompt '${name}' must return text, said(…), or a list of them`)
    })
    const roles = messages.flatMap((message) => blocksOf(message).map(() => message.role))
    return reply(roles, { content: messages.flatMap(blocksOf) })
  }
  return (args, call) => {
    const result: unknown = handler(args, call)
    // Of a foreign thenable too, whose `then` may return nothing (FND-16).
    const waiting = promised(result)
    return waiting === null ? answer(result) : waiting.then(answer)
  }
}
