import { ImproperlyConfigured } from '../../index.ts'
import { isSchema } from '../../inner.ts'

type Kind = readonly [words: string, fits: (value: unknown) => boolean]

const FLAG: Kind = ['true or false', (value) => typeof value === 'boolean']
const TEXT: Kind = ['text', (value) => typeof value === 'string']
const isObject = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isTold = (value: unknown) =>
  typeof value === 'string' ||
  (isObject(value) &&
    ['field', 'text'].every((name) => typeof Reflect.get(value, name) === 'string'))

/** What no route of the form reads, and so nobody else looks at. */
const FORM: Readonly<Record<string, Kind>> = {
  send: ['a function of values, call and view', (value) => typeof value === 'function'],
  once: FLAG,
  params: ['an object of parameters by name', isObject],
  problems: [
    "an object of texts by code, such as { taken: 'notes.taken' } or { taken: { field, text } }",
    (value) => isObject(value) && Object.values(value).every(isTold),
  ],
}

const FIELD: Readonly<Record<string, Kind>> = {
  hint: TEXT,
  required: FLAG,
  autocomplete: TEXT,
  inputMode: TEXT,
  numeric: FLAG,
  secret: FLAG,
  schema: ['a schema, such as z.string()', isSchema],
  options: [
    'an object of texts by value',
    (value) => isObject(value) && Object.values(value).every((text) => typeof text === 'string'),
  ],
}

/** @throws ImproperlyConfigured for what no page can stand at */
export function checkRoutes(where: string, routes: unknown): void {
  const isGroup = (value: unknown) =>
    ['get', 'post'].every((name) => typeof Reflect.get(Object(value), name) === 'function')
  if (!fitsQuietly(isGroup, routes)) {
    throw new ImproperlyConfigured(`${where} takes the app, or a group of routes`)
  }
}

/** @throws ImproperlyConfigured for an option of a page or a form of another kind: `once: 'no'` must not be yes */
export const checkFormKinds = (where: string, options: object): void => check(where, options, FORM)

/** @throws ImproperlyConfigured for an option of a field of another kind */
export const checkFieldKinds = (where: string, field: object): void => check(where, field, FIELD)

function check(where: string, options: object, kinds: Readonly<Record<string, Kind>>): void {
  for (const [name, [words, fits]] of Object.entries(kinds)) {
    const value: unknown = Reflect.get(options, name)
    if (value !== undefined && !fitsQuietly(fits, value)) {
      throw new ImproperlyConfigured(`${where}: ${name} must be ${words}`)
    }
  }
}

/** A value that throws when it is looked at is no value of any kind. */
function fitsQuietly(fits: (value: unknown) => boolean, value: unknown): boolean {
  try {
    return fits(value)
  } catch {
    return false
  }
}
