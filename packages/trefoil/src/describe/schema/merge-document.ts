import { isRecord } from '../../base/plain/is-record.ts'
import type { JsonSchema } from '../../contract/params/schema.ts'

/**
 * A document changed by another one, by the rules of JSON Merge Patch (RFC 7396): objects are
 * merged member by member, `null` takes a member away, everything else replaces what was there.
 */
export function mergeDocument(document: JsonSchema, patch: JsonSchema): JsonSchema {
  const members = new Map(Object.entries(document))
  for (const [name, change] of Object.entries(patch)) {
    if (change === null) members.delete(name)
    else if (!isRecord(change)) members.set(name, change)
    else {
      const old = members.get(name)
      members.set(name, mergeDocument(isRecord(old) ? old : {}, change))
    }
  }
  // fromEntries defines members: one called `__proto__` stays a member.
  return Object.fromEntries(members)
}
