import type { ProblemRow } from './problem-row.ts'

/** Codes of calls that ask their caller. */
export type AskingProblemCode =
  | 'input_required'
  | 'invalid_request_state'
  | 'invalid_answers'
  | 'capability_missing'

const INVALID_PARAMS = -32602

/** What is said of questions and answers: rows of the one table, in their place there. */
export const ASKING_PROBLEMS: Readonly<Record<AskingProblemCode, ProblemRow>> = {
  input_required: {
    status: 409,
    mcp: 'tool',
    exit: 75,
    text: 'Input required',
    fix: 'Answer `questions` and repeat the same call with the answers and `request_state`.',
  },
  invalid_request_state: {
    status: 400,
    mcp: INVALID_PARAMS,
    exit: 1,
    text: 'The state of the questions is not of this call, or too old',
    fix: 'Repeat the call without answers; it asks again.',
  },
  invalid_answers: {
    status: 400,
    mcp: INVALID_PARAMS,
    exit: 2,
    text: 'Invalid answers',
    fix: 'Answers are a JSON object by key of the question, sent together with `request_state`.',
  },
  capability_missing: {
    status: 400,
    mcp: -32021,
    exit: 1,
    text: 'The client cannot be asked for what this call needs',
    fix: 'Use a client that declares the required capabilities.',
  },
}
