import type { CedarValueJson } from '@cedar-policy/cedar-wasm/nodejs'
import { isRecord } from '../../base/plain/is-record.ts'

/** Deep enough for rows, and no cycle runs over it. */
const MAX_DEPTH = 16

/**
 * A value of the app's in the words of Cedar. Never as a reference: data that a caller wrote and that looks
 * like one (`{ "__entity": … }`) would be an entity of the caller's choice.
 *
 * What Cedar has no value for is refused and not left out: a rule that forbids by it would not forbid.
 *
 * @returns `undefined` for nothing, which is an attribute that is not there
 * @throws TypeError for fractions, dates and whatever else Cedar does not know
 */
export function cedarValue(value: unknown, depth = 0): CedarValueJson | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isSafeInteger(value)) return value
  if (depth >= MAX_DEPTH)
    throw new TypeError(`Cedar is given values up to ${MAX_DEPTH} levels deep`)
  if (Array.isArray(value)) {
    return value.map((item) => {
      const one = cedarValue(item, depth + 1)
      if (one === undefined) throw new TypeError('Cedar has no lists with nothing in them')
      return one
    })
  }
  if (!isRecord(value)) throw unfit(typeof value)
  return cedarRecord(value, depth)
}

/**
 * A plain object. Of a promise or a map nothing would be left, and of an instance not what its class makes: a
 * rule that forbids by it would not forbid.
 *
 * @throws TypeError as {@link cedarValue} does
 */
export function cedarRecord(value: unknown, depth = 0): Record<string, CedarValueJson> {
  if (!isRecord(value)) throw unfit(Array.isArray(value) ? 'list' : typeof value)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) throw unfit('class')
  const record = new Map<string, CedarValueJson>()
  for (const [name, member] of Object.entries(value)) {
    if (name.startsWith('__')) {
      throw new TypeError("Names that begin with '__' mean something to Cedar, and cannot be data")
    }
    const one = cedarValue(member, depth + 1)
    if (one !== undefined) record.set(name, one)
  }
  return Object.fromEntries(record)
}

function unfit(kind: string): TypeError {
  return new TypeError(
    `Cedar knows text, flags, whole numbers, lists and records, and was given a ${kind}: say with attributes what it may see`,
  )
}
