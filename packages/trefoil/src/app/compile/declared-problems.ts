import type { DeclaredProblem } from '../../contract/call/action.ts'
import { shownValue } from '../../contract/options/option-values.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { ProblemRow } from '../../contract/problems/problem-row.ts'
import { isProblemCode, problemRow } from '../../contract/problems/problems.ts'

/** Rows of problems that are not of the built-in table, by code. */
export type OwnProblems = ReadonlyMap<string, ProblemRow>

/**
 * The rows behind the codes that an action declares. A code that nobody has defined would be promised
 * in documents and clients, and never come.
 *
 * @throws ImproperlyConfigured naming the code
 */
export function declaredProblems(
  given: readonly string[] | undefined,
  own: OwnProblems | undefined,
  where: string,
): readonly DeclaredProblem[] {
  if (given === undefined) return []
  if (!Array.isArray(given)) {
    throw new ImproperlyConfigured(
      `${where}: problems must be a list of codes, such as ['order_not_found'], got ${shownValue(given)}`,
    )
  }
  return [...new Set<unknown>(given)].map((code) => {
    const row = rowOf(code, own)
    if (row === null) {
      // Only what may be a slip for a code: anything else may be a secret in the wrong place (FND-38).
      const isName = typeof code === 'string' && /^[A-Za-z_]{1,64}$/.test(code)
      const shown = isName ? `'${code}'` : shownValue(code)
      throw new ImproperlyConfigured(
        `${where}: problems has ${shown}, which is no code of the framework nor of a part; define it with defineProblems()`,
      )
    }
    return { code: String(code), row }
  })
}

function rowOf(code: unknown, own: OwnProblems | undefined): ProblemRow | null {
  if (isProblemCode(code)) return problemRow(code)
  return (typeof code === 'string' ? own?.get(code) : undefined) ?? null
}
