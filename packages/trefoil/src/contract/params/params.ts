import type { Dependency } from '../call/dependency.ts'
import { checkOptionNames, type OptionNames } from '../options/option-names.ts'
import { checkFlag, checkRecord, checkText } from '../options/option-values.ts'
import { ImproperlyConfigured } from '../problems/problem.ts'
import { type InputOf, isSchema, type JsonSchema, type OutputOf, type Schema } from './schema.ts'
import type { UploadedFile } from './uploaded-file.ts'

/** Where an argument travels on HTTP. `field` is one member of a JSON body, `body` all of it. */
export type ParamSource =
  | 'path'
  | 'query'
  | 'header'
  | 'cookie'
  | 'field'
  | 'body'
  | 'form'
  | 'file'
  | 'files'

const BRAND: unique symbol = Symbol('trefoil.param')

/** A schema with the place it travels in. Made by {@link query} and its siblings. */
export interface MarkedParam<
  Source extends ParamSource = ParamSource,
  Value = unknown,
  Input = unknown,
> {
  readonly [BRAND]: true
  readonly source: Source
  readonly schema: Schema<unknown, Value> | null
  readonly alias: string | undefined
  readonly description: string | undefined
  readonly jsonSchema: JsonSchema | undefined
  /** `undefined` where the schema says for itself whether it may be absent. */
  readonly optional: boolean | undefined
  readonly sensitive: boolean
  readonly mcpHeader: string | undefined
  /** Of query parameters only: `false` for lists written with commas. */
  readonly explode: boolean
  /** Carry types only: what the handler receives, and what a caller gives. */
  readonly '~value'?: Value
  readonly '~input'?: Input
}

/** Options that every marked parameter has. */
export interface ParamOptions {
  /** Name on the HTTP wire; default: the argument's name (headers: `_` becomes `-`). */
  readonly alias?: string
  /** Shown to people and models; default: the schema's own description. */
  readonly description?: string
  /** JSON Schema of the input, for libraries that offer none. */
  readonly jsonSchema?: JsonSchema
  /**
   * Whether a caller may leave it out: then the schema is given `undefined`. Default: what the schema
   * says. Needed where that cannot be told, such as for a schema that starts with a transform
   * (`z.preprocess`), is required unless this says otherwise, or one that answers asynchronously. A
   * schema that refuses `undefined` stops the start.
   */
  readonly optional?: boolean
  /**
   * A secret of the caller's, such as a password: its value is in no record, no log line, no text of an
   * error and no example. What is wrong with it is not said in the words of its schema, which may
   * repeat it. Default false.
   */
  readonly sensitive?: boolean
  /**
   * Clients of MCP repeat the argument in the header `Mcp-Param-<this>`, so that gateways can route and filter by it
   * without reading the body (2026-07-28, SEP-2243). A call whose header says otherwise is refused. For text, whole
   * numbers, `true` and `false`; not for what is `sensitive`. Default: none.
   */
  readonly mcpHeader?: string
}

/** An entry of `params`: a schema, a marked parameter such as `query(…)`, or a dependency. */
export type Param = Schema | MarkedParam | Dependency<unknown>

/** Arguments and dependencies by name: one key is one argument, one hash member, one flag. */
export type Params = Readonly<Record<string, Param>>

/** Options of {@link query}. */
export interface QueryOptions extends ParamOptions {
  /**
   * How a list is written: `true` for one item an occurrence (`?id=1&id=2`), `false` for one occurrence
   * with commas (`?id=1,2`), where an escaped comma (`%2C`) is part of its item. As in OpenAPI's
   * `style: form`. Default true; `false` is for lists.
   */
  readonly explode?: boolean
}

/** Options of {@link file} and {@link files}. */
export interface FileOptions extends ParamOptions {
  /** Whether the form may come without it. Default false. */
  readonly optional?: boolean
}

// biome-ignore lint/complexity/noBannedTypes: the empty object is the neutral element here
type NoOptions = {}

function mark<Source extends ParamSource, S extends Schema>(
  source: Source,
  schema: S,
  options: QueryOptions = {},
): MarkedParam<Source, OutputOf<S>, InputOf<S>> {
  if (!isSchema(schema)) {
    throw new ImproperlyConfigured(`${source}() takes a Standard Schema, such as z.string()`)
  }
  return marked(source, schema as Schema<unknown, OutputOf<S>>, options)
}

