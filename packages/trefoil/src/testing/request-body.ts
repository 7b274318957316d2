import { isList } from '../base/plain/is-record.ts'
import { checkOptionNames, type OptionNames } from '../contract/options/option-names.ts'
import { type FieldsInput, fieldPairs, urlEncode } from './request-target.ts'
import type { SentBody } from './test-exchange.ts'

/** A file to upload. */
export interface TestFile {
  /** File name as sent. */
  readonly name: string
  readonly content: string | Uint8Array
  /** Media type. Default `application/octet-stream`. */
  readonly type?: string
}

/** The ways to send a body; one at a time. */
export interface TestBodyOptions {
  /** Any JSON value, `null` included. */
  readonly json?: unknown
  /** Text, bytes, or pieces of either (sent without a length). */
  readonly body?: string | SentBody
  /** Fields of a form: urlencoded, or multipart when there are `files`. */
  readonly form?: FieldsInput
  /** Files of a multipart form by field name; an array repeats the field. */
  readonly files?: Readonly<Record<string, TestFile | readonly TestFile[]>>
}

export interface EncodedBody {
  readonly bytes: SentBody | null
  /** Content type, unless the test sends its own. */
  readonly type: string | null
}

const FILE: OptionNames<TestFile> = { name: true, content: true, type: true }
const NO_BODY: EncodedBody = { bytes: null, type: null }
const encoder = new TextEncoder()

/** @throws TypeError when two ways are used at once, or `json` has no JSON form */
export async function encodeBody(options: TestBodyOptions): Promise<EncodedBody> {
  const { json, body, form, files } = options
  if (json !== undefined && body !== undefined) {
    throw new TypeError('Use either json or body, not both')
  }
  const isForm = form !== undefined || files !== undefined
  if (isForm && (json !== undefined || body !== undefined)) {
    throw new TypeError('Use one request body style')
  }
  if (json !== undefined) return encodeJson(json)
  if (body !== undefined) {
    return typeof body === 'string'
      ? { bytes: encoder.encode(body), type: 'text/plain; charset=utf-8' }
      : { bytes: body, type: null }
  }
  if (files !== undefined) return encodeMultipart(form ?? {}, files)
  if (form === undefined) return NO_BODY
  return { bytes: encoder.encode(urlEncode(form)), type: 'application/x-www-form-urlencoded' }
}

function encodeJson(json: unknown): EncodedBody {
  const text = JSON.stringify(json) as string | undefined
  if (text === undefined) throw new TypeError(`A ${typeof json} has no JSON form`)
  return { bytes: encoder.encode(text), type: 'application/json' }
}

async function encodeMultipart(
  form: FieldsInput,
  files: NonNullable<TestBodyOptions['files']>,
): Promise<EncodedBody> {
  const data = new FormData()
  for (const [name, value] of fieldPairs(form)) data.append(name, value)
  for (const [name, given] of Object.entries(files)) {
    const list = (isList(given) === true ? given : [given]) as readonly TestFile[]
    for (const one of list) {
      checkOptionNames(`testClient().http: file '${name}'`, one, FILE)
      const { name: fileName, content, type = 'application/octet-stream' } = one
      const part = typeof content === 'string' ? content : new Uint8Array(content)
      data.append(name, new Blob([part], { type }), fileName)
    }
  }
  // The platform writes the format, so both sides are not the same hand.
  const encoded = new Response(data)
  return {
    bytes: new Uint8Array(await encoded.arrayBuffer()),
    type: encoded.headers.get('content-type'),
  }
}
