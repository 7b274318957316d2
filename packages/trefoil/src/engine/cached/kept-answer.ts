import { isPlain } from '../../base/plain/is-plain.ts'
import type { Answer, AnswerHead } from '../../contract/answer/answer.ts'
import { weightOf } from '../../contract/content/content-block.ts'

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
  blocks: null,
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
  for (const block of head?.blocks ?? []) size += weightOf(block)
  // A call may be written down with what its caller sent, which of the arguments is only a hash.
  return head?.meta == null ? size : size + sizeOfValue(head.meta)
}

/** What a value takes beside what it holds: itself, and its place in a list or an object. */
const VALUE = 16
/** And an object, with room for a few members. */
const OBJECT = 64

/** By a list of what is left to count, and not by calls of itself: what goes deep must not fail here. */
function sizeOfValue(value: unknown): number {
  const known = new Set<object>()
  const left: unknown[] = [value]
  let size = 0
  while (left.length > 0) {
    const one = left.pop()
    size += VALUE
    if (typeof one === 'string') size += 2 * one.length
    if (typeof one !== 'object' || one === null || known.has(one)) continue
    known.add(one)
    size += OBJECT
    if (ArrayBuffer.isView(one) || one instanceof ArrayBuffer) size += one.byteLength
    else if (one instanceof Map) for (const pair of one) left.push(...pair)
    else if (Array.isArray(one) || one instanceof Set) for (const item of one) left.push(item)
    // Instances of classes lead anywhere, and their members may throw.
    else if (isPlain(one)) for (const pair of Object.entries(one)) left.push(...pair)
  }
  return size
}
