import type { Answer, AnswerHead } from '../../contract/answer/answer.ts'

/** An answer that can be given again. Never handed out itself: who is given one is given a copy. */
export type KeptAnswer = Answer & { readonly body: string | Uint8Array | null }

/**
 * A copy to keep, or to give: whoever it is for may write into its bytes or its lists.
 *
 * @returns `null` for an answer that is one caller's, or no whole one: a stream, cookies, a failure
 */
export function keptAnswer(answer: Answer): KeptAnswer | null {
  const { kind, body, status, head, content } = answer
  if (kind === 'stream' || content !== null || status >= 400) return null
  if (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) return null
  if (head?.pairs.some((text, index) => index % 2 === 0 && text === 'set-cookie') === true) {
    return null
  }
  return copied({ ...answer, body })
}

/** A copy to give. */
export function copied(answer: KeptAnswer): KeptAnswer {
  const { body, head } = answer
  return {
    ...answer,
    body: body instanceof Uint8Array ? new Uint8Array(body) : body,
    head: head === null ? null : copiedHead(head),
  }
}

/**
 * The same with its age, where it says how long others may keep it: they would count from now, and keep
 * it for twice as long (RFC 9111 §5.1).
 */
export function aged(answer: KeptAnswer, age: number, mayBeKept: boolean): KeptAnswer {
  const { head } = answer
  if (head?.names.has('age') === true) return answer
  if (!mayBeKept && head?.names.has('cache-control') !== true) return answer
  const { pairs, names } = head ?? NO_HEAD
  const own = { pairs: [...pairs, 'age', String(age)], names: new Set([...names, 'age']) }
  return { ...answer, head: { ...(head ?? NO_HEAD), ...own } }
}

const NO_HEAD: AnswerHead = Object.freeze({
  hasStatus: false,
  pairs: Object.freeze([]),
  names: new Set<string>(),
  etag: null,
  compress: null,
  meta: null,
})

function copiedHead(head: AnswerHead): AnswerHead {
  return { ...head, pairs: [...head.pairs], names: new Set(head.names) }
}

/** What an entry takes beside its texts: the object, its place in the map, its parts. */
const OVERHEAD = 400

/** Bytes of memory that it takes, rather too many than too few. */
export function sizeOf(key: string, parts: readonly string[], { body, head }: KeptAnswer): number {
  let size = OVERHEAD + 2 * key.length
  for (const part of parts) size += 2 * part.length
  if (body !== null) size += typeof body === 'string' ? 2 * body.length : body.byteLength
  for (const text of head?.pairs ?? []) size += 2 * text.length
  // Facts of the developer's own: not measured each time, and rarely large.
  return head?.meta == null ? size : size + OVERHEAD
}
