import { freezeClass } from '../../../base/plain/freeze-class.ts'
import type { UploadedFile } from '../../../contract/params/uploaded-file.ts'
import { refuse } from '../../../contract/problems/problem.ts'
import type { BodyLimits } from './body-limits.ts'
import { UploadContent } from './upload-content.ts'

/** The files of one form while it is read, and until the call has ended. */
export class Uploads {
  readonly files: Map<string, UploadedFile[]> = new Map()
  readonly #limits: BodyLimits
  readonly #contents: UploadContent[] = []
  #dropped = false

  constructor(limits: BodyLimits) {
    this.#limits = limits
  }

  /**
   * Takes the chunks of one file, then `null`.
   *
   * @param field name of the form field
   * @param sent file name as sent, for telling an empty file input of a browser
   */
  begin(field: string, sent: string, name: string, type: string): Sink {
    if (this.#dropped) throw refuse('client_disconnected')
    const content = new UploadContent()
    this.#contents.push(content)
    return (chunk) => {
      if (chunk !== null) {
        content.push(chunk)
        if (content.size > this.#limits.maxFileSize) {
          const issue = { source: 'file', name: field, pointer: '', message: 'Too large' }
          throw refuse('form_file_too_large', { issues: [issue] })
        }
        return
      }
      // No file was chosen: no name and no bytes (BIND-15).
      if (sent === '' && content.size === 0) return
      const list = this.files.get(field) ?? []
      list.push(new FormFile(name, type, content))
      this.files.set(field, list)
    }
  }

  /**
   * The call may end while its form still arrives: it timed out, or its handler did not wait. What
   * comes after that must not be kept, or every such call would leave files behind.
   *
   * @throws Error once everything has been dropped
   */
  checkKept(): void {
    if (this.#dropped) throw new Error('The call ended while its form was still being read')
  }

  /** Bytes in memory. */
  get held(): number {
    let held = 0
    for (const content of this.#contents) held += content.held
    return held
  }

  /** Brings memory back under the limit, newest file first, before more of the body is read. */
  async settle(): Promise<void> {
    let { held } = this
    for (let index = this.#contents.length - 1; index >= 0; index--) {
      if (held <= this.#limits.uploadSpoolSize) return
      const content = this.#contents[index] as UploadContent
      if (content.held === 0) continue
      held -= content.held
      await content.spill()
    }
  }

  /** Writes the ends of files that are on disk. */
  async finish(): Promise<void> {
    for (const content of this.#contents) {
      if (content.isSpooled && content.held > 0) await content.spill()
    }
  }

  /** Removes everything, whatever state it is in. */
  async drop(): Promise<void> {
    this.#dropped = true
    await Promise.all(this.#contents.map((content) => content.drop()))
  }
}

type Sink = (chunk: Uint8Array | null) => void

class FormFile implements UploadedFile {
  readonly name: string
  readonly type: string
  readonly size: number
  readonly #content: UploadContent

  constructor(name: string, type: string, content: UploadContent) {
    this.name = name
    this.type = type
    this.size = content.size
    this.#content = content
    Object.freeze(this)
  }

  bytes(): Promise<Uint8Array> {
    return this.#content.bytes()
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.#content.bytes())
  }

  stream(): AsyncIterable<Uint8Array> {
    return this.#content.stream()
  }
}

// A handler holds one: a `text` put on the prototype would be read by every later call (FND-57).
freezeClass(FormFile)
