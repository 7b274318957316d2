import type { ServerResponse } from 'node:http'
import type { HttpReply } from '../../../contract/exchange.ts'
import { bodyBytes } from './node-exchange.ts'

/**
 * Writes an answer. A stream is written with backpressure; when it fails in the middle the
 * connection is destroyed, so that no client takes half an answer for a whole one.
 */
export function send(response: ServerResponse, reply: HttpReply, isHead: boolean): void {
  const { status, body } = reply
  const headers = reply.headers as string[]
  if (body === null) {
    if (status !== 204 && status !== 304) headers.push('content-length', '0')
    response.writeHead(status, headers)
    response.end()
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
    headers.push('content-length', String(size))
    response.writeHead(status, headers)
    bodyBytes.set(response, isHead ? 0 : size)
    if (isHead) response.end()
    else response.end(body)
  } else {
    response.writeHead(status, headers)
    void sendStream(response, body, isHead)
  }
}

async function sendStream(
  response: ServerResponse,
  body: AsyncIterable<string | Uint8Array>,
  isHead: boolean,
): Promise<void> {
  let bytes = 0
  const iterator = body[Symbol.asyncIterator]()
  const giveUp = () => void iterator.return?.().catch(() => {})
  response.once('close', giveUp)
  try {
    if (!isHead) {
      for (;;) {
        const { done, value } = await iterator.next()
        if (done === true || response.destroyed) break
        bytes += value.length
        bodyBytes.set(response, bytes)
        if (value.length > 0 && !response.write(value)) await drained(response)
      }
    } else await iterator.return?.()
    response.end()
  } catch (error) {
    response.destroy(error instanceof Error ? error : new Error('The stream failed'))
  } finally {
    response.off('close', giveUp)
    await iterator.return?.().catch(() => {})
  }
}

function drained(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('drain', go)
      response.off('close', go)
      resolve()
    }
    response.on('drain', go)
    response.on('close', go)
  })
}
