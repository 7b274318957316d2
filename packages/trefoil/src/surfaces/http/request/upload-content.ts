import { joinBytes } from '../../../base/join-bytes.ts'
import { freezeClass } from '../../../base/plain/freeze-class.ts'
import { ImproperlyConfigured, refuse } from '../../../contract/problems/problem.ts'
import type { SpoolFile } from '../node/files/spool.ts'
import { openSpoolFile } from './upload-spool.ts'

/** The bytes of one upload: in memory at first, on disk once they are spilled. */
export class UploadContent {
  /** Bytes received. */
  size = 0
  /** Bytes of it in memory. */
  held = 0
  #chunks: Uint8Array[] = []
  #file: SpoolFile | null = null
  #spilling: Promise<void> | null = null
  #dropped = false

  /** @throws Problem when its call has ended, at its deadline for example: nobody reads it any more */
  push(chunk: Uint8Array): void {
    if (this.#dropped) throw refuse('client_disconnected')
    this.#chunks.push(chunk)
    this.size += chunk.byteLength
    this.held += chunk.byteLength
  }

  get isSpooled(): boolean {
    return this.#file !== null
  }

  /** Moves what is in memory to disk; nothing happens where there is none. */
  async spill(): Promise<void> {
    if (this.#dropped) return
    this.#spilling = this.#toDisk()
    await this.#spilling
  }

  async bytes(): Promise<Uint8Array> {
    this.#check()
    if (this.#file !== null) return this.#file.bytes()
    return joinBytes(this.#chunks)
  }

  stream(): AsyncIterable<Uint8Array> {
    this.#check()
    return this.pieces()
  }

  /** Lets go of everything. */
  async drop(): Promise<void> {
    this.#dropped = true
    this.#chunks = []
    this.held = 0
    // A file that is being opened at this moment would stay for good: nobody comes by again.
    await this.#spilling?.catch(() => {})
    await this.#file?.remove()
  }

  async #toDisk(): Promise<void> {
    this.#file ??= await openSpoolFile()
    if (this.#file === null || this.#dropped) return
    const chunks = this.#chunks
    this.#chunks = []
    this.held = 0
    await this.#file.append(chunks)
  }

  async *pieces(): AsyncGenerator<Uint8Array, void, undefined> {
    this.#check()
    for await (const piece of this.#file?.read() ?? this.#chunks) {
      this.#check()
      // A copy: what one reader changes must not be what the next one reads.
      yield new Uint8Array(piece)
    }
  }

  #check(): void {
    if (!this.#dropped) return
    throw new ImproperlyConfigured(
      'An uploaded file was read after its call had ended; read or copy it before the handler returns',
    )
  }
}

// Handlers are handed its generators.
freezeClass(UploadContent)
