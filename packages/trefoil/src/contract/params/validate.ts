import { promised } from '../../base/promise.ts'
import type { Schema, SchemaResult } from './schema.ts'

/** Asks a schema about a value. */
export type Validator = (value: unknown) => SchemaResult | Promise<SchemaResult>

const known = new WeakMap<Schema, Validator>()

/**
 * Asks a schema about a value, whoever wrote the library. zod asks a refinement without waiting
 * first, and when that answers later asks again and drops the first answer: should it be a rejection
 * (the database it looks into is down, say), nobody handles it and the process ends. So a zod schema
 * that holds functions of the developer's is asked in the way that waits.
 */
export function validatorOf(schema: Schema): Validator {
  const before = known.get(schema)
  if (before !== undefined) return before
  const validator = compile(schema)
  known.set(schema, validator)
  return validator
}

/** Said by one schema, now or later, and never by a `then` of somebody else's making. */
function compile(schema: Schema): Validator {
  const standard = schema['~standard']
  const plain: Validator = (value) => {
    const result = standard.validate(value)
    return promised(result) ?? (result as SchemaResult)
  }
  if (standard.vendor !== 'zod' || !isZod(schema)) return plain
  // Looked into by the first value: an app with many schemas starts without waiting for it.
  let mayWait: boolean | undefined
  return (value) => {
    mayWait ??= holdsFunctions(schema, new Set())
    return mayWait ? waiting(schema, value, plain) : plain(value)
  }
}

/** The parts of zod's documented internals (`zod/v4/core`) that are read here. */
interface Zod {
  readonly _zod: {
    readonly def: object
    readonly run: (payload: Payload, context: object) => Payload | Promise<Payload>
  }
  readonly safeParseAsync: (value: unknown) => Promise<ZodResult>
  readonly safeEncode?: (value: unknown) => ZodResult
  readonly safeEncodeAsync?: (value: unknown) => Promise<ZodResult>
}

interface Payload {
  readonly value: unknown
  readonly issues: readonly unknown[]
}

interface ZodResult {
  readonly success: boolean
  readonly data?: unknown
  readonly error?: { readonly issues: NonNullable<SchemaResult['issues']> }
}

function isZod(schema: object): schema is Zod {
  const { _zod: inner, safeParseAsync } = schema as Partial<Zod>
  return typeof inner?.run === 'function' && typeof safeParseAsync === 'function'
}

/** What was wrong only zod's own ways can say, so a value that is refused is looked at twice. */
function waiting(schema: Zod, value: unknown, refused: Validator): ReturnType<Validator> {
  const payload = schema._zod.run({ value, issues: [] }, { async: true })
  if (!(payload instanceof Promise)) {
    return payload.issues.length === 0 ? { value: payload.value } : refused(value)
  }
  return payload.then(({ issues, value: made }) =>
    issues.length === 0 ? { value: made } : schema.safeParseAsync(value).then(toResult),
  )
}

/**
 * The way back through a schema: what it usually gives goes in, what it usually takes comes out.
 *
 * @param schema one of zod's that can encode
 */
export function encoderOf(schema: object): Validator {
  const { safeEncode, safeEncodeAsync } = schema as Required<Zod>
  if (!isZod(schema)) {
    return (value) => safeEncodeAsync(value).then(toResult)
  }
  return (value) => {
    const context = { async: true, direction: 'backward' }
    const payload = schema._zod.run({ value, issues: [] }, context)
    if (!(payload instanceof Promise)) {
      return payload.issues.length === 0 ? { value: payload.value } : toResult(safeEncode(value))
    }
    return payload.then(({ issues, value: made }) =>
      issues.length === 0 ? { value: made } : safeEncodeAsync(value).then(toResult),
    )
  }
}

/** zod's answer, read as what the specification of Standard Schema calls one. */
function toResult({ success, data, error }: ZodResult): SchemaResult {
  if (success) return { value: data }
  return { issues: error?.issues ?? [{ message: 'Cannot be encoded' }] }
}

/** Functions that zod calls and never waits for. */
const AT_ONCE: ReadonlySet<string> = new Set(['error', 'tx', 'abort', 'when', 'catchValue'])

/** True when a schema may call something of the developer's that answers later; also in doubt. */
function holdsFunctions(part: unknown, seen: Set<object>): boolean {
  if (typeof part === 'function') return true
  if (typeof part !== 'object' || part === null || seen.has(part)) return false
  seen.add(part)
  const { _zod: inner } = part as { readonly _zod?: { readonly def?: unknown } }
  if (inner !== undefined) return holdsFunctions(inner.def, seen)
  if (part instanceof RegExp) return false
  return Object.entries(part).some(
    ([name, member]) =>
      !(typeof member === 'function' && AT_ONCE.has(name)) && holdsFunctions(member, seen),
  )
}
