import type { ServerResponse } from 'node:http'
import { startTimer } from '../../../../base/start-timer.ts'
import type { HttpReply } from '../../../../contract/answer/exchange.ts'
import { skipStream, type WatchedStream, watchedIn } from '../../../../engine/answer/stream.ts'
import { AnnouncedLength } from '../../response/announced-length.ts'
import { BlockResponse } from './block-response.ts'

/** How one answer is to be sent, and how far that has come. */
export interface Sending {
  /** Body bytes handed over, for the access log. */
  bytesSent: number
  /** True when the source of a stream failed, for the access log. */
  failed: boolean
  /** Milliseconds a client may take to read what is waiting for it; then it is cut off. 0: any time. */
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
    if (!isHead) return sendStream(response, body, new AnnouncedLength(headers), sending)
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
  if (ms === 0) return () => {}
  const release = startTimer(ms, () => response.destroy())
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
  if (!response.write(body, encoding)) await drained(response, sending, null)
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

async function sendStream(
  response: ServerResponse,
  body: AsyncIterable<string | Uint8Array>,
  length: AnnouncedLength,
  sending: Sending,
): Promise<void> {
  let last: string | Uint8Array | null = null
  const watched = watchedIn(body)
  const over = closed(response)
  const iterator = body[Symbol.asyncIterator]()
  const giveUp = () => void iterator.return?.().catch(() => {})
  response.once('close', giveUp)
  try {
    sending.watchCaller()
    for (;;) {
      const { done, value } = await iterator.next()
      if (done === true || sending.aborted) break
      const size = typeof value === 'string' ? Buffer.byteLength(value) : value.byteLength
      if (size === 0) continue
      if (length.isLast(size)) {
        last = value
        continue
      }
      sending.bytesSent = length.bytes
      if (!response.write(value)) await drained(response, sending, watched)
    }
    if (!sending.aborted) {
      length.end()
      sending.bytesSent = length.bytes
      if (last !== null && !response.write(last)) await drained(response, sending, null)
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

/** @param watched what is sent: when it is cut off nobody waits for its reader any longer */
function drained(
  response: ServerResponse,
  sending: Sending,
  watched: WatchedStream | null,
): Promise<void> {
  // What has been closed already does not say so again.
  if (sending.aborted) return Promise.resolve()
  return new Promise((resolve) => {
    const release = cutOffSlowReader(response, sending.sendTimeout)
    const go = () => {
      release()
      response.off('drain', go)
      response.off('close', go)
      if (watched !== null) watched.onCut = null
      resolve()
    }
    if (watched !== null) watched.onCut = go
    response.on('drain', go)
    response.on('close', go)
  })
}
