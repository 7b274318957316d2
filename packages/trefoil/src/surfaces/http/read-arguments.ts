import { type Awaitable, isPromiseLike } from '../../base/promise.ts'
import type { Action } from '../../contract/action.ts'
import { decodeText } from '../../contract/decode-text.ts'
import { type ArgumentIssue, invalidText, unknownArgument } from '../../contract/param-issue.ts'
import type { ParamSpec } from '../../contract/param-spec.ts'
import { Problem, refuse } from '../../contract/problem.ts'
import type { UploadedFile } from '../../contract/uploaded-file.ts'
import { type CloseHooks, type RawArguments, REFUSED } from '../../engine/inbound.ts'
import { readCookie } from '../../web/cookie-header.ts'
import { parseQuery, type QueryPairs, valuesOf } from '../../web/query.ts'
import { allHeaders } from '../../web/raw-headers.ts'
import type { BodySource } from './body-source.ts'
import { EMPTY_FORM, type FormBody } from './form-body.ts'
import { type JsonBody, readJsonBody } from './read-json-body.ts'

/** A request on its way to becoming arguments. */
export interface ArgumentSource extends BodySource {
  readonly search: string
  readonly pathParams: Readonly<Record<string, string>>
  openBody(call: CloseHooks): { readForm(): Promise<FormBody> }
}

const NO_ISSUES: readonly ArgumentIssue[] = []
const NO_FILES: readonly UploadedFile[] = Object.freeze([])

/** Decodes path, query, headers, cookies and body of a request: stage 8's first half. */
export function readArguments(
  inbound: ArgumentSource,
  action: Action,
  call: CloseHooks,
): Awaitable<RawArguments | Problem> {
  const plan = bodyPlan(action)
  if (plan === 'none') return collect(inbound, action, undefined, EMPTY_FORM)
  if (plan === 'form') {
    return inbound
      .openBody(call)
      .readForm()
      .then((form) => collect(inbound, action, undefined, form))
  }
  const body = readJsonBody(inbound)
  const use = (late: Awaited<typeof body>) =>
    late instanceof Problem ? late : collect(inbound, action, late, EMPTY_FORM)
  return isPromiseLike(body) ? body.then(use) : use(body)
}

type BodyPlan = 'none' | 'json' | 'form'

const plans = new WeakMap<Action, BodyPlan>()

function bodyPlan(action: Action): BodyPlan {
  let plan = plans.get(action)
  if (plan === undefined) {
    plan = 'none'
    for (const { source } of action.params) {
      if (source === 'field' || source === 'body') plan = 'json'
      if (source === 'form' || source === 'file' || source === 'files') plan = 'form'
    }
    plans.set(action, plan)
  }
  return plan
}

function collect(
  inbound: ArgumentSource,
  action: Action,
  json: JsonBody | undefined,
  form: FormBody,
): RawArguments | Problem {
  const reader = new Reader(inbound, json, form)
  const { params } = action
  const values: unknown[] = new Array(params.length)
  for (let index = 0; index < params.length; index++) {
    values[index] = reader.read(params[index] as ParamSpec)
  }
  return reader.problem ?? { values, issues: reader.finish(params) }
}

class Reader {
  problem: Problem | null = null
  readonly #inbound: ArgumentSource
  readonly #json: JsonBody | undefined
  readonly #form: FormBody
  #query: QueryPairs | null = null
  #issues: ArgumentIssue[] | null = null

  constructor(inbound: ArgumentSource, json: JsonBody | undefined, form: FormBody) {
    this.#inbound = inbound
    this.#json = json
    this.#form = form
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
        return this.#field(param)
      case 'body':
        return this.#json?.value
      case 'file':
        return this.#file(param)
      case 'files':
        return this.#form.files.get(param.wire) ?? (param.required ? undefined : NO_FILES)
      default:
        return this.#decode(param, this.#texts(param))
    }
  }

  #texts(param: ParamSpec): readonly string[] {
    const { rawHeaders } = this.#inbound
    switch (param.source) {
      case 'query':
        return valuesOf(this.#queryPairs(), param.wire)
      case 'header':
        return allHeaders(rawHeaders, param.wire)
      case 'cookie': {
        const value = readCookie(allHeaders(rawHeaders, 'cookie').join('; '), param.wire)
        return value === undefined ? [] : [value]
      }
      default:
        return valuesOf(this.#form.fields, param.wire)
    }
  }

  #queryPairs(): QueryPairs {
    if (this.#query !== null) return this.#query
    const pairs = parseQuery(this.#inbound.search)
    if (pairs === null) {
      this.problem ??= refuse('VALIDATION_ERROR', { detail: 'Malformed query string' })
    }
    this.#query = pairs ?? []
    return this.#query
  }

  #field(param: ParamSpec): unknown {
    const object = this.#json?.value
    if (object === undefined) return undefined
    if (typeof object !== 'object' || object === null || Array.isArray(object)) {
      this.problem ??= refuse('VALIDATION_ERROR', { detail: 'The JSON body must be an object' })
      return undefined
    }
    return Object.hasOwn(object, param.wire) ? Reflect.get(object, param.wire) : undefined
  }

  #file(param: ParamSpec): unknown {
    const sent = this.#form.files.get(param.wire)
    if (sent === undefined || sent.length === 1) return sent?.[0]
    // Taking one of several would drop the others in silence (BIND-15).
    this.#add({
      headline: `Multiple files received for parameter: ${param.wire}`,
      issue: { source: 'file', name: param.wire, pointer: '', message: 'Expected one file' },
    })
    return REFUSED
  }

  #decode(param: ParamSpec, texts: readonly string[]): unknown {
    if (texts.length === 0) return undefined
    const decoded = decodeText(param, texts)
    if (decoded.ok) return decoded.value
    this.#add(invalidText(param, 'api', decoded.kind))
    return REFUSED
  }

  #add(issue: ArgumentIssue): void {
    this.#issues ??= []
    this.#issues.push(issue)
  }

  /** Body members nobody declared are refused: a misspelt optional field must not pass in silence. */
  finish(params: readonly ParamSpec[]): readonly ArgumentIssue[] {
    const object = this.#json?.value
    if (typeof object === 'object' && object !== null && params.some(isField)) {
      // Sorted, as on the other surfaces: the first one is the headline (ABIND-3).
      for (const name of Object.keys(object).sort()) {
        if (!params.some((param) => isField(param) && param.wire === name)) {
          this.#add(unknownArgument(name, 'api'))
        }
      }
    }
    return this.#issues ?? NO_ISSUES
  }
}

function isField({ source }: ParamSpec): boolean {
  return source === 'field'
}
