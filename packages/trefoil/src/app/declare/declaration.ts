import { isList } from '../../base/plain/is-record.ts'
import type { AuthEntry } from '../../contract/auth/authenticator.ts'
import type { ErrorHandler, Handler, Middleware, ToolHints } from '../../contract/call/action.ts'
import type { SurfaceName } from '../../contract/call/surface-name.ts'
import type { CacheOptions } from '../../contract/limits/cache.ts'
import type { OptionNames } from '../../contract/options/option-names.ts'
import type { MarkedParam, Params } from '../../contract/params/params.ts'
import type { Schema } from '../../contract/params/schema.ts'
import type { Forgetting } from '../../engine/cached/forgetting.ts'
import type { SharedOptions } from './route-types.ts'

/** What a route was declared with, types forgotten. */
export interface DeclaredOptions extends SharedOptions {
  readonly name?: string
  readonly description?: string
  readonly title?: string
  readonly params?: Params
  readonly input?: Schema | MarkedParam
  readonly returns?: Schema | undefined
  readonly problems?: readonly string[]
  readonly tool?: boolean
  readonly resource?: string
  readonly cli?: boolean
  readonly public?: boolean | readonly SurfaceName[]
  readonly hints?: ToolHints
  readonly listed?: boolean
  readonly meta?: Readonly<Record<string, unknown>>
  readonly changes?: boolean
  readonly external?: boolean
  readonly asks?: boolean
  readonly forms?: boolean
  readonly csrf?: 'authenticated' | 'always'
  readonly audit?: boolean | 'required'
  readonly deprecated?: boolean
  readonly status?: number
  readonly headers?: Readonly<Record<string, string | null>>
  readonly cache?: CacheOptions
}

/** One level around a route: the app, or a group. Middleware may still be added until the app compiles. */
export interface Level {
  readonly prefix: string
  readonly options: SharedOptions & { readonly params?: Params }
  readonly middleware: readonly Middleware[]
  readonly errorHandlers: readonly ErrorHandler[]
}

/** What only resources say, as it was written: checked when the app compiles. */
export interface DeclaredResource {
  readonly uri: string
  readonly type?: unknown
  readonly size?: unknown
  readonly annotations?: unknown
  readonly entries?: unknown
  readonly complete?: unknown
}

/** What only prompts say, as it was written. */
export interface DeclaredPrompt {
  readonly complete?: unknown
}

/** A route as declared, with the levels around it, outermost first. */
export interface Declaration {
  /** `null` for an action without an HTTP path. */
  readonly method: string | null
  /** Path inside its group, as written. */
  readonly path: string | null
  readonly levels: readonly Level[]
  readonly options: DeclaredOptions
  readonly handler: Handler
  /** What makes it a resource; absent for what is none, or says so by its route's `resource`. */
  readonly resource?: DeclaredResource
  /** What makes it a prompt. */
  readonly prompt?: DeclaredPrompt
  /** Which kept answers do not count any more; absent where nobody holds a handle. */
  readonly forgetting?: Forgetting
  /** Part that brought it; absent for what the app declares itself. */
  readonly part?: string
  /** True for an endpoint of a part, which is in no list and no document. */
  readonly isEndpoint?: true
  /** What it authenticates by in the place of the app's; absent for the app's. */
  readonly ownAuth?: AuthEntry
  /** True for one whose calls are not worth a line. */
  readonly isQuiet?: boolean
}

/** The name that it was given, if any: what is no object of options is refused when the app compiles. */
export function givenName({ options }: Declaration): string | undefined {
  return isList(options) === false ? options?.name : undefined
}

/** How a declaration is called in an error message. */
export function describeDeclaration(declaration: Declaration): string {
  const { method, path, levels, part, isEndpoint } = declaration
  const given = givenName(declaration)
  const owner = part === undefined ? '' : ` of part '${part}'`
  if (method === null) {
    const { resource, prompt } = declaration
    if (resource !== undefined) return `Resource '${resource.uri}'${owner}`
    return `${prompt === undefined ? 'Action' : 'Prompt'} '${given ?? ''}'${owner}`
  }
  const full = levels.map(({ prefix }) => prefix).join('') + (path ?? '')
  const kind = isEndpoint === true ? 'Endpoint' : 'Route'
  const name = given === undefined ? '' : ` ('${given}')`
  return `${kind} ${method} ${full}${name}${owner}`
}

/** Every option of a group, for finding misspelt ones. */
export const GROUP_OPTIONS: OptionNames<Level['options']> = {
  guards: true,
  roles: true,
  tags: true,
  metadata: true,
  middleware: true,
  errorHandlers: true,
  needsApproval: true,
  timeout: true,
  concurrency: true,
  breaker: true,
  rate: true,
  problemPage: true,
  params: true,
}

/** Every option of a route: those of a group, and its own. */
export const ROUTE_OPTIONS: OptionNames<DeclaredOptions> = {
  ...GROUP_OPTIONS,
  name: true,
  description: true,
  title: true,
  input: true,
  returns: true,
  problems: true,
  tool: true,
  resource: true,
  cli: true,
  public: true,
  hints: true,
  listed: true,
  meta: true,
  changes: true,
  external: true,
  asks: true,
  forms: true,
  csrf: true,
  audit: true,
  deprecated: true,
  status: true,
  headers: true,
  cache: true,
}
