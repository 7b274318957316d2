import { type Problem, type ProblemOptions, refuse } from '../problems/problem.ts'

/** For a body that did not arrive whole: who only left has sent all there was to say. */
export function incompleteBody(options: Pick<ProblemOptions, 'cause'> = {}): Problem {
  return refuse('client_disconnected', {
    ...options,
    detail: 'Client disconnected before request body was complete',
  })
}
