import { z } from 'zod'
import type { Answer } from './driver.ts'

const Block = z.object({ type: z.string(), text: z.string().optional() })
const Result = z.object({
  isError: z.boolean().default(false),
  structuredContent: z.unknown().optional(),
  content: z.array(Block),
})

/** A result of `tools/call` as the clients hand it over. */
export function toAnswer(result: unknown): Answer {
  const { isError, structuredContent, content } = Result.parse(result)
  return { isError, structured: structuredContent, text: content[0]?.text ?? '' }
}

/** The text of what `resources/read` answered. */
export function toText(result: unknown): string {
  const contents = z.object({ contents: z.array(z.object({ text: z.string() })) })
  return contents.parse(result).contents[0]?.text ?? ''
}

/** The text of the first message of what `prompts/get` answered. */
export function toMessage(result: unknown): string {
  const messages = z.object({ messages: z.array(z.object({ content: Block })) })
  return messages.parse(result).messages[0]?.content.text ?? ''
}