const PARAM_OPTIONS: OptionNames<ParamOptions> = {
  alias: true,
  description: true,
  jsonSchema: true,
  optional: true,
  sensitive: true,
  mcpHeader: true,
}
const QUERY_OPTIONS: OptionNames<QueryOptions> = { ...PARAM_OPTIONS, explode: true }

function checkParamOptions(
  where: string,
  options: QueryOptions,
  known: Readonly<Record<string, true>>,
): void {
  checkRecord(`${where}: options`, options)
  checkOptionNames(where, options, known)
  const { alias, description, jsonSchema, optional, sensitive, mcpHeader, explode } = options
  if (alias !== '') checkText(`${where}: alias`, alias)
  if (description !== '') checkText(`${where}: description`, description)
  if (jsonSchema !== undefined) checkRecord(`${where}: jsonSchema`, jsonSchema)
  if (mcpHeader !== undefined) checkText(`${where}: mcpHeader`, mcpHeader)
  checkFlag(`${where}: optional`, optional)
  checkFlag(`${where}: sensitive`, sensitive)
  checkFlag(`${where}: explode`, explode)
}

function marked<Source extends ParamSource, Value, Input = unknown>(
  source: Source,
  schema: Schema<unknown, Value> | null,
  options: QueryOptions,
): MarkedParam<Source, Value, Input> {
  checkParamOptions(`${source}()`, options, source === 'query' ? QUERY_OPTIONS : PARAM_OPTIONS)
  const { alias, description, jsonSchema, optional, mcpHeader } = options
  const { sensitive = false, explode = true } = options
  return Object.freeze({
    [BRAND]: true as const,
    source,
    schema,
    alias,
    description,
    jsonSchema,
    optional,
    sensitive,
    mcpHeader,
    explode,
  })
}

/** A segment of the path template. */
export function path<S extends Schema>(
  schema: S,
  options?: ParamOptions,
): MarkedParam<'path', OutputOf<S>, InputOf<S>> {
  return mark('path', schema, options)
}

/** A query parameter; an array schema takes repeated ones, or one with commas (`explode: false`). */
export function query<S extends Schema>(
  schema: S,
  options?: QueryOptions,
): MarkedParam<'query', OutputOf<S>, InputOf<S>> {
  return mark('query', schema, options)
}

/** A request header: of the argument's name, with `-` for each `_`, unless `alias` names another. */
export function header<S extends Schema>(
  schema: S,
  options?: ParamOptions,
): MarkedParam<'header', OutputOf<S>, InputOf<S>> {
  return mark('header', schema, options)
}

/** One cookie, of the argument's name unless `alias` names another. Sent twice, the last one counts. */
export function cookie<S extends Schema>(
  schema: S,
  options?: ParamOptions,
): MarkedParam<'cookie', OutputOf<S>, InputOf<S>> {
  return mark('cookie', schema, options)
}

/**
 * One member of the JSON body: what an unmarked schema is on POST, PUT and PATCH. With options, or on
 * DELETE.
 */
export function field<S extends Schema>(
  schema: S,
  options?: ParamOptions,
): MarkedParam<'field', OutputOf<S>, InputOf<S>> {
  return mark('field', schema, options)
}

/** The whole request body, as JSON. */
export function body<S extends Schema>(
  schema: S,
  options?: ParamOptions,
): MarkedParam<'body', OutputOf<S>, InputOf<S>> {
  return mark('body', schema, options)
}

/** A field of a form, urlencoded or multipart. */
export function form<S extends Schema>(
  schema: S,
  options?: ParamOptions,
): MarkedParam<'form', OutputOf<S>, InputOf<S>> {
  return mark('form', schema, options)
}

type Missing<O> = O extends { optional: true } ? undefined : never

/** One uploaded file; `undefined` for an optional one that was not sent. Not for tools and CLI. */
export function file<const O extends FileOptions = NoOptions>(
  options?: O,
): MarkedParam<'file', UploadedFile | Missing<O>, Blob | Missing<O>> {
  return marked('file', null, options ?? {})
}

/**
 * Uploaded files under one name: at least one, unless they are optional. Not available on tools
 * and CLI actions.
 */
export function files<const O extends FileOptions = NoOptions>(
  options?: O,
): MarkedParam<'files', readonly UploadedFile[], readonly Blob[] | Missing<O>> {
  return marked('files', null, options ?? {})
}

export function isMarkedParam(value: unknown): value is MarkedParam {
  return typeof value === 'object' && value !== null && BRAND in value
}
