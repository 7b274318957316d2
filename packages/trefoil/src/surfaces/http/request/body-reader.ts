import { deepFreeze } from '../../../base/plain/freeze.ts'
import { freezeClass } from '../../../base/plain/freeze-class.ts'
import type { RequestBody, RequestForm } from '../../../contract/params/request-body.ts'
import { refuseJson } from '../../../contract/problems/json-problem.ts'
import { ImproperlyConfigured, Problem } from '../../../contract/problems/problem.ts'
import type { CloseHooks } from '../../../engine/inbound.ts'
import { valuesOf } from '../../../web/query.ts'
import type { BodySource } from './body-source.ts'
import type { FormBody } from './form-body.ts'
import { multipartType, readFormBody } from './read-form-body.ts'
import { readJsonBody } from './read-json-body.ts'

/**
 * The one reader of a request's body beside the JSON of bound arguments. Made when a form is
 * bound or a handler asks; what was read once, or failed once, stays (REQ-1).
 */
export class BodyReader implements RequestBody {
  readonly #inbound: BodySource
  readonly #call: CloseHooks
  #consumed: 'multipart form' | 'stream' | null = null
  #bytes: Uint8Array | null = null
  #json: Promise<unknown> | null = null
  #form: Promise<FormBody> | null = null

  constructor(inbound: BodySource, call: CloseHooks) {
    this.#inbound = inbound
    this.#call = call
  }

  async body(): Promise<Uint8Array> {
    const bytes = await this.#inbound.readBytes()
    // One copy for all who ask: the bytes themselves are bound later, and a guard could write the
    // arguments it has judged.
    this.#bytes ??= new Uint8Array(bytes)
    return this.#bytes
  }

  json(): Promise<unknown> {
    this.#json ??= this.#readJson()
    return this.#json
  }

  async form(): Promise<RequestForm> {
    const form = await this.readForm()
    // The very list that the arguments are read from, after the guards.
    deepFreeze(form.fields)
    return new FormView(form)
  }

  stream(): AsyncIterable<Uint8Array> {
    this.checkUnread()
    if (this.#inbound.bytes !== null) throw alreadyRead('whole, by params or body()')
    this.#consumed = 'stream'
    return this.#inbound.exchange.bodyStream(this.#inbound.limits.maxBodySize)
  }

  /** The form, read once. @throws Problem */
  readForm(): Promise<FormBody> {
    this.#form ??= this.#startForm()
    return this.#form
  }

  /** @throws ImproperlyConfigured when the bytes went somewhere they cannot be had from again */
  checkUnread(): void {
    if (this.#consumed !== null) throw alreadyRead(`as a ${this.#consumed}`)
  }

  async #startForm(): Promise<FormBody> {
    // Of bytes that were read before, by an authenticator that checks their signature say, it is
    // read once more.
    if (multipartType(this.#inbound) !== null && this.#inbound.bytes === null) {
      this.checkUnread()
      this.#consumed = 'multipart form'
    }
    return readFormBody(this.#inbound, (uploads) => {
      this.#call.onClose(() => uploads.drop())
    })
  }

  async #readJson(): Promise<unknown> {
    const parsed = await readJsonBody(this.#inbound)
    if (parsed === undefined) throw refuseJson({ cause: 'syntax', reason: 'an empty body', at: '' })
    if (parsed instanceof Problem) throw parsed
    return parsed.value
  }
}

function alreadyRead(how: string): ImproperlyConfigured {
  return new ImproperlyConfigured(
    `call.request: the body was already read ${how}; a body can be read one way only`,
  )
}

class FormView implements RequestForm {
  readonly fields: RequestForm['fields']
  readonly #form: FormBody

  constructor(form: FormBody) {
    // The list that is bound: a guard could write the arguments it has judged.
    this.fields = deepFreeze(form.fields)
    this.#form = form
    Object.freeze(this)
  }

  get(name: string): string | null {
    return valuesOf(this.fields, name).at(-1) ?? null
  }

  getAll(name: string): readonly string[] {
    return valuesOf(this.fields, name)
  }

  files(name: string): ReturnType<RequestForm['files']> {
    return [...(this.#form.files.get(name) ?? [])]
  }
}

// As of files: what one handler puts there, every later call would read (FND-57).
freezeClass(FormView)
