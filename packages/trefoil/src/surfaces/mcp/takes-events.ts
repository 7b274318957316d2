import { parseMediaType } from '../../web/media-type.ts'
import { allHeaders, type RawHeaders } from '../../web/raw-headers.ts'

/**
 * True for a client that takes an answer of events. Only by the name of the type: whoever sends the `Accept` of an
 * HTTP library, which admits everything, reads a document.
 */
export function takesEvents(headers: RawHeaders): boolean {
  const ranges = allHeaders(headers, 'accept').flatMap((line) => line.split(','))
  return ranges.some((range) => {
    const type = parseMediaType(range)
    return type?.essence === 'text/event-stream' && Number(type.parameters.get('q') ?? 1) !== 0
  })
}
