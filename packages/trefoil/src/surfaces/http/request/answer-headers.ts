import { readStrictJson } from '../../../base/json/strict-json.ts'
import { isRecord } from '../../../base/plain/is-record.ts'
import type { SentAnswers } from '../../../contract/ask/sent-answers.ts'
import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { allHeaders, type RawHeaders } from '../../../web/raw-headers.ts'

/** What a client keeps for us. */
const STATE = 'request-state'
/** JSON by key: in UTF-8, or with everything beyond ASCII escaped. */
const ANSWERS = 'request-answers'

/** Beyond what any form has. */
const LIMITS = { maxDepth: 8, maxMembers: 1_000 }

/** Answers to what an earlier round asked, in headers, because a body is the action's own and a GET has none. */
export function readAnswerHeaders(headers: RawHeaders): SentAnswers | Problem | null {
  const states = allHeaders(headers, STATE)
  const answers = allHeaders(headers, ANSWERS)
  const [state] = states
  const [text] = answers
  if (state === undefined && text === undefined) return null
  // A proxy and we could each go by another one.
  if (states.length > 1 || answers.length > 1) {
    return refuse('invalid_answers', {
      detail: `The headers ${STATE} and ${ANSWERS} are sent once`,
    })
  }
  if (state === undefined || text === undefined) return refuse('invalid_answers')
  // A header has a character for each byte.
  const parsed = readStrictJson(Buffer.from(text, 'latin1'), LIMITS)
  if (!parsed.ok || !isRecord(parsed.value)) return refuse('invalid_answers')
  return { state: state.trim(), answers: parsed.value }
}
