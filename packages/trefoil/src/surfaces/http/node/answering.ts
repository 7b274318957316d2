import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { answerInTurn } from './quirks.ts'

/**
 * The answer to the last request of a connection, where node does not say whose turn it is. Answers
 * go out in the order of their requests: with the last one, all are out.
 */
const last = new WeakMap<Socket, ServerResponse>()

/** To be told of every request of HTTP/1.1, for {@link isAnswering}. */
export function noteAnswer(socket: Socket, response: ServerResponse): void {
  if (answerInTurn(socket) === undefined) last.set(socket, response)
}

/** Connections on which no further request counts. */
const closing = new WeakSet<Socket>()

/** Has a connection end with this answer. */
export function answerLast(socket: Socket, response: ServerResponse): void {
  response.shouldKeepAlive = false
  closing.add(socket)
}

/**
 * True for a request that was sent behind one whose answer ends the connection: it must not be
 * processed (RFC 9112 §9.6), because nobody would ever hear what became of it.
 */
export function comesTooLate(socket: Socket, response: ServerResponse): boolean {
  // Only then an earlier answer is still to leave.
  return response.socket === null && closing.has(socket)
}

/** Whether a connection is between two requests; `undefined` before the first. */
export function isIdle(socket: Socket): boolean | undefined {
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
