import type { Answer } from '../../contract/answer/answer.ts'
import { encodeBase64 } from '../../contract/content/base64.ts'
import { typeOfBytes } from '../../engine/answer/make-answer.ts'
import { textOfBytes } from '../../engine/answer/text-of-bytes.ts'
import type { CallState } from '../../engine/call-state.ts'

/** What an agent is given of an answer: one text, or bytes with their type. */
export type AgentContent =
  | { readonly kind: 'text' | 'json'; readonly text: string }
  | { readonly kind: 'bytes'; readonly base64: string; readonly type: string }

/** Bytes are text only where their type says so; anything else would be lost on the way (FND-4). */
export function agentContent(state: CallState, answer: Answer): AgentContent {
  const { body, kind } = answer
  if (typeof body === 'string') return { kind: kind === 'json' ? 'json' : 'text', text: body }
  if (!(body instanceof Uint8Array)) return { kind: 'json', text: 'null' }
  const type = typeOfBytes(answer, state.site.action)
  const text = textOfBytes(body, type)
  if (text !== null) return { kind: 'text', text }
  return { kind: 'bytes', base64: encodeBase64(body), type }
}

const BYTES_PER_UNIT = 3

/** True for text of at most that many bytes; exactly the limit fits (MCP-14). */
export function fits(text: string, limit: number): boolean {
  if (text.length * BYTES_PER_UNIT <= limit) return true
  return text.length <= limit && new TextEncoder().encode(text).byteLength <= limit
}
