import { freezeClass } from '../../base/plain/freeze-class.ts'

/**
 * A body of events. On HTTP it is read as the text of an event stream; an agent is given the
 * events, because the framing is for a browser's `EventSource` (FND-4).
 */
export abstract class EventBody<Event = unknown> implements AsyncIterable<string> {
  /** The events as the handler yields them. To be read instead of the text, not beside it. */
  abstract readonly events: AsyncIterable<Event>
  abstract [Symbol.asyncIterator](): AsyncIterator<string>
}

// Reached from what its heirs make, which handlers hold.
freezeClass(EventBody)
