import { type JsonCause, type JsonFault, LARGEST_JSON_DEPTH } from '../../base/json/strict-json.ts'
import { type Problem, refuse } from './problem.ts'
import { problemRow } from './problems.ts'

/** What to do about each cause: one text for all of them would be true of none (FND-29). */
const FIXES: Readonly<Record<JsonCause, string>> = {
  'byte order mark': 'Send the document without a byte order mark before it.',
  encoding: 'Send the document as UTF-8.',
  syntax: 'Send exactly one valid JSON document (RFC 8259).',
  depth: `Send a flatter document, or raise \`limits.jsonDepth\` (at most ${LARGEST_JSON_DEPTH}).`,
  members: 'Send fewer members in one object, send a list, or raise `limits.jsonMembers`.',
  'duplicate key': 'Send each key of an object once.',
  'reserved key': 'Use another key: this one reaches the prototypes of objects.',
  surrogate: 'Send text whose surrogates come in pairs.',
  number: 'Send integers beyond 2^53-1, and numbers beyond 1.79e308, as text.',
}

/**
 * JSON that was refused, in the words of the surface it came to: the text names the cause, the issue
 * where it is.
 */
export function refuseJson(
  { cause, reason, at }: JsonFault,
  code: 'invalid_json' | 'mcp_parse_error' = 'invalid_json',
): Problem {
  // A key may be as long as a body: its place is in the issue.
  const place = at === '' || at.length > MAX_PLACE ? '' : `, at ${at}`
  return refuse(code, {
    detail: `${problemRow(code).text}: ${reason}${place}`,
    fix: FIXES[cause],
    issues: [{ source: 'body', name: '', pointer: at, message: reason }],
  })
}

const MAX_PLACE = 200
