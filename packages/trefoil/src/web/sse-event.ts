/** One server-sent event. */
export interface SseEvent {
  /** Name; clients take `message` when there is none. No line breaks. */
  readonly event?: string
  /** Text is sent as it is, line by line; anything else as JSON. */
  readonly data: unknown
  /** What a client sends back as `Last-Event-ID`. No line breaks, no NUL. */
  readonly id?: string
  /** Milliseconds a client waits before it connects again. */
  readonly retry?: number
}

const LINE_BREAK = /\r\n|\r|\n/
const NOT_A_FIELD = /[\r\n\0]/

/**
 * Writes one event. Line breaks in `data` become lines of their own, because a client would take
 * what follows one for a field, or for another event.
 *
 * @throws TypeError for a line break in `event` or `id`, a bad `retry`, or data without JSON form
 */
export function formatSseEvent({ event, data, id, retry }: SseEvent): string {
  let text = ''
  if (event !== undefined) text += `event: ${field('event', event)}\n`
  if (id !== undefined) text += `id: ${field('id', id)}\n`
  if (retry !== undefined) {
    if (!Number.isSafeInteger(retry) || retry < 0) {
      throw new TypeError('retry of an event must be whole milliseconds')
    }
    text += `retry: ${retry}\n`
  }
  for (const line of toText(data).split(LINE_BREAK)) text += `data: ${line}\n`
  return `${text}\n`
}

function field(name: string, value: string): string {
  if (typeof value !== 'string' || NOT_A_FIELD.test(value)) {
    throw new TypeError(`${name} of an event must be text without line breaks`)
  }
  return value
}

function toText(data: unknown): string {
  if (typeof data === 'string') return data
  const json = JSON.stringify(data) as string | undefined
  if (json === undefined) throw new TypeError(`A ${typeof data} has no JSON form`)
  return json
}
