import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import { parseStrictJson } from '../../base/strict-json.ts'
import { type Problem, refuse } from '../../contract/problem.ts'
import type { HttpInbound } from './http-inbound.ts'
import type { JsonBody } from './read-arguments.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * Reads a JSON body (BIND-12, BIND-13): the declaration decides, not the content type; zero
 * bytes mean nothing was sent; anything else must be strict JSON.
 */
export function readJsonBody(inbound: HttpInbound): Awaitable<JsonBody | Problem | undefined> {
  const bytes = inbound.exchange.readBody(inbound.maxBodySize)
  return isPromiseLike(bytes) ? bytes.then(parseJsonBody) : parseJsonBody(bytes)
}

function parseJsonBody(bytes: Uint8Array): JsonBody | Problem | undefined {
  if (bytes.byteLength === 0) return undefined
  let text: string
  try {
    text = utf8.decode(bytes)
  } catch {
    return malformed('not UTF-8')
  }
  const parsed = parseStrictJson(text)
  return parsed.ok ? { value: parsed.value } : malformed(parsed.reason)
}

function malformed(reason: string): Problem {
  return refuse('invalid_json', {
    issues: [{ source: 'body', name: '', pointer: '', message: reason }],
  })
}
