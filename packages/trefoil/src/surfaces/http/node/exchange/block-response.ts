import type { IncomingMessage } from 'node:http'
import { http } from '../node-modules.ts'
import { headStep, madeHead, replaceHeadStep } from '../quirks.ts'
import { headerBlock } from './header-block.ts'

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
