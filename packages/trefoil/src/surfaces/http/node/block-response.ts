import { type IncomingMessage, ServerResponse } from 'node:http'
import { isHeaderValue, isToken } from '../../../web/raw-headers.ts'

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

/** Names seen before; bounded, because a handler may make names up. */
const tokens = new Set<string>()
const REMEMBERED_TOKENS = 256

type StoreHeader = (this: ServerResponse, firstLine: string, headers: unknown) => void

/** The step in which every release of `node:http` so far turns a status line and headers into text. */
const storeHeader: StoreHeader | null = (() => {
  const found: unknown = Reflect.get(ServerResponse.prototype, '_storeHeader')
  return typeof found === 'function' ? (found as StoreHeader) : null
})()

/** False where node has no such step (any more): answers are then written the ordinary way. */
export const CAN_WRITE_BLOCKS: boolean = storeHeader !== null

/**
 * A response that writes most headers as one block of text. One by one, node checks and joins the
 * few headers every answer carries at a noticeable part of the price of a small answer
 * (decisions/0012). The checks are the same ones: nothing but a token is a name, and no value
 * holds a character that could end its line.
 */
export class BlockResponse<
  Request extends IncomingMessage = IncomingMessage,
> extends ServerResponse<Request> {
  /** Header lines that follow the status line. */
  '~block' = ''

  /** @throws TypeError for a name or value that is none */
  writeBlock(status: number, headers: readonly string[]): void {
    const rest: string[] = []
    let block = ''
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] as string
      const value = headers[index + 1] as string
      if (NODE_READS.has(name)) rest.push(name, value)
      else {
        if (!isName(name) || !isHeaderValue(value)) {
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
    },
  })
}

function isName(name: string): boolean {
  if (tokens.has(name)) return true
  if (!isToken(name)) return false
  if (tokens.size < REMEMBERED_TOKENS) tokens.add(name)
  return true
}
