import type { Answer } from '../../../contract/answer/answer.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { byteLength } from '../byte-length.ts'
import type { RpcId } from '../message.ts'
import type { MethodRun } from '../methods/method.ts'
import { revisionOf } from '../read-envelope.ts'
import { blockFor } from '../wire/content-since.ts'
import { resultReply } from '../wire/era.ts'

/** Writes the messages of a prompt: one block each, which is what every revision has. */
export function promptResult(
  { parts, envelope, plan, headers }: MethodRun,
  answer: Answer,
): HttpReply | Problem {
  const { body, head, kind, status } = answer
  // Of what an error handler made of an error, clients know no form.
  if (status >= 400 || typeof body !== 'string') return refuse('INTERNAL_ERROR')
  const blocks = head?.blocks ?? null
  const { era, id } = envelope
  const revision = revisionOf(envelope, headers)
  const messages: string[] = []
  let left = parts.maxResponseSize
  const add = (role: unknown, block: string) => {
    const text = `{"role":${JSON.stringify(role)},"content":${block}}`
    left -= byteLength(text)
    messages.push(text)
  }
  if (blocks === null) {
    // Middleware answered in its place, with text.
    if (kind !== 'text') return refuse('INTERNAL_ERROR')
    add('user', JSON.stringify({ type: 'text', text: body }))
  } else {
    const roles: unknown = JSON.parse(body)
    if (!Array.isArray(roles)) return refuse('INTERNAL_ERROR')
    for (const [index, block] of blocks.entries()) {
      // Counted one by one, so that no more is made than fits.
      add(roles[index] === 'assistant' ? 'assistant' : 'user', blockFor(block, revision))
      if (left < 0) return refuse('response_too_large')
    }
  }
  if (left < 0) return refuse('response_too_large')
  const { description } = plan.action
  const said = description === null ? '' : `"description":${JSON.stringify(description)},`
  // Only messages with an id are answered.
  return resultReply(
    id as RpcId,
    era.result(`${said}"messages":[${messages.join(',')}]`, parts.server),
  )
}
