import { readStrictJson } from '../../base/json/strict-json.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { askService, ServiceFailed, type ServiceQuestion } from './ask-service.ts'

/** A JSON object that a service answered with. */
export interface JsonAnswer {
  readonly value: Readonly<Record<string, unknown>>
  /** True where the peer is inside of a network, or nobody can tell. */
  readonly isInside: boolean
}

/**
 * Asks a service for a JSON object, in strict JSON (HTTP-7).
 *
 * @throws ServiceFailed
 */
export async function askJson(question: ServiceQuestion): Promise<JsonAnswer> {
  const { bytes, isInside } = await askService(question)
  const json = readStrictJson(bytes)
  if (!json.ok || !isRecord(json.value)) throw new ServiceFailed('answers with no JSON object')
  return { value: json.value, isInside }
}
