import { isJsonMediaType, mediaTypeEssence } from '../base/json/json-media-type.ts'
import { Problem } from '../contract/problems/problem.ts'
import { type ClientResult, failedHere, failedInOwnWords, failedThere } from './client-problem.ts'
import { readProblem } from './read-answer.ts'
import { readDocument, readText } from './read-document.ts'

/**
 * Reads the answer of a route. JSON and plain text become values. Everything else (bytes, files, pages,
 * streams) is handed out as the `Response`, unread: how much of it there is, and how long it takes,
 * is the caller's to say.
 */
export async function readHttpAnswer(
  response: Response,
  maxBytes: number,
): Promise<ClientResult<unknown, string>> {
  const { status, headers } = response
  const isFailed = status >= 400
  const type = headers.get('content-type') ?? ''
  if (response.body === null || status === 204 || status === 205) {
    if (isFailed) return failedInOwnWords(status, null, headers)
    return { ok: true, value: null, status, headers }
  }
  if (isJsonMediaType(type)) {
    const read = await readDocument(response, maxBytes)
    if (read instanceof Problem) return failedHere(read)
    if (!isFailed) return { ok: true, value: read.value, status, headers }
    const problem = readProblem(read.value, status)
    return problem === null
      ? failedInOwnWords(status, read.value, headers)
      : failedThere(problem, headers)
  }
  if (!isFailed && mediaTypeEssence(type) !== 'text/plain') {
    return { ok: true, value: response, status, headers }
  }
  const text = await readText(response, maxBytes)
  if (typeof text !== 'string') return failedHere(text)
  return isFailed
    ? failedInOwnWords(status, text, headers)
    : { ok: true, value: text, status, headers }
}
