import { isRecord } from '../../base/plain/is-record.ts'
import type { ActionAnswer, ProblemEnvelope } from '../../contract/protocol/action-protocol.ts'
import { type FormField, formFields } from './form-field.ts'

/** One question, as far as a terminal can show it. */
export type Asked = AskedForm | AskedVisit

/** Wants to know something. */
export interface AskedForm {
  readonly kind: 'form'
  readonly key: string
  readonly text: string
  readonly fields: readonly FormField[]
  /** What was wrong with the answer before. */
  readonly issues: readonly string[]
}

/** Wants a page to be opened. */
export interface AskedVisit {
  readonly kind: 'visit'
  readonly key: string
  readonly text: string
  readonly url: string
  readonly issues: readonly string[]
}

/** What ended a round. */
export interface Round {
  readonly state: string
  readonly questions: readonly Asked[]
}

/** More than an app of ours asks at once; a remote may be none. */
const MOST = { questions: 20, text: 4_000, state: 200_000, issues: 100 } as const

/** True for an answer that is questions. */
export function isAsking(answer: ActionAnswer): answer is ProblemEnvelope {
  return !answer.ok && answer.error?.code === 'input_required'
}

/**
 * The questions of an answer.
 *
 * @returns `null` where one of them cannot be shown whole: nobody answers what they have not read
 */
export function roundOf(answer: ActionAnswer): Round | null {
  if (!isAsking(answer)) return null
  const { questions, request_state: state } = answer.error
  if (!isRecord(questions) || typeof state !== 'string' || state.length > MOST.state) return null
  const entries = Object.entries(questions)
  if (entries.length === 0 || entries.length > MOST.questions) return null
  const read = entries.map(([key, question]) => askedOf(key, question))
  return read.every((asked) => asked !== null) ? { state, questions: read } : null
}

function askedOf(key: string, question: unknown): Asked | null {
  if (!isRecord(question)) return null
  const { kind, text, schema, url } = question
  if (typeof text !== 'string' || text.length > MOST.text) return null
  const issues = issueTexts(question['issues'])
  if (kind === 'visit') {
    const page = pageOf(url)
    return page === null ? null : { kind, key, text, url: page, issues }
  }
  const fields = kind === 'form' ? formFields(schema) : null
  return fields === null ? null : { kind: 'form', key, text, fields, issues }
}

/**
 * Nothing but a page: a terminal makes links of others as well, and a click would start a program. As a browser writes it, so
 * that the host that is read is the host that is opened.
 */
function pageOf(url: unknown): string | null {
  const read = typeof url === 'string' && url.length <= MOST.text ? URL.parse(url) : null
  const isPage = read !== null && (read.protocol === 'https:' || read.protocol === 'http:')
  return isPage ? read.href : null
}

function issueTexts(issues: unknown): readonly string[] {
  if (!Array.isArray(issues)) return []
  return issues.slice(0, MOST.issues).flatMap((issue) => {
    const { pointer, message } = isRecord(issue) ? issue : {}
    if (typeof message !== 'string') return []
    const field = typeof pointer === 'string' ? pointer.replace(/^\//, '') : ''
    return [field === '' ? message : `${field}: ${message}`]
  })
}
