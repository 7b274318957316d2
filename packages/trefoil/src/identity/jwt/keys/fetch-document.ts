import { joinBytes } from '../../../base/join-bytes.ts'
import { readStrictJson } from '../../../base/json/strict-json.ts'
import { isRecord } from '../../../base/plain/is-record.ts'
import { startTimer } from '../../../base/start-timer.ts'

/** A key set of some hundred keys; more is not read (JWT-4). */
export const MOST_BYTES: number = 256 * 1024

/** Why keys could not be had, in words that follow the address. Says nothing that the other side wrote. */
export class KeysNotFetched extends Error {
  override readonly name: string = 'KeysNotFetched'
}

/**
 * Fetches a JSON object, by plain GET without credentials. A redirect is a failure: whoever answers for
 * the address could lead on to anywhere, to addresses inside of our network too.
 *
 * @param timeout milliseconds for all of it
 * @throws KeysNotFetched
 */
export async function fetchDocument(
  url: URL,
  timeout: number,
): Promise<Readonly<Record<string, unknown>>> {
  const ended = new AbortController()
  const stop = startTimer(timeout, () => ended.abort())
  try {
    const answer = await fetch(url, {
      headers: { accept: 'application/json' },
      redirect: 'manual',
      credentials: 'omit',
      signal: ended.signal,
    })
    if (answer.status !== 200) {
      void answer.body?.cancel().catch(() => {})
      throw new KeysNotFetched(
        answer.status >= 300 && answer.status < 400
          ? 'redirects, which is not followed'
          : `answers ${answer.status}`,
      )
    }
    return parse(await readBody(answer))
  } catch (error) {
    if (error instanceof KeysNotFetched) throw error
    // The error of `fetch` may name addresses inside of a network.
    throw new KeysNotFetched(ended.signal.aborted ? 'does not answer in time' : 'cannot be reached')
  } finally {
    stop()
  }
}

async function readBody(answer: Response): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let size = 0
  // Its length header may lie, and compressed it may grow.
  for await (const piece of answer.body ?? []) {
    size += piece.length
    if (size > MOST_BYTES) throw new KeysNotFetched(`answers with more than ${MOST_BYTES} bytes`)
    pieces.push(piece)
  }
  return joinBytes(pieces)
}

function parse(bytes: Uint8Array): Readonly<Record<string, unknown>> {
  const json = readStrictJson(bytes)
  if (!json.ok || !isRecord(json.value)) throw new KeysNotFetched('answers with no JSON object')
  return json.value
}
