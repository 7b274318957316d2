import type { Problem } from './problem.ts'
import type { ReplyOptions } from './reply.ts'

/** How a call ended: a value or a problem, nothing else, on every surface. */
export type Outcome =
  | { readonly ok: true; readonly value: unknown; readonly reply: ReplyOptions | null }
  | { readonly ok: false; readonly problem: Problem }
