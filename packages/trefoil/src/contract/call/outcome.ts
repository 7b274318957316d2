import type { Answer } from '../answer/answer.ts'
import type { Problem } from '../problems/problem.ts'

/** How a call ended, on every surface. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer }
  | { readonly kind: 'problem'; readonly problem: Problem }
  /** Everything was checked and nothing was run (RPC-7). */
  | { readonly kind: 'dry-run' }
