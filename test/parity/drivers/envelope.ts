import { type Answer, members, problemFrom } from '../driver.ts'

/** Reads an answer of the action protocol; local and remote have the same (W-21). */
export function fromEnvelope(envelope: unknown): Pick<Answer, 'ok' | 'value' | 'problem'> {
  const { ok, body, error, dry_run: dryRun } = members(envelope)
  // What the edge refuses never reaches a surface: HTTP's own words, a problem document.
  if (ok !== true) return { ok: false, problem: problemFrom(error ?? envelope) }
  return { ok: true, value: dryRun === true ? envelope : body }
}
