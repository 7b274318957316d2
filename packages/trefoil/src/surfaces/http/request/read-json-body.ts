import { readStrictJson, type StrictJsonLimits } from '../../../base/json/strict-json.ts'
import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import { refuseJson } from '../../../contract/problems/json-problem.ts'
import type { Problem } from '../../../contract/problems/problem.ts'
import { refusedCoding } from '../../../policy/refused-coding.ts'
import type { BodySource } from './body-source.ts'

/** A parsed JSON body. */
export interface JsonBody {
  readonly value: unknown
}

/**
 * Reads a JSON body (BIND-12, BIND-13): the declaration decides, not the content type; zero
 * bytes mean nothing was sent; anything else must be strict JSON.
 */
export function readJsonBody(inbound: BodySource): Awaitable<JsonBody | Problem | undefined> {
  const refusal = refusedCoding(inbound.rawHeaders)
  if (refusal !== null) return refusal
  const bytes = inbound.readBytes()
  const parse = (late: Uint8Array) => parseJsonBody(late, inbound.limits.json)
  return isPromiseLike(bytes) ? bytes.then(parse) : parse(bytes)
}

/** @returns `undefined` for no bytes at all, a problem for anything but strict JSON */
export function parseJsonBody(
  bytes: Uint8Array,
  limits: StrictJsonLimits,
): JsonBody | Problem | undefined {
  if (bytes.byteLength === 0) return undefined
  const parsed = readStrictJson(bytes, limits)
  return parsed.ok ? parsed : refuseJson(parsed)
}
