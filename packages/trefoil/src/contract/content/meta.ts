import { isPlain } from '../../base/plain/is-plain.ts'
import { isRecord } from '../../base/plain/is-record.ts'
import { checkRecord, shownValue } from '../options/option-values.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'

/** A name, with or without a prefix of labels (`example.com/`). */
const META_NAME =
  /^(?:(?<prefix>[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*)\/)?(?:[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)?$/
const LONGEST_NAME = 200

/**
 * `_meta` of a block or a tool, for the program around the model.
 *
 * @returns a copy
 * @throws ImproperlyConfigured for what is no JSON, and for names that MCP keeps for itself
 */
export function readMeta(where: string, given: unknown): object {
  const label = `${where}: meta`
  checkRecord(label, given)
  const copy = jsonCopy(label, given, 0)
  for (const name of Object.keys(copy as object)) {
    const found = name === '' || name.length > LONGEST_NAME ? null : META_NAME.exec(name)
    if (found === null) {
      throw new ImproperlyConfigured(
        `${label}: a name must be of the form size or example.com/size, got text of ${name.length} characters`,
      )
    }
    const second = found.groups?.['prefix']?.split('.')[1]?.toLowerCase()
    // Hosts believe what stands there to be the protocol's own.
    if (second === 'modelcontextprotocol' || second === 'mcp') {
      throw new ImproperlyConfigured(`${label}: '${name}' has a prefix that MCP keeps for itself`)
    }
  }
  return copy as object
}

const DEEPEST = 32

/** JSON as it will be written: what has no form there would be lost without a word. */
function jsonCopy(label: string, value: unknown, depth: number): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number' && Number.isFinite(value)) return value
  if (depth < DEEPEST) {
    if (Array.isArray(value)) return value.map((entry) => jsonCopy(label, entry, depth + 1))
    if (isRecord(value) && isPlain(value)) {
      const members = Object.entries(value).filter(([, member]) => member !== undefined)
      return Object.fromEntries(
        members.map(([name, member]) => [name, jsonCopy(label, member, depth + 1)]),
      )
    }
  }
  const what = depth < DEEPEST ? shownValue(value) : 'a value that is nested too deeply'
  throw new ImproperlyConfigured(`${label} must be JSON, got ${what} in it`)
}
