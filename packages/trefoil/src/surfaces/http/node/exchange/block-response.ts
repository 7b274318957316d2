import type { IncomingMessage } from 'node:http'
import { isHeaderValue, isToken } from '../../../../web/raw-headers.ts'
import { http } from '../node-modules.ts'
import { headStep, madeHead, replaceHeadStep } from '../quirks.ts'

/** False where node has no such step (any more): answers are then written the ordinary way. */
export const CAN_WRITE_BLOCKS: boolean = headStep !== null

/**
 * True once an answer went through the step as expected. The first answer of a process is written
 * the ordinary way to find out: in a release that no longer takes the step, or takes it otherwise,
 * every security header would be missing from every answer.
 */
let proven = false

/**
 * A response that writes most headers as one block of text. One by one, node checks and joins the
 * few headers every answer carries at a noticeable part of the price of a small answer
 * (decisions/0012). The checks are the same ones: nothing but a token is a name, and no value
 * holds a character that could end its line.
 */
export class BlockResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends http.ServerResponse<Request> {
  /** Header lines that follow the status line. */
  '~block' = ''

  /** @throws TypeError for a name or value that is none */
  writeBlock(status: number, headers: readonly string[]): void {
    if (!proven) {
      this.writeHead(status, [...headers])
      return
    }
    const rest: string[] = []
    this['~block'] = headerBlock(headers, rest)
    this.writeHead(status, rest)
  }

  /**
   * Head and body of an answer whose length is known; node itself writes the length, which is
   * cheaper than to let it read one.
   *
   * @param size bytes of the body
   * @throws TypeError for a name or value that is none
   */
  endBlock(
    status: number,
    headers: string[],
    body: string | Uint8Array,
    encoding: BufferEncoding,
    size: number,
  ): void {
    const rest: string[] = []
    const block = proven ? headerBlock(headers, rest) : ''
    // For a client of HTTP/1.0 node keeps the connection only if it has read a length.
    if (!proven || rest.length > 0 || !this.useChunkedEncodingByDefault) {
      headers.push('content-length', String(size))
      this.writeBlock(status, headers)
    } else {
      this['~block'] = block
      this.statusCode = status
    }
    this.end(body, encoding)
  }
}

if (headStep !== null) {
  const makeHead = headStep
  replaceHeadStep(BlockResponse.prototype, function (firstLine, headers) {
    makeHead.call(this, firstLine + this['~block'], headers)
    if (!proven) proven = madeHead(this).startsWith(firstLine)
  })
}

/** Headers that node itself reads or rewrites while it writes a head. */
const NODE_READS: ReadonlySet<string> = new Set([
  'connection',
  'content-disposition',
  'content-length',
  'date',
  'expect',
  'keep-alive',
  'trailer',
  'transfer-encoding',
  'upgrade',
])

/** What is known of a name that has been checked. */
interface KnownName {
  readonly nodeReads: boolean
  /** The last value that was found good: most headers say the same in every answer. */
  last: string | null
  /** The line of that value. Flat: a rope would be joined anew in every answer it is a part of. */
  line: string
  /** Name, colon, space. */
  readonly start: string
  /** False for values that are somebody's secret. */
  readonly keeps: boolean
  /** How often the value was another one than before. */
  changes: number
}

/** Names seen before; bounded, because a handler may make names up. */
const known = new Map<string, KnownName>()
const REMEMBERED_NAMES = 256

/**
 * Turns headers into the lines of a head.
 *
 * @param rest gets the headers that node has to read
 * @throws TypeError for a name or value that is none
 */
function headerBlock(headers: readonly string[], rest: string[]): string {
  let block = ''
  for (let index = 0; index < headers.length; index += 2) {
    const name = headers[index] as string
    const value = headers[index + 1] as string
    const entry = known.get(name) ?? meet(name)
    if (entry === null) throw invalid(name)
    if (entry.last === value) block += entry.line
    else if (entry.nodeReads) rest.push(name, value)
    else {
      if (!isHeaderValue(value)) throw invalid(name)
      block += `${entry.start}${value}\r\n`
      remember(entry, value)
    }
  }
  return block
}

/** @returns `null` for what is no name */
function meet(name: string): KnownName | null {
  if (!isToken(name)) return null
  const entry = {
    nodeReads: NODE_READS.has(name),
    last: null,
    line: '',
    start: `${name}: `,
    keeps: name !== 'set-cookie',
    changes: 0,
  }
  if (known.size < REMEMBERED_NAMES) known.set(name, entry)
  return entry
}

/** Values seen before a name is taken for one that never says the same twice. */
const CHANGES = 64

function remember(entry: KnownName, value: string): void {
  if (!entry.keeps || entry.changes >= CHANGES) return
  entry.changes++
  entry.last = value
  entry.line = Buffer.from(`${entry.start}${value}\r\n`, 'latin1').toString('latin1')
}

function invalid(name: string): TypeError {
  return new TypeError(`Invalid header '${name}'`)
}
