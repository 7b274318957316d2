import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { checkRecord, checkText, requireText, shownValue } from '../options/option-values.ts'
import { valueKind } from '../options/value-kind.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { isBase64 } from './base64.ts'
import { CONTENT_OPTIONS, type ContentOptions, readContentOptions } from './block-options.ts'
import { Block, type ContentBlock } from './content-block.ts'

/** Bytes, or base64 of them: with padding, without white space. */
export type ContentData = Uint8Array | ArrayBuffer | string

/** What is said of a resource that an agent may fetch. */
export interface LinkOptions extends ContentOptions {
  /** Name of the resource: what a program calls it. */
  readonly name: string
  /** Name that a person is shown. Default: `name`. */
  readonly title?: string
  /** What it is, for the model. */
  readonly description?: string
  /** Media type, when it is known. */
  readonly mimeType?: string
  /** Bytes, when they are known. */
  readonly size?: number
}

const LINK_OPTIONS: OptionNames<LinkOptions> = {
  ...CONTENT_OPTIONS,
  name: true,
  title: true,
  description: true,
  mimeType: true,
  size: true,
}

/** Makes what an agent is shown beside a value: `reply(value, { content: [ … ] })`. */
export interface ContentMakers {
  /** Text for the model. */
  text(text: string, options?: ContentOptions): ContentBlock
  /** A picture; `mimeType` begins with `image/`. */
  image(data: ContentData, mimeType: string, options?: ContentOptions): ContentBlock
  /** Sound; `mimeType` begins with `audio/`. MCP knows it from 2025-03-26 on. */
  audio(data: ContentData, mimeType: string, options?: ContentOptions): ContentBlock
  /** Where a resource can be fetched. MCP knows it from 2025-06-18 on; before it is sent as text. */
  link(uri: string | URL, options: LinkOptions): ContentBlock
  /** A resource that is sent whole: text, or bytes. */
  embed(
    uri: string | URL,
    body: string | Uint8Array | ArrayBuffer,
    mimeType?: string,
    options?: ContentOptions,
  ): ContentBlock
}

/**
 * Blocks for agents. They are the author's own words: `returns` does not look at them.
 *
 * @throws ImproperlyConfigured for what cannot be sent as it is: base64 with white space, a media type of another
 * kind, a URI without a scheme
 */
export const content: ContentMakers = Object.freeze({
  text: (text: string, options: ContentOptions = {}) => {
    if (typeof text !== 'string') {
      throw new ImproperlyConfigured(`content.text() takes text, got ${shownValue(text)}`)
    }
    return new Block({ type: 'text', text, more: readMore('content.text()', options) })
  },
  image: (data: ContentData, mimeType: string, options: ContentOptions = {}) =>
    media('image', data, mimeType, options),
  audio: (data: ContentData, mimeType: string, options: ContentOptions = {}) =>
    media('audio', data, mimeType, options),
  link: (uri: string | URL, options: LinkOptions) => {
    const where = 'content.link()'
    checkRecord(`${where}: options`, options)
    checkOptionNames(where, options, LINK_OPTIONS)
    const { name, title, description, mimeType, size } = options
    requireText(`${where}: name`, name)
    checkText(`${where}: title`, title)
    checkText(`${where}: description`, description)
    if (size !== undefined && !(Number.isSafeInteger(size) && size >= 0)) {
      throw new ImproperlyConfigured(
        `${where}: size must be a whole number of bytes, got ${shownValue(size)}`,
      )
    }
    return new Block({
      type: 'resource_link',
      uri: readUri(where, uri),
      name,
      title: title ?? null,
      description: description ?? null,
      mimeType: readMimeType(where, mimeType),
      size: size ?? null,
      more: readContentOptions(where, options),
    })
  },
  embed: (
    uri: string | URL,
    body: string | Uint8Array | ArrayBuffer,
    mimeType?: string,
    options: ContentOptions = {},
  ) => {
    const where = 'content.embed()'
    return new Block({
      type: 'resource',
      uri: readUri(where, uri),
      mimeType: readMimeType(where, mimeType),
      body: typeof body === 'string' ? body : copyOf(where, body, 'text or bytes'),
      more: readMore(where, options),
    })
  },
})

function media(
  type: 'image' | 'audio',
  data: ContentData,
  mimeType: string,
  options: ContentOptions,
): ContentBlock {
  const where = `content.${type}()`
  const read = readMimeType(where, mimeType)
  if (read === null || !read.toLowerCase().startsWith(`${type}/`)) {
    throw new ImproperlyConfigured(
      `${where} takes a media type that begins with ${type}/, got ${valueKind(mimeType)}`,
    )
  }
  const given = typeof data === 'string' ? data : copyOf(where, data, 'bytes or base64')
  if (typeof given === 'string' && !isBase64(given)) {
    throw new ImproperlyConfigured(
      `${where} takes bytes, or base64 with its padding and without white space or a data: prefix, got ${valueKind(given)}`,
    )
  }
  if (given.length === 0) throw new ImproperlyConfigured(`${where} was given no bytes`)
  return new Block({ type, data: given, mimeType: read, more: readMore(where, options) })
}

function readMore(where: string, options: ContentOptions): Readonly<Record<string, unknown>> {
  checkRecord(`${where}: options`, options)
  checkOptionNames(where, options, CONTENT_OPTIONS)
  return readContentOptions(where, options)
}

/** Whoever holds the memory may write the next picture into it. */
function copyOf(where: string, data: unknown, what: string): Uint8Array {
  if (data instanceof Uint8Array) return new Uint8Array(data)
  if (data instanceof ArrayBuffer) return new Uint8Array(data.slice(0))
  throw new ImproperlyConfigured(`${where} takes ${what}, got ${shownValue(data)}`)
}

const MIME_TYPE =
  /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?: ?; ?[\w!#$&^.+-]+=(?:[\w!#$&^.+-]+|"[^"\\\r\n]*"))*$/
const LONGEST_MIME_TYPE = 255

function readMimeType(where: string, given: unknown): string | null {
  if (given === undefined) return null
  if (typeof given === 'string' && given.length <= LONGEST_MIME_TYPE && MIME_TYPE.test(given)) {
    return given
  }
  throw new ImproperlyConfigured(
    `${where}: mimeType must be a media type, such as image/png, got ${valueKind(given)}`,
  )
}

const URI = /^[a-z][a-z0-9+.-]*:[\x21-\x7e\u0080-\u{10ffff}]+$/iu
/** A host that makes a link of it would run what stands in it. */
const RUNS_CODE = /^(?:javascript|vbscript):/i

function readUri(where: string, given: unknown): string {
  const text = given instanceof URL ? given.href : given
  if (typeof text !== 'string' || !URI.test(text)) {
    throw new ImproperlyConfigured(
      `${where} takes a URI with its scheme, such as https://shop.example/orders/7 or order://7, got ${valueKind(text)}`,
    )
  }
  if (RUNS_CODE.test(text)) {
    throw new ImproperlyConfigured(`${where}: a URI must not be code that a host would run`)
  }
  return text
}
