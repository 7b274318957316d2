import { isRecord } from '../../../base/plain/is-record.ts'
import { type Awaitable, isPromiseLike } from '../../../base/promise.ts'
import type { Action } from '../../../contract/call/action.ts'
import { decodeText } from '../../../contract/params/decode-text.ts'
import {
  type ArgumentIssue,
  invalidText,
  malformedSource,
  unknownArgument,
} from '../../../contract/params/param-issue.ts'
import type { ParamSpec } from '../../../contract/params/param-spec.ts'
import type { UploadedFile } from '../../../contract/params/uploaded-file.ts'
import { Problem } from '../../../contract/problems/problem.ts'
import {
  type CloseHooks,
  type RawArguments,
  REFUSED,
  type UseArguments,
} from '../../../engine/inbound.ts'
import { refusedCoding } from '../../../policy/refused-coding.ts'
import type { SentCookies } from '../../../web/cookie-header.ts'
import { parseMediaType } from '../../../web/media-type.ts'
import { commaListsOf, type QueryPairs, valuesOf } from '../../../web/query.ts'
import { allHeaders, firstHeader } from '../../../web/raw-headers.ts'
import type { BodySource } from './body-source.ts'
import { EMPTY_FORM, type FormBody, formIssuesOf } from './form-body.ts'
import { type JsonBody, parseJsonBody } from './read-json-body.ts'

/** A request on its way to becoming arguments. */
export interface ArgumentSource extends BodySource {
  readonly search: string
  /** What stands in it; `null` for what cannot be decoded. */
  readonly queryPairs: QueryPairs | null
  readonly pathParams: Readonly<Record<string, string>>
  readonly cookies: SentCookies
  openBody(call: CloseHooks): { readForm(): Promise<FormBody> }
}

const NO_ISSUES: readonly ArgumentIssue[] = []
const NO_FILES: readonly UploadedFile[] = Object.freeze([])

/** Decodes path, query, headers, cookies and body of a request, for the stage `bind`. */
export function readArguments<T>(
  inbound: ArgumentSource,
  action: Action,
  call: CloseHooks,
  use: UseArguments<T>,
): Awaitable<T> {
  const { body: plan } = planOf(action)
  if (plan === 'none') return use(collect(inbound, action, undefined, EMPTY_FORM))
  if (plan === 'form' || (action.forms && isUrlencoded(inbound))) {
    return withForm(inbound, action, call).then(use)
  }
  const refusal = refusedCoding(inbound.rawHeaders)
  if (refusal !== null) return use(refusal)
  const bytes = inbound.readBytes()
  // Parsed, laid out and used in one step after the body is there.
  const take = (late: Uint8Array) => {
    const body = parseJsonBody(late, inbound.limits.json)
    return use(body instanceof Problem ? body : collect(inbound, action, body, EMPTY_FORM))
  }
  return isPromiseLike(bytes) ? bytes.then(take) : take(bytes)
}

function withForm(
  inbound: ArgumentSource,
  action: Action,
  call: CloseHooks,
): Promise<RawArguments> {
  const reading = inbound.openBody(call).readForm()
  return reading.then(
    (form) => collect(inbound, action, undefined, form),
    (error: unknown) => {
      const issues = formIssuesOf(error)
      if (issues === null) throw error
      return collect(inbound, action, undefined, null, issues)
    },
  )
}

/** The type that `forms: true` takes beside JSON. Nothing else is looked at (BIND-12). */
function isUrlencoded({ rawHeaders }: ArgumentSource): boolean {
  const type = parseMediaType(firstHeader(rawHeaders, 'content-type') ?? '')
  return type?.essence === 'application/x-www-form-urlencoded'
}

/** What is known of an action's arguments before any request. */
interface ArgumentPlan {
  readonly body: 'none' | 'json' | 'form'
  /** Members a JSON body may have; `null` where it need not be an object of named fields. */
  readonly fields: ReadonlySet<string> | null
}

const plans = new WeakMap<Action, ArgumentPlan>()

function planOf(action: Action): ArgumentPlan {
  let plan = plans.get(action)
  if (plan === undefined) {
    plan = makePlan(action.params)
    plans.set(action, plan)
  }
  return plan
}

function makePlan(params: readonly ParamSpec[]): ArgumentPlan {
  let body: ArgumentPlan['body'] = 'none'
  for (const { source } of params) {
    if (source === 'field' || source === 'body') body = 'json'
    if (source === 'form' || source === 'file' || source === 'files') body = 'form'
  }
  const fields = params.filter(({ source }) => source === 'field').map(({ wire }) => wire)
  return { body, fields: fields.length === 0 ? null : new Set(fields) }
}

/**
 * A source that was refused has its own issues, and its parameters none: those of the other sources
 * are still listed beside them.
 */
function collect(
  inbound: ArgumentSource,
  action: Action,
  json: JsonBody | undefined,
  form: FormBody | null,
  refused: readonly ArgumentIssue[] | null = null,
): RawArguments {
  const reader = new Reader(inbound, json, form, refused)
  const { params } = action
  const values: unknown[] = new Array(params.length)
  for (let index = 0; index < params.length; index++) {
    values[index] = reader.read(params[index] as ParamSpec)
  }
  return { values, issues: reader.finish(planOf(action).fields) }
}

