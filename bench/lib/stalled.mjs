// What bench/aborted-streams.mjs breaks off: calls of tools whose stream gives one piece and then
// waits. Server and client share these words.
import { LEGACY, MODERN } from './tool-message.mjs'

/**
 * The longest a call may take, so that what nothing else ends is ended by it: a caller of the
 * older revision who leaves cancels nothing, and a stream that waits for ever hears no signal.
 */
export const TIMEOUT = '2s'

/** What the stream waits for after its first piece. */
const WAITS = /** @type {const} */ (['signal', 'ever'])

/** Every tool is called in turn, so that each has a quarter of the calls. */
export const KINDS = [MODERN, LEGACY].flatMap((revision) =>
  WAITS.map((wait) => ({
    revision,
    wait,
    tool: `wait_${wait}_${revision.replaceAll('-', '_')}`,
  })),
)

/** @typedef {{ opened: number, closed: number }} Count of a tool's dependency */
