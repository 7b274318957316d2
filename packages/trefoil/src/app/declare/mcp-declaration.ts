import { checkRecord } from '../../contract/options/option-values.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import type { DeclaredOptions, DeclaredPrompt, DeclaredResource } from './declaration.ts'

/** What JavaScript callers hand over has passed no compiler. */
type Given = Readonly<Record<string, unknown>>

/** Options of `app.resource()`, those of resources apart from those of every action. */
export interface SplitOptions<Own> {
  readonly own: Own
  readonly options: DeclaredOptions
}

/** @throws ImproperlyConfigured for what is no URI, or no options */
export function splitResource(uri: unknown, given: Given): SplitOptions<DeclaredResource> {
  if (typeof uri !== 'string') {
    throw new ImproperlyConfigured(
      `resource(): the first argument is its URI, such as 'store://products', got ${valueKind(uri)}`,
    )
  }
  checkRecord(`Resource '${uri}': options`, given)
  const { type, size, annotations, entries, complete, ...options } = given
  refuseElsewhere(`Resource '${uri}'`, options)
  return { own: { uri, type, size, annotations, entries, complete }, options }
}

/** @throws ImproperlyConfigured for what is no name, or no options */
export function splitPrompt(name: unknown, given: Given): SplitOptions<DeclaredPrompt> {
  checkRecord(`Prompt '${String(name)}': options`, given)
  const { complete, ...options } = given
  refuseElsewhere(`Prompt '${String(name)}'`, options)
  // What is no name is refused when the app compiles, as of a tool.
  return { own: { complete }, options: { ...options, name: name as string } }
}

/** What would make it something else too, or say that reading changes something. */
const ELSEWHERE = ['tool', 'cli', 'resource', 'forms', 'status', 'csrf'] as const

function refuseElsewhere(where: string, options: Readonly<Record<string, unknown>>): void {
  const found = ELSEWHERE.find((name) => options[name] !== undefined)
  if (found !== undefined) {
    throw new ImproperlyConfigured(
      `${where}: ${found} is an option of routes and tools; a route that is read says resource: 'scheme://…'`,
    )
  }
  if (options['changes'] !== undefined && options['changes'] !== false) {
    throw new ImproperlyConfigured(
      `${where}: reading changes nothing, so changes can only be false; write a tool`,
    )
  }
}
