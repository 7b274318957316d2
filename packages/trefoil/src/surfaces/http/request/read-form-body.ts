import { type Problem, refuse } from '../../../contract/problems/problem.ts'
import { refusedCoding } from '../../../policy/refused-coding.ts'
import { type MediaType, parseMediaType } from '../../../web/media-type.ts'
import { parseUrlencoded } from '../../../web/query.ts'
import { firstHeader } from '../../../web/raw-headers.ts'
import type { BodyLimits } from './body-limits.ts'
import type { BodySource } from './body-source.ts'
import { EMPTY_FORM, type FormBody, formCharsets, malformedForm, refuseForm } from './form-body.ts'
import type { FormShape } from './form-shape.ts'
import type { Uploads } from './uploads.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const CONTROL = /[\x00-\x1f\x7f]/

/** The type of a form that is read piece by piece; `null` for any other body. */
export function multipartType(inbound: BodySource): string | null {
  const header = firstHeader(inbound.rawHeaders, 'content-type')
  if (header === undefined) return null
  return parseMediaType(header)?.essence === 'multipart/form-data' ? header : null
}

/**
 * Reads an urlencoded or multipart body (BIND-14…17); no body and no type is an empty form. The
 * type is looked at before a byte is read.
 *
 * @param keep as for the multipart reader
 * @throws Problem
 */
export async function readFormBody(
  inbound: BodySource,
  keep: (uploads: Uploads) => void,
): Promise<FormBody> {
  const header = firstHeader(inbound.rawHeaders, 'content-type')
  if (header === undefined) {
    const bytes = await inbound.readBytes()
    if (bytes.byteLength === 0) return EMPTY_FORM
    throw unsupported('content type')
  }
  const type = parseMediaType(header)
  const problem = refusedType(type) ?? refusedCoding(inbound.rawHeaders)
  if (problem !== null) throw problem
  if (type?.essence === 'application/x-www-form-urlencoded') {
    const form = readUrlencoded(await inbound.readBytes(), inbound.limits)
    checkFields(form.fields, inbound.formShape)
    return form
  }
  // Loaded when the first such form arrives: most apps never read one.
  const { readMultipart } = await import('./multipart.ts')
  const { bytes } = inbound
  const body =
    bytes === null ? inbound.exchange.bodyStream(inbound.limits.maxBodySize) : [await bytes]
  return readMultipart(body, header, inbound, keep)
}

const FORM_TYPES: ReadonlySet<string | undefined> = new Set([
  'application/x-www-form-urlencoded',
  'multipart/form-data',
])

function refusedType(type: MediaType | null): Problem | null {
  if (!FORM_TYPES.has(type?.essence)) return unsupported('content type')
  const isKnown = formCharsets.has(type?.parameters.get('charset')?.toLowerCase())
  return isKnown ? null : unsupported('charset')
}

function unsupported(what: string): Problem {
  return refuse('unsupported_media_type', { detail: `Unsupported form ${what}` })
}

/** Limits before parsing: splitting two million empty pairs costs more than counting them. */
function readUrlencoded(bytes: Uint8Array, limits: BodyLimits): FormBody {
  checkSizes(bytes, limits)
  let fields: FormBody['fields'] | null
  try {
    fields = parseUrlencoded(utf8.decode(bytes))
  } catch {
    fields = null
  }
  if (fields === null || fields.some(([name]) => name === '' || CONTROL.test(name))) {
    throw malformedForm()
  }
  return { fields, files: EMPTY_FORM.files }
}

/** All names nobody declared, sorted: the first one is the headline, as it is of JSON (ABIND-3). */
function checkFields(fields: FormBody['fields'], shape: FormShape | null): void {
  if (shape === null) return
  const names = new Set(fields.map(([name]) => name))
  const issues = [...names].sort().flatMap((name) => shape.judge(name, false) ?? [])
  const [first, ...others] = issues
  if (first !== undefined) throw refuseForm([first, ...others])
}

const AMPERSAND = 0x26

function checkSizes(bytes: Uint8Array, limits: BodyLimits): void {
  let parts = bytes.byteLength === 0 ? 0 : 1
  let start = 0
  for (;;) {
    const found = bytes.indexOf(AMPERSAND, start)
    const end = found === -1 ? bytes.byteLength : found
    if (end - start > limits.maxFormFieldSize) throw refuse('form_field_too_large')
    if (found === -1) break
    start = found + 1
    parts++
    if (parts > limits.maxFormParts) throw refuse('form_too_many_parts')
  }
  if (parts > limits.maxFormParts) throw refuse('form_too_many_parts')
}
