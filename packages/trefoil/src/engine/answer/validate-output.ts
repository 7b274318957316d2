import { snapshot } from '../../base/plain/snapshot.ts'
import { isPromiseLike } from '../../base/promise.ts'
import { issuePointer, type Schema, type SchemaResult } from '../../contract/params/schema.ts'
import { validatorOf } from '../../contract/params/validate.ts'
import { compileExactCopy, type ExactCopy, UNFIT } from './exact-copy.ts'

/**
 * Holds a value to the action's promise. What is to be waited for comes as {@link Late}: a promise
 * could not be told from a value that has a `then` of its own, which would be asked for another one
 * after it had been looked at.
 */
export type OutputValidator = (value: unknown) => unknown

/** A value that is still being looked at. */
export class Late {
  readonly checked: Promise<{ readonly value: unknown }>

  constructor(checked: Promise<{ readonly value: unknown }>) {
    this.checked = checked
  }
}

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
export function outputValidator(schema: Schema, action: string): OutputValidator {
  // Compiled by the first answer: an app with many routes starts without waiting for it.
  let exact: ExactCopy | null | undefined
  let isAsync = false
  const validate = validatorOf(schema)
  return (value) => {
    if (exact === undefined) exact = compileExactCopy(schema)
    if (exact !== null) {
      const copy = exact(value)
      if (copy !== UNFIT) return copy
    }
    if (!isAsync) {
      const result = validate(value)
      if (!isPromiseLike(result)) return unwrap(action, result)
      isAsync = true
      // Nobody waits for it, and a rejection nobody handles ends the process.
      result.then(undefined, () => {})
    }
    // While it is looked at, others may change what they hold of it: what is checked is a copy
    // that nobody else has (FND-2).
    return new Late(
      Promise.resolve(validate(snapshot(value))).then((late) => ({ value: unwrap(action, late) })),
    )
  }
}

function unwrap(action: string, result: SchemaResult): unknown {
  if (result.issues === undefined) return result.value
  const issues = result.issues.map(
    (issue) => `${issuePointer(issue) || '(value)'}: ${issue.message}`,
  )
  throw new InvalidOutput(`'${action}' returned what its schema refuses: ${issues.join('; ')}`)
}
