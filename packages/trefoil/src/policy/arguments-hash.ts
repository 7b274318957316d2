import { createHash } from 'node:crypto'
import { canonicalJson } from '../base/json/canonical-json.ts'
import { plainMembers } from '../base/plain/plain-members.ts'

/**
 * The hash an approval is bound to (APPR-3…7): SHA-256 over the canonical JSON of
 * `{"action":…,"arguments":{…}}`. An argument that is `undefined` counts as `null`, which is
 * how other programs see an absent optional one (APPR-5).
 *
 * @param action external name of the action
 * @param args every caller-facing argument by name, with the value the handler receives
 * @returns `sha256:` and 64 lower-case hex digits
 * @throws TypeError for a value with no canonical JSON form
 */
export function argumentsHash(action: string, args: object): string {
  const present: Record<string, unknown> = Object.create(null)
  for (const [name, value] of plainMembers(args)) present[name] = value === undefined ? null : value
  const document = `{"action":${canonicalJson(action)},"arguments":${canonicalJson(present)}}`
  return `sha256:${createHash('sha256').update(document).digest('hex')}`
}
