import { mediaTypeEssence } from '../../../base/json/json-media-type.ts'
import type { Answer } from '../../../contract/answer/answer.ts'
import type { HttpReply } from '../../../contract/answer/exchange.ts'
import { base64Of, type ContentBlock, partsOf } from '../../../contract/content/content-block.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { typeOfBytes } from '../../../engine/answer/make-answer.ts'
import type { CallState } from '../../../engine/call-state.ts'
import { agentContent, fits } from '../../agent/agent-content.ts'
import { byteLength } from '../byte-length.ts'
import type { RpcId } from '../message.ts'
import type { MethodRun } from '../methods/method.ts'
import { resultReply } from '../wire/era.ts'

/**
 * Writes what was read: the value, and the resources embedded beside it.
 *
 * @returns `null` where there is nothing: a handler that returns nothing has found nothing
 */
export function resourceResult(
  { parts, envelope: { era, id } }: MethodRun,
  uri: string,
  state: CallState,
  answer: Answer,
): HttpReply | Problem | null {
  // Made by an error handler, or said so by the handler: clients know no failed resource.
  if (answer.status === 404) return null
  if (answer.status >= 400) return refuse('INTERNAL_ERROR')
  const blocks = answer.head?.blocks ?? []
  if (answer.kind === 'none' && blocks.length === 0) return null
  const contents: string[] = []
  let left = parts.maxResponseSize
  if (answer.kind !== 'none') {
    const content = agentContent(state, answer)
    // Before it is written once more: what is too large is not copied.
    if (!fits(content.kind === 'bytes' ? content.base64 : content.text, left)) {
      return refuse('response_too_large')
    }
    const text = JSON.stringify({
      uri,
      mimeType: mediaTypeOf(state, answer, content.kind),
      ...(content.kind === 'bytes' ? { blob: content.base64 } : { text: content.text }),
    })
    left -= byteLength(text)
    // As it is sent: of a text that has to be escaped there may be six times as much.
    if (left < 0) return refuse('response_too_large')
    contents.push(text)
  }
  for (const block of blocks) {
    const text = embedded(block, state.site.action.name)
    left -= byteLength(text)
    if (left < 0) return refuse('response_too_large')
    contents.push(text)
  }
  // Only messages with an id are read.
  return resultReply(id as RpcId, era.read(`"contents":[${contents.join(',')}]`, parts.server))
}

/** What the declaration promises, else what the handler said, else what the value is. */
function mediaTypeOf(state: CallState, answer: Answer, kind: 'text' | 'json' | 'bytes'): string {
  const { action } = state.site
  if (action.resource?.type != null) return action.resource.type
  const said = mediaTypeEssence(typeOfBytes(answer, action))
  if (kind === 'bytes' || said !== 'application/octet-stream') return said
  return kind === 'json' ? 'application/json' : 'text/plain'
}

/** @throws TypeError for a block that has no URI: the developer's mistake, which the log tells */
function embedded(block: ContentBlock, name: string): string {
  const parts = partsOf(block)
  if (parts.type !== 'resource') {
    throw new TypeError(
      `Resource '${name}': beside a resource stand resources alone, made with content.embed(), got ${parts.type}`,
    )
  }
  const { uri, mimeType, body } = parts
  return JSON.stringify({
    uri,
    ...(mimeType === null ? {} : { mimeType }),
    ...(typeof body === 'string' ? { text: body } : { blob: base64Of(body) }),
  })
}
