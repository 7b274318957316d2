import type { Action } from '../../contract/call/action.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { decodeText } from '../../contract/params/decode-text.ts'
import { type ArgumentIssue, invalidText, invalidValue } from '../../contract/params/param-issue.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import { type RawArguments, REFUSED } from '../../engine/inbound.ts'
import { unknownNames } from './action-arguments.ts'

/**
 * Lays arguments out that travelled as text, whatever they are: variables of a URI, arguments of a prompt. They are read
 * by the grammar of a query, so that `5` is the same number on every way in, and hashed as that (W-18).
 */
export function layOutTexts(
  action: Action,
  sent: Readonly<Record<string, unknown>>,
  surface: SurfaceName,
): RawArguments {
  const issues: ArgumentIssue[] = []
  const values = action.params.map((param) =>
    Object.hasOwn(sent, param.name) ? read(param, sent[param.name], surface, issues) : undefined,
  )
  const unknown = unknownNames(action, Object.keys(sent), surface)
  return { values, issues: [...issues, ...unknown] }
}

function read(
  param: ParamSpec,
  text: unknown,
  surface: SurfaceName,
  issues: ArgumentIssue[],
): unknown {
  const refused = (issue: ArgumentIssue) => {
    issues.push(issue)
    return REFUSED
  }
  if (typeof text !== 'string') return refused(invalidValue(param, surface, '', 'Expected text'))
  // HTTP has no empty path segment, so no other surface may have one (W-17).
  if (param.source === 'path' && text === '') {
    return refused(invalidValue(param, surface, '', 'A path argument must not be empty'))
  }
  const decoded = decodeText(param, [text])
  return decoded.ok ? decoded.value : refused(invalidText(param, surface, decoded.kind))
}
