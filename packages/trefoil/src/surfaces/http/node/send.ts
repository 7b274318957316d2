import type { ServerResponse } from 'node:http'
import type { HttpReply } from '../../../contract/exchange.ts'
import { skipStream } from '../../../engine/answer/stream.ts'
import { BlockResponse } from './block-response.ts'

/** How one answer is to be sent, and how far that has come. */
export interface Sending {
  /** Body bytes handed over, for the access log. */
  bytesSent: number
  /** True when the source of a stream failed, for the access log. */
  failed: boolean
  /** Milliseconds a client may take to read what is waiting for it; then it is cut off. */
  readonly sendTimeout: number
  /** True once the caller has gone away. */
  readonly aborted: boolean
  /** Has the caller looked after while nothing is sent to it. */
  watchCaller(): void
}

/**
 * Writes an answer. A stream is written with backpressure; when it fails in the middle the
 * connection is destroyed, so that no client takes half an answer for a whole one.
 *
 * @returns for a stream, or a body that the connection cannot take at once: settles when it is over
 * and its source has been told
 */
export function send(
  response: ServerResponse,
  reply: HttpReply,
  isHead: boolean,
  sending: Sending,
): Promise<void> | undefined {
  const { status, body } = reply
  const headers = reply.headers as string[]
  if (body === null) {
    if (status !== 204 && status !== 304) headers.push('content-length', '0')
    writeHead(response, status, headers)
    response.end()
  } else if (typeof body === 'string' || body instanceof Uint8Array) {
    const size = typeof body === 'string' ? Buffer.byteLength(body) : body.byteLength
    // Text of one byte a character is ASCII, and node writes Latin-1 faster than UTF-8.
    const encoding = size === body.length && typeof body === 'string' ? 'latin1' : 'utf8'
    if (!isHead) sending.bytesSent = size
    if (!isHead && size <= FITS_THE_KERNEL && response instanceof BlockResponse) {
      response.endBlock(status, headers, body, encoding, size)
      return undefined
    }
    headers.push('content-length', String(size))
    writeHead(response, status, headers)
    if (isHead) response.end()
    else if (size > FITS_THE_KERNEL) return sendLarge(response, body, encoding, sending)
    else response.end(body, encoding)
  } else {
    writeHead(response, status, headers)
    if (!isHead) return sendStream(response, body, announcedLength(headers), sending)
    const skipped = skipStream(body)
    response.end()
    return skipped
  }
  return undefined
}

function writeHead(response: ServerResponse, status: number, headers: string[]): void {
  if (response instanceof BlockResponse) response.writeBlock(status, headers)
  else response.writeHead(status, headers)
}

/** Bytes that are out of our hands as soon as they are written. */
const FITS_THE_KERNEL = 65_536

/**
 * A client that asks for much and reads nothing holds the answer, and every dependency of a
 * stream, for as long as it likes.
 *
 * @returns undoes it
 */
function cutOffSlowReader(response: ServerResponse, ms: number): () => void {
  const timer = setTimeout(() => response.destroy(), ms)
  const release = () => clearTimeout(timer)
  response.once('close', release)
  return () => {
    release()
    response.off('close', release)
  }
}

/**
 * Not with `end` alone: a server that closes takes a connection for idle as soon as its answer has
 * ended, and destroys it with what the client has not read yet.
 */
async function sendLarge(
  response: ServerResponse,
  body: string | Uint8Array,
  encoding: BufferEncoding,
  sending: Sending,
): Promise<void> {
  const over = closed(response)
  if (!response.write(body, encoding)) await drained(response, sending)
  response.end()
  await over
}

/**
 * Resolves when the answer has left, or its connection has. To be asked while it is open: not every
 * runtime can say so later.
 */
function closed(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => {
    response.once('close', resolve)
  })
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
  sending: Sending,
): Promise<void> {
  let bytes = 0
  const over = closed(response)
  const iterator = body[Symbol.asyncIterator]()
  const giveUp = () => void iterator.return?.().catch(() => {})
  response.once('close', giveUp)
  try {
    sending.watchCaller()
    for (;;) {
      const { done, value } = await iterator.next()
      if (done === true || sending.aborted) break
      bytes += typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength
      // More than announced would be read as the beginning of the next answer.
      if (bytes > announced) throw new Error('The stream is longer than announced')
      sending.bytesSent = bytes
      if (value.length > 0 && !response.write(value)) await drained(response, sending)
    }
    if (bytes < announced && announced !== Number.POSITIVE_INFINITY && !sending.aborted) {
      throw new Error('The stream is shorter than announced')
    }
    response.end()
  } catch (error) {
    // What the source makes of being left is no failure.
    sending.failed = !sending.aborted
    response.destroy(error instanceof Error ? error : new Error('The stream failed'))
  } finally {
    response.off('close', giveUp)
    await iterator.return?.().catch(() => {})
  }
  await over
}

function drained(response: ServerResponse, sending: Sending): Promise<void> {
  // What has been closed already does not say so again.
  if (sending.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const release = cutOffSlowReader(response, sending.sendTimeout)
    const go = () => {
      release()
      response.off('drain', go)
      response.off('close', go)
      resolve()
    }
    response.on('drain', go)
    response.on('close', go)
  })
}
