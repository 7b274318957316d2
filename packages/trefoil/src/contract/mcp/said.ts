import { freezeClass } from '../../base/plain/freeze-class.ts'
import { content } from '../content/content.ts'
import { type ContentBlock, isContentBlock } from '../content/content-block.ts'
import { shownValue } from '../options/option-values.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'

/** Whose words a message of a prompt is written as. */
export type SaidBy = 'user' | 'assistant'

/** The blocks of a message. For our own code alone: no door leads here. */
export let blocksOf: (message: SaidMessage) => readonly ContentBlock[]

/** True for what {@link said} made, and nothing that looks like it. */
export let isSaidMessage: (value: unknown) => value is SaidMessage

/** What one side says in a prompt. Made by {@link said}. */
export class SaidMessage {
  readonly role: SaidBy
  readonly #blocks: readonly ContentBlock[]

  static {
    blocksOf = (message) => message.#blocks
    isSaidMessage = (value): value is SaidMessage =>
      typeof value === 'object' && value !== null && #blocks in value
  }

  /** @param blocks checked, and nobody else's */
  constructor(role: SaidBy, blocks: readonly ContentBlock[]) {
    this.role = role
    this.#blocks = blocks
    Object.freeze(this)
  }

  /**
   * Inside a value it would be lost: its blocks have no form of their own.
   *
   * @throws TypeError always
   */
  toJSON(): never {
    throw new TypeError('said() is what a prompt returns: return said(…), or a list of them')
  }
}

freezeClass(SaidMessage)

/**
 * What one side says in a prompt: text, or blocks made by `content.text()` and its like. Several of them become
 * several messages of that side.
 *
 * @throws ImproperlyConfigured for another side, for nothing, and for what is neither text nor a block
 */
export function said(by: SaidBy, ...parts: readonly (string | ContentBlock)[]): SaidMessage {
  if (by !== 'user' && by !== 'assistant') {
    throw new ImproperlyConfigured(
      `said(): who says it is 'user' or 'assistant', got ${shownValue(by)}`,
    )
  }
  if (parts.length === 0) throw new ImproperlyConfigured('said() needs text, or a content block')
  const blocks = parts.map((part) => {
    if (typeof part === 'string') return content.text(part)
    if (isContentBlock(part)) return part
    throw new ImproperlyConfigured(
      `said() takes text and blocks made by content, got ${shownValue(part)}`,
    )
  })
  return new SaidMessage(by, Object.freeze(blocks))
}

/** What a prompt returns: one text of the user's, one message, or several. */
export type PromptResult = string | SaidMessage | readonly (string | SaidMessage)[]
