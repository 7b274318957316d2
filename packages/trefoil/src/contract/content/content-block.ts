import { freezeClass } from '../../base/plain/freeze-class.ts'
import { encodeBase64 } from './base64.ts'

/** What a block is, in the words of MCP. */
export type ContentKind = 'text' | 'image' | 'audio' | 'resource_link' | 'resource'

/** What stands in a block, whatever it is. */
interface Around {
  /** JSON members behind its own: annotations and metadata. */
  readonly more: Readonly<Record<string, unknown>>
}

/** What a block says, as the surface of agents writes it. */
export type ContentParts = Around &
  (
    | { readonly type: 'text'; readonly text: string }
    | {
        readonly type: 'image' | 'audio'
        /** Base64, or a copy of the bytes that nobody else has. */
        readonly data: string | Uint8Array
        readonly mimeType: string
      }
    | {
        readonly type: 'resource_link'
        readonly uri: string
        readonly name: string
        readonly title: string | null
        readonly description: string | null
        readonly mimeType: string | null
        /** Bytes. */
        readonly size: number | null
      }
    | {
        readonly type: 'resource'
        readonly uri: string
        readonly mimeType: string | null
        readonly body: string | Uint8Array
      }
  )

/** The parts of a block. For surfaces alone: no door leads here. */
export let partsOf: (block: ContentBlock) => ContentParts

/** The JSON text of a block, made once: of one that is shown in every answer, say. */
export let jsonOf: (block: ContentBlock) => string

/** True for what {@link Block} made, and nothing that looks like it. */
export let isContentBlock: (value: unknown) => value is ContentBlock

/**
 * One piece of what an agent is shown beside a value. Made by `content.text()` and its like. What it was made
 * of may change afterwards: it holds copies.
 */
export interface ContentBlock {
  /** What it is, in the words of MCP. */
  readonly type: ContentKind
}

/** {@link ContentBlock}, with what only we can read. */
export class Block implements ContentBlock {
  readonly #parts: ContentParts
  #json: string | null = null

  static {
    // Everything that may be handed over was looked at by `isContentBlock`; of anything else this throws.
    partsOf = (block) => (block as Block).#parts
    jsonOf = (block) => {
      const own = block as Block
      own.#json ??= JSON.stringify(written(own.#parts))
      return own.#json
    }
    isContentBlock = (value): value is ContentBlock =>
      typeof value === 'object' && value !== null && #parts in value
  }

  /** @param parts checked, and nobody else's */
  constructor(parts: ContentParts) {
    this.#parts = parts
    Object.preventExtensions(this)
  }

  /** What it is, in the words of MCP. */
  get type(): ContentKind {
    return this.#parts.type
  }

  /**
   * Inside a value it would reach every surface, beside what `returns` allows.
   *
   * @throws TypeError always
   */
  toJSON(): never {
    throw new TypeError(
      'A content block cannot stand inside a value: return reply(value, { content: [block] })',
    )
  }
}

freezeClass(Block)

function written(parts: ContentParts): Readonly<Record<string, unknown>> {
  const { type, more } = parts
  switch (parts.type) {
    case 'text':
      return { type, text: parts.text, ...more }
    case 'image':
    case 'audio':
      return { type, data: base64Of(parts.data), mimeType: parts.mimeType, ...more }
    case 'resource_link': {
      const { uri, name, title, description, mimeType, size } = parts
      return { type, uri, name, ...without({ title, description, mimeType, size }), ...more }
    }
    case 'resource': {
      const { uri, mimeType, body } = parts
      const own = typeof body === 'string' ? { text: body } : { blob: base64Of(body) }
      return { type, resource: { uri, ...without({ mimeType }), ...own }, ...more }
    }
  }
}

/** Bytes of memory that it takes, rather too many than too few: what it was made of, and its text. */
export function weightOf(block: ContentBlock): number {
  const text = 2 * jsonOf(block).length
  return BLOCK + 2 * text
}

/** What a block takes beside its texts. */
const BLOCK = 400

/** What was not said is left out. */
function without(members: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(members).filter(([, member]) => member !== null))
}

/** Base64 as it was given, or of the bytes. */
export function base64Of(data: string | Uint8Array): string {
  return typeof data === 'string' ? data : encodeBase64(data)
}