/** Stands in for the pairs of a query that has none to tell. */
const MALFORMED: QueryPairs = []
const MALFORMED_QUERY = malformedSource(
  'query',
  'Malformed query string',
  'Malformed percent escape, or a character that must be escaped',
)
const NO_OBJECT = malformedSource('body', 'The JSON body must be an object', 'Expected an object')

class Reader {
  readonly #inbound: ArgumentSource
  readonly #json: JsonBody | undefined
  readonly #form: FormBody | null
  #query: QueryPairs | null = null
  #noObject = false
  #issues: ArgumentIssue[] | null

  /** @param form `null` for a refused one */
  constructor(
    inbound: ArgumentSource,
    json: JsonBody | undefined,
    form: FormBody | null,
    refused: readonly ArgumentIssue[] | null,
  ) {
    this.#inbound = inbound
    this.#json = json
    this.#form = form
    this.#issues = refused === null ? null : [...refused]
  }

  /** The value sent for a parameter, `undefined` for none, `REFUSED` for a bad one. */
  read(param: ParamSpec): unknown {
    switch (param.source) {
      case 'path': {
        const text = this.#inbound.pathParams[param.wire]
        if (text === undefined || param.text[0] === 'string') return text
        return this.#decode(param, [text])
      }
      case 'field':
        if (this.#form === EMPTY_FORM) return this.#field(param)
        // What `forms: true` takes in the place of JSON.
        if (this.#form === null) return REFUSED
        return this.#decode(param, valuesOf(this.#form.fields, param.wire))
      case 'body':
        return this.#json?.value
      case 'file':
        return this.#file(param)
      case 'files':
        if (this.#form === null) return REFUSED
        return this.#form.files.get(param.wire) ?? (param.required ? undefined : NO_FILES)
      case 'query': {
        const pairs = this.#queryPairs()
        if (pairs === MALFORMED) return REFUSED
        if (param.commas === true) return this.#commaList(param)
        return this.#decode(param, valuesOf(pairs, param.wire))
      }
      case 'form':
        if (this.#form === null) return REFUSED
        return this.#decode(param, valuesOf(this.#form.fields, param.wire))
      default:
        return this.#decode(param, this.#headerTexts(param))
    }
  }

  #headerTexts({ source, wire }: ParamSpec): readonly string[] {
    if (source === 'header') return allHeaders(this.#inbound.rawHeaders, wire)
    const value = this.#inbound.cookies.last(wire)
    return value === undefined ? [] : [value]
  }

  #queryPairs(): QueryPairs {
    if (this.#query === null) {
      this.#query = this.#inbound.queryPairs ?? MALFORMED
      if (this.#query === MALFORMED) this.#add(MALFORMED_QUERY)
    }
    return this.#query
  }

  #commaList(param: ParamSpec): unknown {
    const lists = commaListsOf(this.#inbound.search, param.wire)
    if (lists.length < 2) return this.#decode(param, lists[0] ?? [])
    // Which of them was meant nobody can tell.
    this.#add({
      headline: `Repeated query parameter: ${param.wire}`,
      issue: {
        source: 'query',
        name: param.wire,
        pointer: '',
        message: 'Expected once, with commas between items',
      },
    })
    return REFUSED
  }

  #field(param: ParamSpec): unknown {
    const object = this.#json?.value
    if (object === undefined) return undefined
    if (!isRecord(object)) {
      if (!this.#noObject) this.#add(NO_OBJECT)
      this.#noObject = true
      return REFUSED
    }
    return Object.hasOwn(object, param.wire) ? Reflect.get(object, param.wire) : undefined
  }

  #file(param: ParamSpec): unknown {
    if (this.#form === null) return REFUSED
    // A second one has been refused while it was read.
    return this.#form.files.get(param.wire)?.[0]
  }

  #decode(param: ParamSpec, texts: readonly string[]): unknown {
    if (texts.length === 0) return undefined
    const decoded = decodeText(param, texts)
    if (decoded.ok) return decoded.value
    const { kind, items } = decoded
    if (items === undefined) this.#add(invalidText(param, 'api', kind))
    else for (const item of items) this.#add(invalidText(param, 'api', kind, `/${item}`))
    return REFUSED
  }

  #add(issue: ArgumentIssue): void {
    this.#issues ??= []
    this.#issues.push(issue)
  }

  /** Body members nobody declared are refused: a misspelt optional field must not pass in silence. */
  finish(fields: ArgumentPlan['fields']): readonly ArgumentIssue[] {
    const object = this.#json?.value
    if (fields !== null && isRecord(object)) {
      let unknown: string[] | null = null
      // No list of all of them is made: most bodies have none of these.
      for (const name in object) {
        if (fields.has(name)) continue
        unknown ??= []
        unknown.push(name)
      }
      if (unknown === null) return this.#issues ?? NO_ISSUES
      // Sorted, as on the other surfaces: the first one is the headline (ABIND-3).
      for (const name of unknown.sort()) this.#add(unknownArgument(name, 'api'))
    }
    return this.#issues ?? NO_ISSUES
  }
}
