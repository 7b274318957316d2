import type { IncomingMessage, ServerResponse } from 'node:http'
import process from 'node:process'
import { isHeaderValue, isToken } from '../../../web/raw-headers.ts'
import { http } from './http-module.ts'

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
  /** The last value that was found good. */
  last: string | null
  /** False for values that are somebody's secret. */
  readonly keeps: boolean
}

/** Names seen before; bounded, because a handler may make names up. */
const known = new Map<string, KnownName>()
const REMEMBERED_NAMES = 256

type StoreHeader = (this: ServerResponse, firstLine: string, headers: unknown) => void

/** The step in which every release of `node:http` so far turns a status line and headers into text. */
const storeHeader: StoreHeader | null = (() => {
  // Other runtimes imitate the step and need not take it: Bun has it and writes its heads elsewhere.
  if (process.versions['bun'] !== undefined || process.versions['deno'] !== undefined) return null
  const found: unknown = Reflect.get(http.ServerResponse.prototype, '_storeHeader')
  return typeof found === 'function' ? (found as StoreHeader) : null
})()

/** False where node has no such step (any more): answers are then written the ordinary way. */
export const CAN_WRITE_BLOCKS: boolean = storeHeader !== null

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
    let block = ''
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] as string
      const value = headers[index + 1] as string
      const entry = known.get(name) ?? meet(name)
      if (entry?.nodeReads === true) rest.push(name, value)
      else {
        // Most headers say the same in every answer; what was good then is good now.
        if (entry === null || (entry.last !== value && !accepts(entry, value))) {
          throw new TypeError(`Invalid header '${name}'`)
        }
        block += `${name}: ${value}\r\n`
      }
    }
    this['~block'] = block
    this.writeHead(status, rest)
  }
}

if (storeHeader !== null) {
  Object.defineProperty(BlockResponse.prototype, '_storeHeader', {
    value: function (this: BlockResponse, firstLine: string, headers: unknown): void {
      storeHeader.call(this, firstLine + this['~block'], headers)
      if (!proven) proven = String(Reflect.get(this, '_header')).startsWith(firstLine)
    },
  })
}

/** @returns `null` for what is no name */
function meet(name: string): KnownName | null {
  if (!isToken(name)) return null
  const entry = { nodeReads: NODE_READS.has(name), last: null, keeps: name !== 'set-cookie' }
  if (known.size < REMEMBERED_NAMES) known.set(name, entry)
  return entry
}

function accepts(entry: KnownName, value: string): boolean {
  if (!isHeaderValue(value)) return false
  if (entry.keeps) entry.last = value
  return true
}
