import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import process from 'node:process'
import { http } from './node-modules.ts'

// What is used of Node that no documentation promises: all of it is in here and nowhere else
// (quirks.test.ts looks). Each name is looked up before it is relied on; where it is missing, or
// where an operator has switched all of them off, the ordinary, slower way is taken. What each
// brings, and what happens without it: decisions/0012.

/**
 * False with `TREFOIL_NODE_QUIRKS=off`, and on runtimes that imitate the names: they need not mean
 * the same by them (Bun has the step below and writes its heads elsewhere).
 */
export const QUIRKS_ARE_ON: boolean =
  process.versions['bun'] === undefined && process.versions['deno'] === undefined && isWanted()

/** Whatever is no plain yes is a no: taken for `off`, a slip costs some speed and nothing else. */
function isWanted(): boolean {
  const text = process.env['TREFOIL_NODE_QUIRKS'] ?? 'on'
  return ['on', '1', 'true', 'yes'].includes(text.toLowerCase())
}

/** A method by its name; `null` where there is none, or none is to be used. */
function methodOf(prototype: object, name: string): unknown {
  const found: unknown = QUIRKS_ARE_ON ? Reflect.get(prototype, name) : null
  return typeof found === 'function' ? found : null
}

/** Turns a status line and headers into the text of a head. */
export type HeadStep<Response extends ServerResponse = ServerResponse> = (
  this: Response,
  firstLine: string,
  headers: unknown,
) => void

const HEAD_STEP = '_storeHeader'

/** The step in which every release of `node:http` so far makes heads; `null`: not to be had. */
// What it takes is not typed anywhere. Whether it is taken, the first answer shows.
export const headStep: HeadStep | null = methodOf(
  http.ServerResponse.prototype,
  HEAD_STEP,
) as HeadStep | null

/** Has one class of responses take another step in its place. */
export function replaceHeadStep<Response extends ServerResponse>(
  prototype: Response,
  step: HeadStep<Response>,
): void {
  Object.defineProperty(prototype, HEAD_STEP, { value: step })
}

/** The head that the step has made. */
export function madeHead(response: ServerResponse): string {
  return String(Reflect.get(response, '_header'))
}

/** A connection as node's server keeps it. */
interface Serving extends Socket {
  readonly _httpMessage?: ServerResponse | null
}

/**
 * The answer a connection is busy with; `null` between two, `undefined` before the first, and where
 * node does not say.
 */
export function answerInTurn(socket: Serving): ServerResponse | null | undefined {
  // It is what node's own errors are answered by.
  return QUIRKS_ARE_ON ? socket._httpMessage : undefined
}

/** A response as node makes it. */
interface Announcing extends ServerResponse {
  _keepAliveTimeout?: number
}

/**
 * Has an answer announce for how many milliseconds its connection may be idle. Node says nothing
 * while we end those ourselves, and clients use the last moments of a connection only if they know
 * them.
 */
export function announceIdleTime(response: Announcing, ms: number): void {
  if (QUIRKS_ARE_ON && response._keepAliveTimeout !== undefined) response._keepAliveTimeout = ms
}

/** A response as node makes it. */
interface Closing extends ServerResponse {
  maxRequestsOnConnectionReached?: boolean
}

/**
 * Has an answer say that its connection closes after it, and leaves the closing to us: node does it
 * at once where it says so itself, and a sender who has not finished loses the answer.
 *
 * @returns false where that cannot be had: nothing is announced
 */
export function announceClose(response: Closing): boolean {
  if (!QUIRKS_ARE_ON || response.maxRequestsOnConnectionReached === undefined) return false
  response.maxRequestsOnConnectionReached = true
  return true
}

/** How node itself ends a request that announces no body. */
const endUnread = methodOf(http.IncomingMessage.prototype, '_dumpAndCloseReadable') as
  | ((this: IncomingMessage) => void)
  | null

/** True where {@link endRead} does something. */
export const CAN_END_READ: boolean = endUnread !== null

/**
 * Ends a request whose body has been read to its last byte, before node has parsed on to where it would do so
 * itself: by events, which nobody waits for.
 */
export function endRead(request: IncomingMessage): void {
  endUnread?.call(request)
}

/**
 * Has what comes of a body thrown away while it is parsed.
 *
 * @returns false where that cannot be had: node does it when the answer has left
 */
export function dropBody(request: IncomingMessage): boolean {
  if (endUnread === null) return false
  endUnread.call(request)
  // As node does: reading may have been stopped because nobody took what had come.
  request._read(0)
  return true
}
