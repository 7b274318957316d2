import { answeredNow } from '../../contract/call/answered-now.ts'
import { type Dependency, isDependency } from '../../contract/call/dependency.ts'
import { valueKind } from '../../contract/options/value-kind.ts'
import type { ParamSpec } from '../../contract/params/param-spec.ts'
import {
  isMarkedParam,
  type MarkedParam,
  type ParamSource,
  type Params,
} from '../../contract/params/params.ts'
import { isSchema, type JsonSchema, type Schema } from '../../contract/params/schema.ts'
import { type TextKinds, textKinds } from '../../contract/params/text-kinds.ts'
import { isToken } from '../../web/raw-headers.ts'
import { isSecretField } from '../settings/secret-field.ts'
import {
  type Absence,
  fileAbsence,
  isNullAbsent,
  type ToldAbsence,
  tellAbsence,
} from './absence.ts'
import { bigintSchema } from './documents/bigint-segment.ts'
import { checkMcpHeader, checkMcpHeadersDiffer } from './documents/mcp-header.ts'
import { bigintDocument, documentOf } from './documents/param-document.ts'
import { type ParamSite, wrongParam } from './documents/param-site.ts'
import { paramHint } from './param-hint.ts'
import { withoutValues } from './without-values.ts'

/** What `params` of an action comes to. */
export interface CompiledParams {
  readonly params: readonly ParamSpec[]
  readonly dependencies: readonly (readonly [name: string, dependency: Dependency<unknown>])[]
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/
const BODYLESS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'DELETE'])
/** A body of these means nothing, and browsers send none (RFC 9110 §9.3.1). */
const NEVER_A_BODY: ReadonlySet<string> = new Set(['GET', 'HEAD'])
const BODY_SOURCES: ReadonlySet<ParamSource> = new Set(['field', 'body'])
const FORM_SOURCES: ReadonlySet<ParamSource> = new Set(['form', 'file', 'files'])

/** @throws ImproperlyConfigured naming the route and the parameter */
export function compileParams(declared: Params, site: ParamSite): CompiledParams {
  const params: ParamSpec[] = []
  const dependencies: [string, Dependency<unknown>][] = []
  for (const [name, entry] of Object.entries(declared)) {
    if (!NAME.test(name) || name === '__proto__') {
      throw wrongParam(site, name, 'parameter names are identifiers: letters, digits and _')
    }
    if (isDependency(entry)) dependencies.push([name, entry])
    else if (isSecretField(isMarkedParam(entry) ? entry.schema : entry)) {
      // What it gives prints as one and the same text, so that every hash of arguments would be equal.
      throw wrongParam(
        site,
        name,
        'secret() is for settings; write field(z.string(), { sensitive: true })',
      )
    } else if (isMarkedParam(entry)) params.push(compileMarked(name, entry, site))
    else if (isSchema(entry)) params.push(compileSchema(name, entry, site))
    else
      throw wrongParam(
        site,
        name,
        `takes a Standard Schema, a marker such as query(…), or a dependency, got ${valueKind(entry)}${paramHint(entry)}`,
      )
  }
  for (const name of site.pathNames) {
    if (!Object.hasOwn(declared, name)) params.push(implicitPath(name, site))
  }
  checkTogether(params, site)
  for (const [name] of dependencies) {
    if (site.pathNames.includes(name)) {
      throw wrongParam(site, name, 'a dependency cannot have the name of a path parameter')
    }
  }
  return { params, dependencies }
}

function compileSchema(name: string, schema: Schema, site: ParamSite): ParamSpec {
  const source = site.pathNames.includes(name) ? 'path' : defaultSource(site.method)
  return build(name, source, schema, {}, site)
}

function defaultSource(method: string | null): ParamSource {
  return method !== null && BODYLESS.has(method) ? 'query' : 'field'
}

