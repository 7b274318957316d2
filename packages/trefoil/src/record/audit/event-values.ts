import { canonicalJson } from '../../base/json/canonical-json.ts'
import { plainItems, plainMembers } from '../../base/plain/plain-members.ts'
import type { CallEvent } from './entry.ts'

/** Names that hold a secret wherever they stand, small letters and digits alone. */
const SECRET =
  /(?:password|passwd|passphrase|secret|token|apikey|privatekey|authorization|credential|credentials|cookie)$|^(?:pin|otp|cvv|cvc|pass|bearer|jwt)$/

const REDACTED = '[redacted]'
const MAX_DEPTH = 64

/** True for a name whose value no log may show, as far as a name can tell. */
export function isSecretName(name: string): boolean {
  return SECRET.test(name.toLowerCase().replaceAll(/[^a-z0-9]/g, ''))
}

/** How arguments become members of an entry. */
export interface ArgumentRules {
  /** True for an argument, or a member of one, whose value must not be read. */
  readonly hides: (name: string) => boolean
  readonly digest: (text: string) => string
  /** Characters of canonical JSON that all of them may have together. */
  readonly most: number
}

/**
 * The arguments of a call as an entry holds them: sensitive ones as digests, what has no JSON form or is
 * too long by its name. Never throws: what a caller sends must not decide whether a call is written down.
 */
export function argumentMembers(
  args: Readonly<Record<string, unknown>>,
  { hides, digest, most }: ArgumentRules,
): Pick<CallEvent, 'arguments' | 'digests' | 'omitted'> {
  const shown: [string, unknown][] = []
  const digests: [string, string][] = []
  const omitted: string[] = []
  let left = most
  for (const [name, value] of Object.entries(args)) {
    if (value === undefined) continue
    if (hides(name)) {
      const text = textOf(value)
      if (text === null) omitted.push(name)
      else digests.push([name, digest(`${JSON.stringify(name)}:${text}`)])
      continue
    }
    const kept = shownValue(value, hides)
    const length = kept === null ? 0 : kept.text.length + name.length
    if (kept === null || length > left) {
      omitted.push(name)
      continue
    }
    left -= length
    shown.push([name, kept.value])
  }
  return {
    ...(shown.length === 0 ? {} : { arguments: Object.fromEntries(shown) }),
    ...(digests.length === 0 ? {} : { digests: Object.fromEntries(digests) }),
    ...(omitted.length === 0 ? {} : { omitted }),
  }
}

/** Values by name, of the names that are allowed; what has no JSON form is left out. */
export function allowedMembers(
  values: Readonly<Record<string, unknown>>,
  allowed: readonly string[],
  most: number,
): Readonly<Record<string, unknown>> | null {
  const members: [string, unknown][] = []
  let left = most
  for (const name of allowed) {
    if (!Object.hasOwn(values, name)) continue
    const kept = shownValue(values[name], isSecretName)
    if (kept === null || kept.text.length > left) continue
    left -= kept.text.length
    members.push([name, kept.value])
  }
  return members.length === 0 ? null : Object.fromEntries(members)
}

function shownValue(
  value: unknown,
  hides: (name: string) => boolean,
): { readonly value: unknown; readonly text: string } | null {
  try {
    const free = redacted(value, hides, 0)
    return { value: free, text: canonicalJson(free) }
  } catch {
    return null
  }
}

function textOf(value: unknown): string | null {
  try {
    return canonicalJson(value)
  } catch {
    return null
  }
}

/** The value without secrets in it; itself where it is no list and no plain object. */
function redacted(value: unknown, hides: (name: string) => boolean, depth: number): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (value instanceof Date || value instanceof Uint8Array) return value
  if (depth === MAX_DEPTH) throw new TypeError('nested too deep')
  if (Array.isArray(value)) return plainItems(value).map((item) => redacted(item, hides, depth + 1))
  // Defined one by one: a member may be called `__proto__`.
  return Object.fromEntries(
    plainMembers(value).map(([name, member]) => [
      name,
      hides(name) ? REDACTED : redacted(member, hides, depth + 1),
    ]),
  )
}
