// What the endurance bench breaks off, and when. Servers and client share these figures.

/** How long `GET /slow` waits, so that its caller is gone before it answers, in milliseconds. */
export const SLOW_MS = 20

/** What `GET /large` answers with: more than the buffers of a connection hold. */
export const LARGE = { filler: 'x'.repeat(1024 * 1024) }

/** After how many milliseconds the client goes away when it does not wait for bytes. */
export const LEAVE_MS = 2

/** The places where a client can go away; each is taken in turn. */
export const KINDS = /** @type {const} */ (['head', 'body', 'handler', 'answer'])