function compileMarked(name: string, marked: MarkedParam, site: ParamSite): ParamSpec {
  const { source, schema, alias, ...extras } = marked
  if (source === 'path' && !site.pathNames.includes(alias ?? name) && site.method !== null) {
    throw wrongParam(
      site,
      name,
      `path parameter does not match the route path; add {${alias ?? name}}`,
    )
  }
  if (source !== 'path' && site.pathNames.includes(name)) {
    throw wrongParam(site, name, `is a segment of the path and cannot be a ${source} parameter`)
  }
  return build(name, source, schema, { alias, ...extras }, site)
}

interface Extras {
  readonly alias?: string | undefined
  readonly description?: string | undefined
  readonly jsonSchema?: JsonSchema | undefined
  readonly optional?: boolean | undefined
  readonly sensitive?: boolean
  readonly mcpHeader?: string | undefined
  readonly explode?: boolean
}

function build(
  name: string,
  source: ParamSource,
  declared: Schema | null,
  extras: Extras,
  site: ParamSite,
): ParamSpec {
  const wire = wireName(name, source, extras.alias, site)
  const isBigint = source === 'path' && (site.bigintNames ?? []).includes(wire)
  const json =
    extras.jsonSchema ??
    (isBigint
      ? bigintDocument(name, declared, site)
      : documentOf(
          name,
          declared,
          source === 'path' && site.pathNames.includes(wire) ? wire : null,
          site,
        ))
  const schema = isBigint ? bigintSchema(declared) : declared
  const isText = !BODY_SOURCES.has(source) && schema !== null
  const kinds = textKinds(json ?? {})
  if (isText && (json === null || kinds === null)) {
    const why = json === null ? 'its schema has no JSON Schema' : 'text cannot spell its type'
    throw wrongParam(
      site,
      name,
      `cannot be a ${source} parameter: ${why}. Use a scalar or a list of scalars, pass { jsonSchema }, or send it in the body`,
    )
  }
  const { sensitive = false, mcpHeader } = extras
  checkMcpHeader({ name, sensitive }, mcpHeader, json, site)
  const commas = extras.explode === false
  if (commas && kinds?.list !== true) {
    throw wrongParam(site, name, 'explode: false is for lists, and its schema takes one value')
  }
  const { absence, isAssumed } = compileAbsence(name, schema, json, extras.optional, site)
  if (source === 'path') checkPath(name, wire, kinds, absence, site)
  // Of several cookies of one name the last counts (BIND-10): agents would send a list, HTTP not.
  if (source === 'cookie' && kinds?.list === true) {
    throw wrongParam(site, name, 'a cookie holds one value, and its schema takes a list')
  }
  return Object.freeze({
    name,
    source,
    wire: source === 'header' ? wire.toLowerCase() : wire,
    schema,
    jsonSchema: advertised(
      sensitive ? withoutValues(json ?? {}) : (json ?? {}),
      extras.description,
      absence,
    ),
    text: kinds?.kinds ?? [],
    list: kinds?.list ?? false,
    commas,
    required: absence === 'refused',
    absent: absence === null ? null : undefined,
    nullIsAbsent: isNullAbsent(source, schema, json, absence),
    // There is no path without its segments.
    isAssumedRequired: isAssumed && source !== 'path',
    sensitive,
    ...(mcpHeader === undefined ? {} : { mcpHeader }),
    description: extras.description ?? textOf(json?.['description']),
  })
}

function compileAbsence(
  name: string,
  schema: Schema | null,
  json: JsonSchema | null,
  optional: boolean | undefined,
  site: ParamSite,
): ToldAbsence {
  if (schema === null) return fileAbsence(optional)
  if (optional === undefined) return tellAbsence(schema, json)
  const absence = optional ? undefined : 'refused'
  if (!optional || answeredNow(schema, undefined)?.issues === undefined) {
    return { absence, isAssumed: false }
  }
  throw wrongParam(
    site,
    name,
    'is optional, but its schema refuses undefined; add .optional(), or a default, to the schema',
  )
}

// Names of cookies are tokens by the standard, but a colon is in use (BIND-10).
const COOKIE_COLON = /:/g
const CONTROL = /[\x00-\x1f\x7f]/

