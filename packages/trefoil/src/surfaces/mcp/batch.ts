import { deeper, readStrictJson, type StrictJsonLimits } from '../../base/json/strict-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import type { HttpReply } from '../../contract/answer/exchange.ts'
import { refuseJson } from '../../contract/problems/json-problem.ts'
import { type Problem, refuse } from '../../contract/problems/problem.ts'
import { firstHeader, type RawHeaders } from '../../web/raw-headers.ts'
import { jsonTextReply } from '../agent/json-reply.ts'
import type { EndpointRequest } from '../endpoint.ts'
import { byteLength } from './byte-length.ts'
import { type Envelope, readValue } from './read-envelope.ts'
import { versionHeader } from './wire/version-header.ts'

/** The one revision whose clients may send several messages at once; it has no version header yet. */
const REVISION = '2025-03-26'
/** Messages of a batch. */
const MOST = 50
const OPENING = 0x5b
const SPACES: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d])

/** True for a body that is a list, from clients that may send one. */
export function isBatch(bytes: Uint8Array, headers: RawHeaders): boolean {
  let at = 0
  while (SPACES.has(bytes[at])) at++
  if (bytes[at] !== OPENING) return false
  return (versionHeader(headers) ?? REVISION) === REVISION
}

/** @returns what each message came to be, or why there is none */
export function readBatch(
  bytes: Uint8Array,
  headers: RawHeaders,
  limits: StrictJsonLimits,
): readonly Envelope[] | Problem {
  const parsed = readStrictJson(bytes, deeper(limits, 1))
  if (!parsed.ok) return refuseJson(parsed, 'mcp_parse_error')
  const { value } = parsed
  if (!Array.isArray(value) || value.length === 0) return refuse('mcp_invalid_request')
  if (value.length > MOST) {
    return refuse('mcp_invalid_request', { detail: `A batch has at most ${MOST} messages` })
  }
  return value.map((one: unknown) => {
    const envelope = readValue(one, headers)
    // Its answer says which revision is spoken, which the others would go by already.
    return isRecord(one) && one['method'] === 'initialize'
      ? { ...envelope, problem: refuse('mcp_invalid_request') }
      : envelope
  })
}

/**
 * Runs the messages one after the other, each as a call of its own: identified, limited, approved and recorded as if it had
 * come alone. All at once they would take places and rates in a burst that no client can make otherwise.
 *
 * @param run never rejects
 * @param most bytes of all answers: what comes once they are reached is not begun
 */
export async function runBatch(
  request: EndpointRequest,
  envelopes: readonly Envelope[],
  most: number,
  run: (request: EndpointRequest, envelope: Envelope) => Promise<HttpReply>,
): Promise<HttpReply> {
  const answers: string[] = []
  const refusals: HttpReply[] = []
  let length = 0
  for (const read of envelopes) {
    // Of who has left nothing more is begun.
    if (request.exchange.aborted) break
    const envelope = length > most ? { ...read, problem: refuse('response_too_large') } : read
    const further = request.further()
    const reply = await run(further.request, envelope)
    further.end(reply)
    if (typeof reply.body !== 'string') continue
    const isRefusal = reply.status === 401 || reply.status === 403
    if (isRefusal) refusals.push(reply)
    if (envelope.id === null && !isRefusal && envelope.problem === null) continue
    const answer = isRefusal ? rpcError(envelope, reply.body, reply.headers) : reply.body
    length += byteLength(answer)
    answers.push(answer)
  }
  // All are of one caller: who is nobody to one is nobody to all, and is told so as if it had asked once.
  const [refusal] = refusals
  if (refusal !== undefined && refusals.length === envelopes.length) return refusal
  if (answers.length === 0) return { status: 202, headers: [], body: null }
  return jsonTextReply(`[${answers.join(',')}]`)
}

/**
 * A refusal in the words of OAuth, as the answer to one message of several, or to one that came without HTTP. What a header
 * says is in it: which scopes are missing stands nowhere else.
 */
export function rpcError({ id }: Envelope, body: string, headers: RawHeaders): string {
  const { message, error_description: described, ...data } = JSON.parse(body)
  const challenge = firstHeader(headers, 'www-authenticate')
  const asked = challenge === undefined ? {} : { www_authenticate: challenge }
  const error = { code: -32_600, message: described ?? message, data: { ...data, ...asked } }
  return JSON.stringify({ jsonrpc: '2.0', id, error })
}
