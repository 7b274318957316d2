import type { TreeStore } from '../../contract/ports/tree-store.ts'

/** One thing that every store of a tree of checkpoints must do. */
export interface TreeStoreCheck {
  readonly name: string
  /** Resolves when the store does it. @throws Error saying what it does instead */
  run(): Promise<void>
}

/** Makes a store: of the same files each time it is called for one check, as after a restart. */
export type OpenTreeAgain = () => TreeStore

type Check = (again: OpenTreeAgain) => Promise<void>

const CHECKS: Readonly<Record<string, Check>> = {
  'begins empty, and reads without being open': async (again) => {
    expect(await textAt(again(), 'checkpoint'), null, 'read()')
  },
  'gives back what was written, after a restart too': async (again) => {
    const store = again()
    expect(await store.open(), true, 'open()')
    await store.write([file('checkpoint', 'a'), file('tile/0/x001/067.p/8', 'b\u0000')])
    expect(await textAt(store, 'checkpoint'), 'a', 'read()')
    await store.close()
    expect(await textAt(again(), 'tile/0/x001/067.p/8'), 'b\u0000', 'read() after a restart')
  },
  'writes in the place of what is there': async (again) => {
    const store = again()
    await store.open()
    await store.write([file('checkpoint', 'longer than the next')])
    await store.write([file('checkpoint', 'b')])
    expect(await textAt(store, 'checkpoint'), 'b', 'read()')
    await store.close()
  },
  'takes many and long files': async (again) => {
    const store = again()
    await store.open()
    const files = Array.from({ length: 300 }, (_, at) => file(`tile/entries/${at}`, 'x'.repeat(at)))
    await store.write(files)
    expect(await textAt(store, 'tile/entries/299'), 'x'.repeat(299), 'read()')
    expect(await textAt(store, 'tile/entries/0'), '', 'read() of an empty one')
    await store.close()
  },
  'removes what is below a path, and nothing beside it': async (again) => {
    const store = again()
    await store.open()
    await store.write([file('tile/0/000.p/1', 'a'), file('tile/0/000', 'b')])
    await store.removeBelow('tile/0/000.p')
    await store.removeBelow('tile/0/001.p')
    expect(await textAt(store, 'tile/0/000.p/1'), null, 'read() of what was removed')
    expect(await textAt(store, 'tile/0/000'), 'b', 'read() of what was not')
    await store.write([file('tile/0/000.p/2', 'c')])
    expect(await textAt(store, 'tile/0/000.p/2'), 'c', 'read() of what was written since')
    await store.close()
  },
  'refuses to write before it is open, and after it is closed': async (again) => {
    const store = again()
    await refuses(() => store.write([file('checkpoint', 'a')]), 'write() before open()')
    await store.open()
    await store.close()
    await refuses(() => store.write([file('checkpoint', 'a')]), 'write() after close()')
  },
}

/**
 * What every store of a tree of checkpoints must do. Run each check with the test runner of your choice; for
 * each one a function that makes the store is asked for: called again, it gives a store of the same files.
 */
export function treeStoreContract(
  fresh: () => OpenTreeAgain | Promise<OpenTreeAgain>,
): readonly TreeStoreCheck[] {
  return Object.entries(CHECKS).map(([name, check]) => ({
    name,
    run: async () => check(await fresh()),
  }))
}

function file(path: string, text: string): { readonly path: string; readonly bytes: Uint8Array } {
  return { path, bytes: Buffer.from(text) }
}

async function textAt(store: TreeStore, path: string): Promise<string | null> {
  const bytes = await store.read(path)
  return bytes === null ? null : Buffer.from(bytes).toString()
}

async function refuses(work: () => unknown, what: string): Promise<void> {
  try {
    await work()
  } catch {
    return
  }
  throw new Error(`${what} must be refused`)
}

function expect(found: unknown, wanted: unknown, what: string): void {
  if (found === wanted) return
  throw new Error(`${what} gave ${JSON.stringify(found)}, and must give ${JSON.stringify(wanted)}`)
}
