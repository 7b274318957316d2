import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import { issuePointer, type Schema, type SchemaResult } from '../../contract/schema.ts'
import { compileExactCheck, type ExactCheck } from './exact-check.ts'

/** A handler returned something its `returns` schema refuses: the developer's mistake. */
export class InvalidOutput extends Error {
  override readonly name = 'InvalidOutput'
}

/**
 * Holds a handler to its promise. What leaves is what the schema made of the value: members it
 * does not name are dropped (a password hash that a query selected by accident, say).
 *
 * @throws InvalidOutput, which callers see as INTERNAL_ERROR and the log in full
 */
export function outputValidator(
  schema: Schema,
  action: string,
): (value: unknown) => Awaitable<unknown> {
  // Compiled by the first answer: an app with many routes starts without waiting for it.
  let exact: ExactCheck | null | undefined
  return (value) => {
    if (exact === undefined) exact = compileExactCheck(schema)
    if (exact?.(value)) return value
    const result = schema['~standard'].validate(value)
    return isPromiseLike(result)
      ? result.then((late) => unwrap(action, late))
      : unwrap(action, result)
  }
}

function unwrap(action: string, result: SchemaResult): unknown {
  if (result.issues === undefined) return result.value
  const issues = result.issues.map(
    (issue) => `${issuePointer(issue) || '(value)'}: ${issue.message}`,
  )
  throw new InvalidOutput(`'${action}' returned what its schema refuses: ${issues.join('; ')}`)
}
