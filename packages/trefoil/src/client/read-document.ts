import { type Problem, refuse } from '../contract/problems/problem.ts'
import { isDeeper, MAX_ANSWER_DEPTH } from './manifest-budget.ts'
import { readLimited } from './read-limited.ts'

/** What a remote answered, as JSON. */
export interface ReadDocument {
  readonly status: number
  readonly value: unknown
}

/** Reads an answer as JSON, and no more of it than there may be (FND-47). */
export async function readDocument(
  response: Response,
  maxBytes: number,
): Promise<ReadDocument | Problem> {
  const { status } = response
  const text = await readText(response, maxBytes)
  if (typeof text !== 'string') return text
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return notJson(status)
  }
  if (isDeeper(value, MAX_ANSWER_DEPTH)) {
    const detail = `Remote answer is nested deeper than ${MAX_ANSWER_DEPTH} levels`
    return refuse('remote_invalid', { detail })
  }
  return { status, value }
}

/** Reads an answer as text. */
export async function readText(response: Response, maxBytes: number): Promise<string | Problem> {
  const text = await readLimited(response, maxBytes)
  if (text.ok) return text.value
  if (text.error === 'not_text') return notJson(response.status)
  return refuse('response_too_large', { detail: 'Remote response is too large' })
}

function notJson(status: number): Problem {
  if (status === 401) return refuse('AUTHENTICATION_ERROR')
  return refuse('remote_invalid', { detail: `Remote returned non-JSON response (${status})` })
}
