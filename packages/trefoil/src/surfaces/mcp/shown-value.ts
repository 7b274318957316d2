import type { Answer } from '../../contract/answer/answer.ts'
import type { ContentBlock } from '../../contract/content/content-block.ts'
import type { AgentContent } from '../agent/agent-content.ts'
import { byteLength } from './byte-length.ts'
import { blockFor, knowsStructured, structuredFor } from './wire/content-since.ts'

/** How the value comes beside blocks that stand in its place. */
export interface ShownValue {
  readonly structured: string | null
  /** A block behind the handler's own; `null` for none. */
  readonly block: string | null
}

/**
 * The value is never lost: it is the structured content where the client knows that, and where its schema is not
 * of something else; otherwise it comes as it would have without blocks, behind them.
 */
export function shownValue(
  { kind }: Answer,
  content: AgentContent,
  known: {
    readonly block: string
    readonly structured: string | null
    readonly hasSchema: boolean
    readonly revision: string
  },
): ShownValue {
  const { block, structured, hasSchema, revision } = known
  if (kind === 'none' && structured === null) return { structured, block: null }
  if (!knowsStructured(revision)) return { structured, block }
  if (structured !== null) return { structured, block: null }
  if (hasSchema || content.kind === 'bytes') return { structured: null, block }
  const text = content.kind === 'json' ? content.text : JSON.stringify(content.text)
  return { structured: structuredFor(text, revision), block: null }
}

function sizeOf({ structured, block }: ShownValue): number {
  return byteLength(structured ?? '') + byteLength(block ?? '')
}

/** Blocks with commas between them, those of the handler first. @returns `null` for more than `limit` bytes: counted one by one, so that no more is made than fits */
export function joinBlocks(
  blocks: readonly ContentBlock[],
  shown: ShownValue,
  revision: string,
  limit: number,
): string | null {
  const texts: string[] = []
  let left = limit - sizeOf(shown)
  for (const block of blocks) {
    const text = blockFor(block, revision)
    left -= byteLength(text)
    if (left < 0) return null
    texts.push(text)
  }
  if (shown.block !== null) texts.push(shown.block)
  return left < 0 ? null : texts.join(',')
}
