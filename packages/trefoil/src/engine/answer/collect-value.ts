import type { Awaitable } from '../../base/promise.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { RunningCall } from '../running-call.ts'
import { toProblem } from '../settle.ts'
import { failStream, isStream, type StreamValue } from './stream.ts'

/** A value as one text, for surfaces whose answers are documents. */
export interface CollectedValue {
  /** True when `text` is JSON; otherwise it is the value itself. */
  readonly isJson: boolean
  readonly text: string
}

/**
 * Turns a value into one text of at most `limit` bytes; a stream is read to its end. A stream
 * that fails, or a value with no JSON form, becomes the call's failure (W-14).
 */
export function collectValue(
  call: RunningCall,
  value: unknown,
  limit: number,
): Awaitable<CollectedValue | Problem> {
  if (isStream(value)) return collectStream(value, limit)
  try {
    const collected = toText(value)
    return fits(collected.text, limit) ? collected : refuse('response_too_large')
  } catch (error) {
    return toProblem(call, error)
  }
}

function toText(value: unknown): CollectedValue {
  if (typeof value === 'string') return { isJson: false, text: value }
  if (value instanceof Uint8Array) return { isJson: false, text: new TextDecoder().decode(value) }
  if (value === undefined) return { isJson: true, text: 'null' }
  const text = JSON.stringify(value) as string | undefined
  if (text === undefined) throw new TypeError(`A ${typeof value} has no JSON form`)
  // Printed as `{}`, these would be lost in silence; HTTP refuses them too.
  if (value instanceof Set || value instanceof Map || value instanceof Error) {
    throw new TypeError(`A ${value.constructor.name} has no JSON form`)
  }
  return { isJson: true, text }
}

async function collectStream(
  stream: StreamValue,
  limit: number,
): Promise<CollectedValue | Problem> {
  const decoder = new TextDecoder()
  let text = ''
  try {
    for await (const chunk of stream) {
      text += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true })
      if (fits(text, limit)) continue
      const problem = refuse('response_too_large')
      await failStream(stream, problem)
      return problem
    }
    return { isJson: false, text: text + decoder.decode() }
  } catch (error) {
    // The stream's own watcher has logged it already.
    return error instanceof Problem ? error : refuse('INTERNAL_ERROR')
  }
}

const BYTES_PER_UNIT = 3

/** Exactly the limit fits (MCP-14). */
function fits(text: string, limit: number): boolean {
  if (text.length * BYTES_PER_UNIT <= limit) return true
  return text.length <= limit && new TextEncoder().encode(text).byteLength <= limit
}
