import type { TreeFile, TreeStore } from '../../contract/ports/tree-store.ts'

/** A tree of checkpoints in this process: for tests, and for trying things out. */
export interface MemoryTree extends TreeStore {
  /** Its files by their path. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Makes a tree of checkpoints that ends with its process. */
export function memoryTree(): MemoryTree {
  const files = new Map<string, Uint8Array>()
  let isOpen = false
  return Object.freeze({
    get files(): ReadonlyMap<string, Uint8Array> {
      return new Map(files)
    },
    open(): boolean {
      isOpen = true
      return true
    },
    read: (path: string): Uint8Array | null => files.get(path)?.slice() ?? null,
    write(written: readonly TreeFile[]): void {
      if (!isOpen) throw new Error('memoryTree(): is not open')
      for (const { path, bytes } of written) files.set(path, Uint8Array.from(bytes))
    },
    removeBelow(path: string): void {
      for (const name of [...files.keys()]) if (name.startsWith(`${path}/`)) files.delete(name)
    },
    close(): void {
      isOpen = false
    },
  })
}
