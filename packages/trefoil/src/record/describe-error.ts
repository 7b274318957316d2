const MAX_DEPTH = 8
const MAX_ERRORS = 32
const MAX_TEXT = 8192

/** `instanceof` asks a proxy, and a proxy may throw. */
export function isError(value: unknown): value is Error {
  try {
    return value instanceof Error
  } catch {
    return false
  }
}

/**
 * An error as plain JSON values: type, message, stack, code, the chain of causes, the errors of an
 * `AggregateError`. Errors may be causes of each other in a circle, and each of a thousand may
 * have a thousand, so depth, number and length are bounded.
 *
 * Other members stay out: errors of HTTP clients and drivers carry requests with their
 * credentials.
 */
export function describeError(error: Error): Readonly<Record<string, unknown>> {
  return describe(error, 0, { left: MAX_ERRORS })
}

function describe(
  error: Error,
  depth: number,
  budget: { left: number },
): Readonly<Record<string, unknown>> {
  budget.left--
  const plain: Record<string, unknown> = { type: typeOf(error) }
  for (const name of ['message', 'stack']) {
    const text = read(error, name)
    if (typeof text === 'string') plain[name] = cut(text)
  }
  const code = read(error, 'code')
  if (typeof code === 'string') plain['code'] = cut(code)
  if (typeof code === 'number') plain['code'] = code
  if (depth === MAX_DEPTH) return plain
  const describeReason = (reason: unknown): unknown =>
    isError(reason) ? describe(reason, depth + 1, budget) : settled(reason)
  const cause = read(error, 'cause')
  if (cause !== undefined && budget.left > 0) plain['cause'] = describeReason(cause)
  const errors = error instanceof AggregateError ? read(error, 'errors') : undefined
  if (Array.isArray(errors)) {
    const described: unknown[] = []
    for (const reason of errors.slice(0, MAX_ERRORS)) {
      if (budget.left > 0) described.push(describeReason(reason))
    }
    plain['errors'] = described
    if (described.length < errors.length)
      plain['errors_left_out'] = errors.length - described.length
  }
  return plain
}

/** A class that sets no `name` is called `Error` like all the others. */
function typeOf(error: Error): string {
  const name = read(error, 'name')
  if (typeof name === 'string' && name !== '' && name !== 'Error') return cut(name)
  const made: unknown = read(error, 'constructor')
  return typeof made === 'function' && made.name !== '' ? cut(made.name) : 'Error'
}

/** What is thrown or is a cause need not be an error, nor have a JSON form. */
function settled(value: unknown): unknown {
  if (typeof value === 'string') return cut(value)
  try {
    const text = JSON.stringify(value)
    if (text !== undefined && text.length <= MAX_TEXT) return JSON.parse(text)
  } catch {
    // A circle, a bigint, a getter that throws.
  }
  return tagOf(value)
}

/** `[object Map]`: all that can be said of a value that has no JSON form. */
export function tagOf(value: unknown): string {
  try {
    return Object.prototype.toString.call(value)
  } catch {
    return '[unreadable]'
  }
}

function read(error: Error, name: string): unknown {
  try {
    return Reflect.get(error, name)
  } catch {
    return undefined
  }
}

function cut(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT)}…` : text
}
