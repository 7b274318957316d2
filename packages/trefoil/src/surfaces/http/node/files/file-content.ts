import type { BigIntStats } from 'node:fs'
import type { FileHandle } from 'node:fs/promises'
import { freezeClass } from '../../../../base/plain/freeze-class.ts'
import { PartialContent } from '../../../../contract/answer/partial-content.ts'
import { open } from '../node-modules.ts'

const CHUNK = 65_536

/**
 * The bytes of one file, or of a part of it. The file is opened when the first piece is read:
 * an answer that is never sent (304, HEAD, a client that left) holds nothing open.
 */
export class FileContent extends PartialContent {
  readonly size: number
  readonly lastModified: number
  readonly #path: string
  readonly #stats: BigIntStats
  #start = 0
  #end: number

  constructor(path: string, stats: BigIntStats) {
    super()
    this.#path = path
    this.#stats = stats
    this.size = Number(stats.size)
    this.lastModified = Number(stats.mtimeMs)
    this.#end = this.size - 1
    Object.freeze(this)
  }

  select(start: number, end: number): void {
    this.#start = start
    this.#end = end
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    const handle = await open(this.#path, 'r')
    try {
      await this.#assertSame(handle)
      let position = this.#start
      while (position <= this.#end) {
        const length = Math.min(CHUNK, this.#end - position + 1)
        const { bytesRead, buffer } = await handle.read(
          Buffer.allocUnsafe(length),
          0,
          length,
          position,
        )
        if (bytesRead === 0) throw new Error('The file became shorter while it was sent')
        position += bytesRead
        yield buffer.subarray(0, bytesRead)
      }
    } finally {
      await handle.close()
    }
  }

  /**
   * Between the checks and now, somebody who may write to the folder could have put a link to
   * another file in its place, or a half-written version.
   */
  async #assertSame(handle: FileHandle): Promise<void> {
    const { dev, ino, size, mtimeNs } = await handle.stat({ bigint: true })
    const before = this.#stats
    if (
      dev !== before.dev ||
      ino !== before.ino ||
      size !== before.size ||
      mtimeNs !== before.mtimeNs
    ) {
      throw new Error('The file changed before it was sent')
    }
  }
}

// Every handler can make one, by sendFile(): what is put on the prototype would be sent in the place
// of every other file (FND-57).
freezeClass(FileContent)
