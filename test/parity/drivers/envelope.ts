import { type Answer, bytesOf, members, problemFrom } from '../driver.ts'

/** Reads an answer of the action protocol; local and remote have the same (W-21). */
export function fromEnvelope(
  envelope: unknown,
): Pick<Answer, 'ok' | 'value' | 'bytes' | 'problem'> {
  const { ok, body, error, dry_run: dryRun, encoding, media_type: type } = members(envelope)
  // What the edge refuses never reaches a surface: HTTP's own words, a problem document.
  if (ok !== true) return { ok: false, problem: problemFrom(error ?? envelope) }
  if (encoding === 'base64') return { ok: true, bytes: bytesOf(body, type) }
  return { ok: true, value: dryRun === true ? envelope : body }
}
