import type { IncomingMessage } from 'node:http'
import { joinBytes } from '../../../../base/join-bytes.ts'
import { refuse } from '../../../../contract/problems/problem.ts'
import { endRead } from '../quirks.ts'
import { lostBody } from './lost-body.ts'

const EMPTY = new Uint8Array(0)

/**
 * The body of a request whose connection has closed. It tells nobody any more what comes, but what
 * had come can still be read, and may be all of it: whoever sends a request and leaves has said what
 * is to be done (FND-21).
 *
 * @param limit bytes
 * @param announced bytes, as the head says; `null` where it does not
 * @throws Problem `payload_too_large`; `client_disconnected` for half a body
 */
export function leftBehind(
  request: IncomingMessage,
  limit: number,
  announced: number | null,
): Uint8Array {
  if (!request.complete) throw lostBody(request)
  const pieces = readRest(request)
  const size = pieces.reduce((sum, { byteLength }) => sum + byteLength, 0)
  // Somebody else may have read some of it.
  if (announced !== null && size !== announced) throw lostBody(request)
  if (size > limit) throw refuse('payload_too_large')
  return joinBytes(pieces)
}

/**
 * The body of a request that came in one piece with its head: taken as it is, and its request ended. Listeners, and
 * the turns of the loop in which they are told, cost a small call as much as binding its arguments does.
 *
 * @param announced bytes, as the head says; `null` where it does not, or a coding says where the body ends
 * @returns `null` for what is not all here, is too large, or has a reader already
 */
export function withItsHead(
  request: IncomingMessage,
  limit: number,
  announced: number | null,
): Uint8Array | null {
  if (announced === null || announced > limit || request.readableLength !== announced) return null
  if (request.readableFlowing !== null) return null
  const body: Buffer | null = request.read()
  if (body === null) return null
  endRead(request)
  return body
}

function readRest(request: IncomingMessage): Buffer[] {
  const pieces: Buffer[] = []
  for (;;) {
    const piece: Buffer | null = request.read()
    if (piece === null) return pieces
    pieces.push(piece)
  }
}

/** Asked when a connection closes. */
export interface Arriving {
  /** True when so many bytes are certainly all of the body. */
  isWhole(size: number): boolean
}

/**
 * Collects a body that is arriving.
 *
 * @param limit bytes
 */
export function collect(
  request: IncomingMessage,
  limit: number,
  arriving: Arriving,
  resolve: (body: Uint8Array) => void,
  reject: (error: unknown) => void,
): void {
  let first: Buffer | null = null
  let rest: Buffer[] | null = null
  let size = 0
  // Noted and not unlistened: taking four listeners off again is a tenth of reading a small body,
  // and a request that has ended has nothing more to tell.
  let isOver = false
  const onData = (chunk: Buffer) => {
    if (isOver) return
    size += chunk.byteLength
    if (size > limit) {
      isOver = true
      first = null
      rest = null
      // Nothing more is kept; what still comes is thrown away while the answer goes out.
      request.resume()
      reject(refuse('payload_too_large'))
    } else if (first === null) first = chunk
    else {
      rest ??= [first]
      rest.push(chunk)
    }
  }
  const onEnd = () => {
    if (isOver) return
    isOver = true
    resolve(rest === null ? (first ?? EMPTY) : Buffer.concat(rest, size))
    first = null
    rest = null
  }
  const onGone = () => {
    if (isOver) return
    // What it holds still comes to `onData`; its end is told to nobody any more.
    while (request.read() !== null);
    if (isOver) return
    if (arriving.isWhole(size)) return onEnd()
    isOver = true
    reject(lostBody(request))
  }
  request.on('data', onData)
  request.on('end', onEnd)
  request.on('close', onGone)
  request.on('error', onGone)
}
