import { ImproperlyConfigured, Problem, type Schema } from '../../index.ts'
import { JobDataRefused } from './job-errors.ts'

/**
 * The text of what a job is given. What would come back as something else is refused: a date would be text,
 * a map nothing at all.
 *
 * @param job for the message
 * @throws JobDataRefused naming the place
 */
export function payloadOf(job: string, value: unknown, most: number): string {
  checkJson(job, value, 'data', 0)
  const text = JSON.stringify(value)
  if (text === undefined) throw new JobDataRefused(`job '${job}': data must have a JSON form`)
  const bytes = Buffer.byteLength(text)
  if (bytes <= most) return text
  throw new JobDataRefused(
    `job '${job}': data has ${bytes} bytes, and ${most} are the most (maxData); send an id and load the rest in the job`,
  )
}

/** Deeper than anybody writes, and not so deep that the stack ends. */
const DEEPEST = 100

function checkJson(job: string, value: unknown, where: string, depth: number): void {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return
  if (typeof value === 'number' && Number.isFinite(value)) return
  if (depth > DEEPEST) throw new JobDataRefused(`job '${job}': ${where} is nested too deeply`)
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries())
      checkJson(job, item, `${where}[${index}]`, depth + 1)
    return
  }
  const prototype: unknown = typeof value === 'object' ? Object.getPrototypeOf(value) : undefined
  if (prototype === undefined || (prototype !== Object.prototype && prototype !== null)) {
    throw new JobDataRefused(
      `job '${job}': ${where} is a value that JSON has no form for; send text, numbers, true, false, null, lists and plain objects`,
    )
  }
  for (const [name, member] of Object.entries(value as object)) {
    // Left out, as JSON does.
    if (member !== undefined) checkJson(job, member, `${where}.${name}`, depth + 1)
  }
}

/**
 * What a schema makes of data.
 *
 * @throws JobDataRefused naming the places, and no value: it may be a secret
 */
export async function validated(
  job: string,
  schema: Schema | null,
  data: unknown,
): Promise<unknown> {
  if (schema === null) return data
  const result = await schema['~standard'].validate(data)
  if (result.issues === undefined) return result.value
  const places = result.issues.slice(0, 5).map(({ path = [] }) => {
    const steps = path.map((step) => String(typeof step === 'object' ? step.key : step))
    return steps.length === 0 ? 'data' : `data.${steps.join('.')}`
  })
  throw new JobDataRefused(
    `job '${job}': its schema does not take ${[...new Set(places)].join(', ')}`,
  )
}

/** What is written down of a failure: its first words, for whoever operates the app. */
export function failureText(error: unknown): string {
  const text = wordsOf(error)
  const short = text.length > 500 ? `${text.slice(0, 499)}…` : text
  // PostgreSQL keeps neither half a character, which a cut leaves, nor U+0000.
  return short.toWellFormed().replaceAll('\0', '\uFFFD')
}

/** Whatever was thrown: a job whose failure cannot be told would be neither tried again nor dead. */
function wordsOf(error: unknown): string {
  try {
    if (!(error instanceof Error)) return 'threw no Error'
    return `${error.name}: ${Problem.is(error) ? error.code : error.message}`
  } catch {
    return 'threw an Error that does not say what it is'
  }
}

/** @throws ImproperlyConfigured */
export function checkName(what: string, name: unknown): asserts name is string {
  if (typeof name === 'string' && NAME.test(name)) return
  throw new ImproperlyConfigured(
    `${what} must be a name such as mail or nightly-report: letters, digits, '-', '_' and '.', at most 64`,
  )
}

const NAME = /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/
