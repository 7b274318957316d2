import { valueKind } from '../../contract/options/value-kind.ts'
import { ImproperlyConfigured } from '../../contract/problems/problem.ts'
import {
  type DeclaredOptions,
  type DeclaredPrompt,
  type DeclaredResource,
  ROUTE_OPTIONS,
} from './declaration.ts'
import { membersOf, shownName } from './members-of.ts'

/** What JavaScript callers hand over has passed no compiler. */
type Given = Readonly<Record<string, unknown>>

const PROMPT_OPTIONS: readonly string[] = [...Object.keys(ROUTE_OPTIONS), 'complete']
const RESOURCE_OPTIONS: readonly string[] = [
  ...PROMPT_OPTIONS,
  'type',
  'size',
  'annotations',
  'entries',
]

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
  const where = `Resource '${uri}'`
  const members = membersOf(where, given, RESOURCE_OPTIONS)
  const { type, size, annotations, entries, complete, ...options } = members
  refuseElsewhere(where, options)
  return { own: { uri, type, size, annotations, entries, complete }, options }
}

/** @throws ImproperlyConfigured for what is no name, or no options */
export function splitPrompt(name: unknown, given: Given): SplitOptions<DeclaredPrompt> {
  const where = `Prompt ${shownName(name)}`
  const { complete, ...options } = membersOf(where, given, PROMPT_OPTIONS)
  refuseElsewhere(where, options)
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
