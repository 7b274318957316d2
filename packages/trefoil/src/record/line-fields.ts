import { isError } from './describe-error.ts'

/** What a log method was given, with every field read once. */
export interface LogLine {
  readonly fields: readonly (readonly [name: string, value: unknown])[]
  /** `undefined` when there is none. */
  readonly message: string | undefined
}

/**
 * Reads the arguments of a log method the way pino does: a message; fields and a message; an
 * error, which becomes the field `err` and gives the message when there is no other.
 *
 * Fields come from callers often enough (`call.log.info(args, '…')`): a getter or a proxy among
 * them must neither throw into the handler nor say one thing now and another later.
 */
export function readLine(first: unknown, second: unknown): LogLine {
  if (typeof first !== 'object' || first === null) {
    return { fields: [], message: textOf(first ?? second) }
  }
  const fields: LogLine['fields'] = isError(first) ? [['err', first]] : readFields(first)
  if (second !== undefined) return { fields, message: textOf(second) }
  const error = fields.find(([name]) => name === 'err')?.[1]
  return { fields, message: isError(error) ? textOf(readField(error, 'message')) : undefined }
}

/**
 * The fields with an underscore behind each name that is reserved, and another one while that
 * name is taken as well.
 */
export function renameReserved(
  fields: LogLine['fields'],
  isReserved: (name: string) => boolean,
): LogLine['fields'] {
  if (!fields.some(([name]) => isReserved(name))) return fields
  const taken = new Set(fields.map(([name]) => name))
  return fields.map(([name, value]) => {
    if (!isReserved(name)) return [name, value]
    let free = `${name}_`
    while (taken.has(free) || isReserved(free)) free += '_'
    taken.add(free)
    return [free, value]
  })
}

function readFields(source: object): LogLine['fields'] {
  try {
    const shown = shownOf(source)
    return Object.keys(shown).map((name) => [name, readField(shown, name)])
  } catch {
    // A proxy; the line is worth more than what it hides.
    return []
  }
}

/**
 * A class with `toJSON` says itself what may be printed. pino asks it of values but not of the
 * fields as a whole, and would print what a call holds: the request with its credentials (PW-02).
 */
function shownOf(source: object): object {
  const toJson: unknown = Reflect.get(source, 'toJSON')
  if (typeof toJson !== 'function' || Object.hasOwn(source, 'toJSON')) return source
  const shown: unknown = Reflect.apply(toJson, source, [''])
  return typeof shown === 'object' && shown !== null ? shown : {}
}

function readField(source: object, name: string): unknown {
  try {
    return Reflect.get(source, name)
  } catch {
    return '[unreadable]'
  }
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  try {
    return String(value)
  } catch {
    return '[unreadable]'
  }
}
