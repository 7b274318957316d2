import { type MultipartError, make, type Parser, type PartInfo } from 'multipasta'
import type { ArgumentIssue } from '../../../contract/params/param-issue.ts'
import { Problem, refuse } from '../../../contract/problems/problem.ts'
import { safeFileName } from '../../../web/file-name.ts'
import { type PartDisposition, parsePartDisposition } from '../../../web/part-disposition.ts'
import type { BodySource } from './body-source.ts'
import { type FormBody, formCharsets, malformedForm, refuseForm } from './form-body.ts'
import type { FormShape } from './form-shape.ts'
import { Uploads } from './uploads.ts'

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const NOTHING = new Uint8Array()
const DASH = 0x2d

/** What the reading of a form goes by. */
export type FormRules = Pick<BodySource, 'limits' | 'formShape'>

/**
 * Reads a multipart form while it arrives (BIND-14…18, W-40): it ends at the first limit that is
 * crossed and at the head of the first part that is not declared (FND-28), and files beyond
 * `limits.spool` go to disk before more is read.
 *
 * @param keep is given the uploads before the first byte is read, for removing them; the next byte
 * after that ends the reading
 * @throws Problem for a malformed form or a crossed limit, Error when the uploads were dropped
 */
export async function readMultipart(
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  contentType: string,
  rules: FormRules,
  keep: (uploads: Uploads) => void,
): Promise<FormBody> {
  const uploads = new Uploads(rules.limits)
  keep(uploads)
  uploads.checkKept()
  const form = new FormParser(contentType, rules, uploads)
  for await (const chunk of body) {
    uploads.checkKept()
    form.write(chunk)
    await uploads.settle()
  }
  uploads.checkKept()
  form.end()
  await uploads.finish()
  uploads.checkKept()
  for (const list of uploads.files.values()) Object.freeze(list)
  return { fields: form.fields, files: uploads.files }
}

/** Limits and mistakes are thrown from the parser's callbacks, which stops it on the spot. */
class FormParser {
  readonly fields: [string, string][] = []
  readonly #parser: Parser
  readonly #uploads: Uploads
  readonly #shape: FormShape | null
  #part: PartDisposition = { name: '', fileName: null }
  #tail: Uint8Array = NOTHING
  #done = false

  constructor(contentType: string, { limits, formShape }: FormRules, uploads: Uploads) {
    this.#uploads = uploads
    this.#shape = formShape
    this.#parser = make({
      headers: { 'content-type': contentType },
      maxParts: limits.maxFormParts,
      maxFieldSize: limits.maxFormFieldSize,
      isFile: (info) => this.#begin(info),
      onField: (info, value) => this.#field(info, value),
      onFile: (info) => this.#file(info),
      onError: (error) => {
        if (!this.#done) throw this.#problem(error)
      },
      onDone: () => {
        this.#done = true
      },
    })
  }

  write(chunk: Uint8Array): void {
    // What follows the closing boundary is no part of the form.
    if (this.#done) return
    const whole = this.#tail.byteLength === 0 ? chunk : join(this.#tail, chunk)
    const end = whole.byteLength - trailingDashes(whole)
    this.#tail = whole.subarray(end)
    if (end > 0) this.#feed(whole.subarray(0, end))
  }

  end(): void {
    if (this.#done) return
    if (this.#tail.byteLength > 0) this.#feed(this.#tail)
    // The parser holds back what is shorter than a boundary, the closing dashes included.
    this.#parser.end()
    if (!this.#done) throw malformedForm()
  }

  #feed(chunk: Uint8Array): void {
    try {
      this.#parser.write(chunk)
    } catch (error) {
      // The parser itself throws for a percent escape that is none.
      throw error instanceof Problem ? error : malformedForm()
    }
  }

  /** The head of a part has been read; true for a file. */
  #begin({ headers }: PartInfo): boolean {
    const header = headers['content-disposition']
    const part = typeof header === 'string' ? parsePartDisposition(header.trim()) : null
    // A filter in front may judge a file by the first of two types where we would say the other.
    if (part === null || Array.isArray(headers['content-type'])) throw malformedForm()
    // What the parser makes of bytes that are not UTF-8: two such names would become one.
    if (part.name.includes('\ufffd') || part.fileName?.includes('\ufffd') === true) {
      throw malformedForm()
    }
    this.#part = part
    const isFile = part.fileName !== null
    refuseFor(this.#shape?.judge(part.name, isFile))
    return isFile
  }

  #field({ contentTypeParameters }: PartInfo, value: Uint8Array): void {
    if (!formCharsets.has(contentTypeParameters['charset']?.toLowerCase())) {
      throw refuse('unsupported_media_type', { detail: 'Unsupported form charset' })
    }
    try {
      this.fields.push([this.#part.name, utf8.decode(value)])
    } catch {
      throw malformedForm()
    }
  }

  #file({ contentType, headers }: PartInfo): (chunk: Uint8Array | null) => void {
    const { name, fileName } = this.#part
    const sent = fileName ?? ''
    const claimed = headers['content-type'] === undefined ? '' : contentType
    const type = claimed || 'application/octet-stream'
    const isAnother = this.#uploads.files.has(name)
    // Without a name it may be the empty input of a browser, which is no file (BIND-15).
    if (isAnother && sent !== '') refuseFor(this.#shape?.judgeAnother(name))
    const take = this.#uploads.begin(name, sent, safeFileName(sent), type)
    if (!isAnother || sent !== '') return take
    return (chunk) => {
      if (chunk !== null && chunk.byteLength > 0) refuseFor(this.#shape?.judgeAnother(name))
      take(chunk)
    }
  }

  #problem(error: MultipartError): Problem {
    if (error._tag !== 'ReachedLimit') return malformedForm()
    if (error.limit === 'MaxParts') return refuse('form_too_many_parts')
    const issue = { source: 'form', name: this.#part.name, pointer: '', message: 'Too large' }
    return refuse('form_field_too_large', { issues: [issue] })
  }
}

function refuseFor(issue: ArgumentIssue | null | undefined): void {
  if (issue) throw refuseForm([issue])
}

/**
 * The parser tells the closing boundary by two dashes in one piece, so dashes at the end of a
 * chunk wait for the next one.
 */
function trailingDashes(chunk: Uint8Array): number {
  const last = chunk.byteLength - 1
  if (chunk[last] !== DASH) return 0
  return chunk[last - 1] === DASH ? 2 : 1
}

function join(left: Uint8Array, right: Uint8Array): Uint8Array {
  const whole = new Uint8Array(left.byteLength + right.byteLength)
  whole.set(left)
  whole.set(right, left.byteLength)
  return whole
}
