// What the endurance bench breaks off, and when. Servers and client share these figures.

import { setTimeout } from 'node:timers/promises'

/**
 * How long `GET /slow` waits before its answer, and `GET /stream` in the middle of it, so that
 * their callers are gone by then. Milliseconds.
 */
export const SLOW_MS = 20

const PIECE = Buffer.alloc(8 * 1024, 'x')

/** What `GET /stream` answers with. A long answer in one piece would fit the kernel's buffers. */
export async function* pieces() {
  yield PIECE
  await setTimeout(SLOW_MS)
  yield PIECE
}

/** After how many milliseconds the client goes away when it does not wait for bytes. */
export const LEAVE_MS = 2

/** The places where a client can go away; each is taken in turn. */
export const KINDS = /** @type {const} */ (['head', 'body', 'handler', 'answer'])
