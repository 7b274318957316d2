import type { HttpReply } from '../../contract/answer/exchange.ts'
import { toJson } from '../../engine/answer/json-text.ts'
import { problemHeaderPairs } from '../../web/raw-headers.ts'

/** What one caller was told is for nobody else, whatever stands in between. */
const HEADERS: readonly string[] = ['content-type', 'application/json', 'cache-control', 'no-store']

/** A JSON answer of any status. */
export function jsonReply(
  status: number,
  document: unknown,
  extra?: Readonly<Record<string, string>>,
): HttpReply {
  // By the rule of every answer: what has no JSON form must not leave as `{}` (FND-5).
  const body = toJson(document)
  const headers = extra === undefined ? HEADERS : [...HEADERS, ...problemHeaderPairs(extra)]
  return { status, headers, body }
}

/** The same from its text. */
export function jsonTextReply(body: string): HttpReply {
  return { status: 200, headers: HEADERS, body }
}
