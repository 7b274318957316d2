import { type Reply, reply } from '../../../index.ts'

/** An answer in words, of which nobody can tell whether there was somebody (ENUM-2). */
export interface Told {
  readonly detail: string
}

/** 202: a mail goes out, or not, and it is not said which. */
export function mailSent(detail: string): Reply<Told> {
  return reply({ detail }, { status: 202, headers: NEVER_KEPT })
}

/** Answers of these flows are nobody else's: no cache keeps one. */
export const NEVER_KEPT: Readonly<Record<string, string>> = { 'cache-control': 'no-store' }

/** 200, for the caller alone. */
export function unkept<Value>(value: Value): Reply<Value> {
  return reply(value, { headers: NEVER_KEPT })
}
