import type { Complete, CompleteByName, PromptFacts } from '../../../contract/mcp/mcp-facts.ts'
import { checkRecord } from '../../../contract/options/option-values.ts'
import { valueKind } from '../../../contract/options/value-kind.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import { ImproperlyConfigured } from '../../../contract/problems/problem.ts'
import type { DeclaredPrompt } from '../../declare/declaration.ts'

/** @throws ImproperlyConfigured for what completes nothing */
export function compilePrompt({ complete }: DeclaredPrompt, where: string): PromptFacts {
  return Object.freeze({ complete: compileComplete(complete, where) })
}

/** @throws ImproperlyConfigured naming the argument and what to write */
export function compileComplete(given: unknown, where: string): CompleteByName | null {
  if (given === undefined) return null
  checkRecord(`${where}: complete`, given)
  const copy: Record<string, Complete<never>> = Object.create(null)
  for (const [name, complete] of Object.entries(given as object)) {
    if (typeof complete !== 'function') {
      throw new ImproperlyConfigured(
        `${where}: complete.${name} must be a function (typed, call, { arguments }) => string[], got ${valueKind(complete)}`,
      )
    }
    copy[name] = complete
  }
  return Object.freeze(copy)
}

/** @throws ImproperlyConfigured for a completion of what is no argument, which would never be asked for */
export function checkComplete(
  complete: CompleteByName | null,
  params: readonly ParamSpec[],
  where: string,
): void {
  const stray = Object.keys(complete ?? {}).find((name) => !params.some((one) => one.name === name))
  if (stray === undefined) return
  const known = params.map(({ name }) => name).join(', ') || 'it has none'
  throw new ImproperlyConfigured(`${where}: complete.${stray} is no argument; use one of: ${known}`)
}
