import type { Awaitable } from '../../base/promise.ts'

/** A file of the tree of checkpoints: a tile, a bundle of leaves, the newest checkpoint. */
export interface TreeFile {
  /** With slashes, of small letters, digits, dots and dashes: `tile/0/x001/067.p/8`. */
  readonly path: string
  readonly bytes: Uint8Array
}

/** Where the files of the tree of checkpoints are kept. One process at a time writes. */
export interface TreeStore {
  /**
   * Takes the writer's place.
   *
   * @returns false where another process has it
   */
  open(): Awaitable<boolean>
  /** `null` for what is not there. Needs no opening. */
  read(path: string): Awaitable<Uint8Array | null>
  /**
   * Writes each of them whole or not at all, in the place of what has its name. They are safe when it resolves.
   *
   * @throws Error when it is not open, or one of them is not written
   */
  write(files: readonly TreeFile[]): Awaitable<void>
  /** Removes what stands below a path: parts of a tile that is full now. */
  removeBelow(path: string): Awaitable<void>
  /** Gives the writer's place up. */
  close(): Awaitable<void>
}
