import type { Action } from '../../contract/call/action.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import { decodeMixed } from '../../contract/params/decode-text.ts'
import {
  type ArgumentIssue,
  invalidValue,
  unknownArgument,
} from '../../contract/params/param-issue.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import { type RawArguments, REFUSED } from '../../engine/inbound.ts'

const NO_ISSUES: readonly ArgumentIssue[] = []

/**
 * Lays a flat object of JSON arguments out in the order of an action's parameters (ABIND-1).
 * Values go to the validator untouched; names nobody declared are refused, all of them, in
 * order (ABIND-3).
 *
 * @param texts arguments that were typed as text where text is one of several types
 */
export function layOutArguments(
  action: Action,
  sent: Readonly<Record<string, unknown>>,
  surface: SurfaceName,
  texts?: readonly string[],
): RawArguments {
  const { params } = action
  if (action.isWhole) return { values: [sent], issues: NO_ISSUES }
  const values: unknown[] = new Array(params.length)
  let issues: ArgumentIssue[] | null = null
  let known = 0
  for (let index = 0; index < params.length; index++) {
    const param = params[index] as ParamSpec
    if (!Object.hasOwn(sent, param.name)) continue
    known++
    const value = sent[param.name]
    values[index] = texts?.includes(param.name) === true ? decodeMixed(param, value) : value
    // HTTP has no empty path segment, so no other surface may have one (W-17).
    if (param.source === 'path' && value === '') {
      values[index] = REFUSED
      issues ??= []
      issues.push(invalidValue(param, surface, '', 'A path argument must not be empty'))
    }
  }
  const names = Object.keys(sent)
  if (names.length === known) return { values, issues: issues ?? NO_ISSUES }
  return { values, issues: [...(issues ?? []), ...unknownNames(action, names, surface)] }
}

export function unknownNames(
  action: Action,
  names: readonly string[],
  surface: SurfaceName,
): readonly ArgumentIssue[] {
  const declared = new Set(action.params.map(({ name }) => name))
  return names
    .filter((name) => !declared.has(name))
    .sort()
    .map((name) => unknownArgument(name, surface))
}
