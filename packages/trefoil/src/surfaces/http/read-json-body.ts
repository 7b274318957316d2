import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import { parseStrictJson } from '../../base/strict-json.ts'
import { type Problem, refuse } from '../../contract/problem.ts'
import { refusedCoding } from '../../policy/refused-coding.ts'
import type { BodySource } from './body-source.ts'

/** A parsed JSON body. */
export interface JsonBody {
  readonly value: unknown
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a JSON body (BIND-12, BIND-13): the declaration decides, not the content type; zero
 * bytes mean nothing was sent; anything else must be strict JSON.
 */
export function readJsonBody(inbound: BodySource): Awaitable<JsonBody | Problem | undefined> {
  const refusal = refusedCoding(inbound.rawHeaders)
  if (refusal !== null) return refusal
  const bytes = inbound.readBytes()
  return isPromiseLike(bytes) ? bytes.then(parseJsonBody) : parseJsonBody(bytes)
}

/** @returns `undefined` for no bytes at all, a problem for anything but strict JSON */
export function parseJsonBody(bytes: Uint8Array): JsonBody | Problem | undefined {
  if (bytes.byteLength === 0) return undefined
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return malformedJson('not UTF-8')
  }
  const parsed = parseStrictJson(text)
  return parsed.ok ? { value: parsed.value } : malformedJson(parsed.reason, parsed.at)
}

/**
 * @param reason safe to show
 * @param pointer JSON Pointer to the offence
 */
export function malformedJson(reason: string, pointer = ''): Problem {
  return refuse('invalid_json', {
    issues: [{ source: 'body', name: '', pointer, message: reason }],
  })
}
