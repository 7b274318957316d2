import type { ServerResponse } from 'node:http'
import type { HttpReply } from '../../../contract/exchange.ts'
import { skipStream } from '../../../engine/stream.ts'

/** Counts body bytes handed over, for the access log. */
export interface ByteMeter {
  bytesSent: number
}

/**
 * Writes an answer. A stream is written with backpressure; when it fails in the middle the
 * connection is destroyed, so that no client takes half an answer for a whole one.
 */
export function send(
  response: ServerResponse,
  reply: HttpReply,
  isHead: boolean,
  meter: ByteMeter,
): void {
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
    if (isHead) response.end()
    else {
      meter.bytesSent = size
      // Text of one byte a character is ASCII, and node writes Latin-1 faster than UTF-8.
      if (size === body.length && typeof body === 'string') response.end(body, 'latin1')
      else response.end(body)
    }
  } else {
    response.writeHead(status, headers)
    if (isHead) {
      skipStream(body)
      response.end()
    } else void sendStream(response, body, announcedLength(headers), meter)
  }
}

/** Bytes of a stream whose length is known; infinite for others. */
function announcedLength(headers: readonly string[]): number {
  for (let index = 0; index < headers.length; index += 2) {
    if (headers[index] === 'content-length') return Number(headers[index + 1])
  }
  return Number.POSITIVE_INFINITY
}

async function sendStream(
  response: ServerResponse,
  body: AsyncIterable<string | Uint8Array>,
  announced: number,
  meter: ByteMeter,
): Promise<void> {
  let bytes = 0
  const iterator = body[Symbol.asyncIterator]()
  const giveUp = () => void iterator.return?.().catch(() => {})
  response.once('close', giveUp)
  try {
    for (;;) {
      const { done, value } = await iterator.next()
      if (done === true || response.destroyed) break
      bytes += typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength
      // More than announced would be read as the beginning of the next answer.
      if (bytes > announced) throw new Error('The stream is longer than announced')
      meter.bytesSent = bytes
      if (value.length > 0 && !response.write(value)) await drained(response)
    }
    if (bytes < announced && announced !== Number.POSITIVE_INFINITY && !response.destroyed) {
      throw new Error('The stream is shorter than announced')
    }
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
