import { Secret } from '../../../index.ts'
import type { OtlpValues } from './otlp-options.ts'

/** What of an answer is read at most, in characters. */
const MOST_READ = 65_536
/** Milliseconds for which a collector may ask to be left alone. */
const LONGEST_PAUSE = 300_000

/** A collector that did not take what it was sent. Says no URL and no header: they may be secret. */
export class CollectorRefused extends Error {
  override readonly name = 'CollectorRefused'
  /** Milliseconds after which it wants to be asked again; 0 where it says nothing. */
  readonly pause: number

  constructor(status: number, pause: number) {
    super(`The collector of OTLP answered ${status}`)
    this.pause = pause
  }
}

/**
 * Sends one document, by HTTP and in JSON.
 *
 * @returns how many records were refused for what they are: it does not want them again
 * @throws CollectorRefused for every status but 2xx. Redirects are none: headers with keys would go wherever they lead
 * @throws Error where nobody answers in time
 */
export async function sendLogs(
  document: string,
  { url, headers, timeout }: Pick<OtlpValues, 'url' | 'headers' | 'timeout'>,
  signal: AbortSignal,
): Promise<number> {
  const own = Object.entries(headers).map(([name, value]) => [
    name,
    value instanceof Secret ? value.reveal() : value,
  ])
  const answer = await fetch(url, {
    method: 'POST',
    headers: { ...Object.fromEntries(own), 'content-type': 'application/json' },
    body: document,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeout)]),
  })
  if (answer.status < 200 || answer.status > 299) {
    await answer.body?.cancel()
    throw new CollectorRefused(answer.status, pauseOf(answer.headers.get('retry-after')))
  }
  return refusedOf(await textOf(answer))
}

function pauseOf(text: string | null): number {
  const seconds = /^[0-9]{1,9}$/.test(text ?? '') ? Number(text) : 0
  return Math.min(LONGEST_PAUSE, seconds * 1000)
}

async function textOf(answer: Response): Promise<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const piece of answer.body ?? []) {
    text += decoder.decode(piece, { stream: true })
    // Whatever follows, it is no answer of a collector's.
    if (text.length > MOST_READ) break
  }
  return text
}

/** `{"partialSuccess":{"rejectedLogRecords":"2"}}`; anything else says that all were taken. */
function refusedOf(text: string): number {
  try {
    const { partialSuccess }: { partialSuccess?: unknown } = Object(JSON.parse(text))
    const count = Number(Object(partialSuccess).rejectedLogRecords ?? 0)
    return Number.isSafeInteger(count) && count > 0 ? count : 0
  } catch {
    return 0
  }
}