function wireName(
  name: string,
  source: ParamSource,
  alias: string | undefined,
  site: ParamSite,
): string {
  const wire = alias ?? (source === 'header' ? name.replaceAll('_', '-') : name)
  const isName =
    source === 'header'
      ? isToken(wire)
      : source === 'cookie'
        ? isToken(wire.replace(COOKIE_COLON, '-'))
        : wire !== '' && !CONTROL.test(wire)
  if (isName) return wire
  throw wrongParam(
    site,
    name,
    `${JSON.stringify(wire).replace(/^"|"$/g, "'")} is not a valid ${source} name`,
  )
}

function checkPath(
  name: string,
  wire: string,
  kinds: TextKinds | null,
  absence: Absence,
  site: ParamSite,
): void {
  if (kinds?.list === true) throw wrongParam(site, name, 'a path segment is one value')
  if (!site.pathNames.includes(wire)) return
  if (absence !== 'refused') {
    throw wrongParam(site, name, 'a path parameter cannot be optional or have a default')
  }
  // Every `{id:int}` would be refused by a schema of text (BIND-3).
  const takesNumbers = kinds?.kinds.some((kind) => kind === 'integer' || kind === 'number')
  if (site.intNames.includes(wire) && takesNumbers !== true) {
    throw wrongParam(site, name, `the path says {${wire}:int}, but its schema takes no number`)
  }
}

function implicitPath(name: string, site: ParamSite): ParamSpec {
  if (site.bigintNames?.includes(name)) return build(name, 'path', null, {}, site)
  const integer = site.intNames.includes(name)
  return build(
    name,
    'path',
    integer ? INTEGER : TEXT,
    { jsonSchema: { type: integer ? 'integer' : 'string' } },
    site,
  )
}

/** Schemas of path names nobody declared. */
const TEXT: Schema = ownSchema(
  (value) => typeof value === 'string' && value !== '',
  'Expected text',
)
const INTEGER: Schema = ownSchema((value) => Number.isSafeInteger(value), 'Expected an integer')

function ownSchema(accepts: (value: unknown) => boolean, message: string): Schema {
  const validate = (value: unknown) => (accepts(value) ? { value } : { issues: [{ message }] })
  return { '~standard': { version: 1, vendor: 'trefoil', validate } }
}

/** A default that never stands in, because the argument has to be sent, is no default. */
function advertised(
  json: JsonSchema,
  description: string | undefined,
  absence: Absence,
): JsonSchema {
  const { default: _unused, ...rest } = json
  const document = absence === 'refused' && 'default' in json ? rest : json
  return Object.freeze(description === undefined ? document : { ...document, description })
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null
}

function checkTogether(params: readonly ParamSpec[], site: ParamSite): void {
  checkMcpHeadersDiffer(params, site)
  const wires = new Map<string, string>()
  const bodies = params.filter(({ source }) => source === 'body')
  const fields = params.filter(({ source }) => source === 'field')
  const forms = params.filter(({ source }) => FORM_SOURCES.has(source))
  for (const { name, source, wire } of params) {
    if (
      NEVER_A_BODY.has(site.method ?? '') &&
      (BODY_SOURCES.has(source) || FORM_SOURCES.has(source))
    ) {
      throw wrongParam(
        site,
        name,
        `${site.method} has no body to read it from; use POST, or query()`,
      )
    }
    const place = source === 'file' || source === 'files' ? 'form' : source
    const key = `${place} ${wire}`
    const other = wires.get(key)
    if (other !== undefined) {
      throw wrongParam(
        site,
        name,
        `Duplicate request parameter name '${wire}' for parameters '${other}' and '${name}'`,
      )
    }
    wires.set(key, name)
  }
  const [first, second] = [bodies[0], bodies[1] ?? fields[0]]
  if (first !== undefined && second !== undefined) {
    throw wrongParam(
      site,
      second.name,
      `the whole body already goes to '${first.name}'; only one body parameter is supported`,
    )
  }
  const json = first ?? fields[0]
  if (json !== undefined && forms[0] !== undefined) {
    throw wrongParam(
      site,
      json.name,
      'JSON body parameters cannot be combined with form or file parameters',
    )
  }
}
