import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerInTurn } from '../quirks.ts'

/**
 * The answer to the last request of a connection, where node does not say whose turn it is. Answers
 * go out in the order of their requests: with the last one, all are out.
 */
const last = new WeakMap<Socket, ServerResponse>()

/** To be told of every request of HTTP/1.1, for {@link isAnswering}. */
export function noteAnswer(socket: Socket, response: ServerResponse): void {
  if (answerInTurn(socket) === undefined) last.set(socket, response)
}

/**
 * Connections that end with an answer they have, or are about to have; and for how long that is so,
 * `null` for good. Most of the time none.
 */
const closing = new Map<Socket, Pick<IncomingMessage, 'complete'> | null>()

/** Has a connection end with this answer. */
export function answerLast(socket: Socket, response: ServerResponse): void {
  response.shouldKeepAlive = false
  takeNoMore(socket, null)
}

/**
 * From here on {@link takesNoMore} is true of a connection.
 *
 * @param until a request, when the connection stays once that has come; `null`: until it has closed
 */
export function takeNoMore(socket: Socket, until: IncomingMessage | null): void {
  closing.set(socket, until)
  socket.once('close', () => closing.delete(socket))
}

/** It stays after all. */
export function takeMore(socket: Socket): void {
  closing.delete(socket)
}

/**
 * True of a connection that ends with an answer it has: a request that was sent behind that one must
 * not be processed (RFC 9112 §9.6), because nobody would ever hear what became of it.
 */
export function takesNoMore(socket: Socket): boolean {
  if (closing.size === 0) return false
  const until = closing.get(socket)
  return until !== undefined && until?.complete !== true
}

/** Whether a connection is between two requests; `undefined` before the first. */
export function isIdle(socket: Socket): boolean | undefined {
  // It waits for no request any more, and who has it closed keeps the time (lingering.ts).
  if (takesNoMore(socket)) return false
  const response = answerInTurn(socket)
  if (response !== undefined) return response === null
  return last.get(socket)?.writableFinished
}

/**
 * True while an answer is on its way. Another one, written into it, would be taken for part of it;
 * written before it, for the answer to a request that was fine (requests may be sent in a row).
 */
export function isAnswering(socket: Socket): boolean {
  const response = answerInTurn(socket) ?? last.get(socket)
  if (response === undefined || response.writableFinished) return false
  // Without a connection it waits for the one before it. Of a request that is not all here yet, the
  // error is the answer.
  return response.socket === null || response.headersSent || response.req.complete
}
