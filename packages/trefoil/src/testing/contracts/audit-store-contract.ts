import type { AuditStore, BrokenEntry, StoredEntry } from '../../contract/ports/audit-store.ts'

/** One thing that every store of audit entries must do. */
export interface AuditStoreCheck {
  readonly name: string
  /** Resolves when the store does it. @throws Error saying what it does instead */
  run(): Promise<void>
}

/** Makes a store: of the same entries each time it is called for one check, as after a restart. */
export type OpenAgain = () => AuditStore

const ZEROS = '0'.repeat(64)

type Check = (again: OpenAgain) => Promise<void>

const CHECKS: Readonly<Record<string, Check>> = {
  'begins empty': async (again) => {
    const store = again()
    expect(await store.open(), { last: null, torn: 0 }, 'open()')
    expect(await all(store), [], 'read()')
    await store.close()
  },
  'gives back to the letter what was appended, in its order': async (again) => {
    const store = again()
    await store.open()
    const entries = chainOf(5)
    await store.append(entries.slice(0, 2))
    await store.append(entries.slice(2))
    expect(await all(store), entries, 'read()')
    expect(await store.open(), { last: entries[4], torn: 0 }, 'open() again')
    await store.close()
  },
  'keeps it when it is closed, and goes on behind it': async (again) => {
    const store = again()
    await store.open()
    const entries = chainOf(3)
    await store.append(entries.slice(0, 2))
    await store.close()
    const next = again()
    expect(await next.open(), { last: entries[1], torn: 0 }, 'open() after a restart')
    await next.append(entries.slice(2))
    expect(await all(next), entries, 'read()')
    await next.close()
  },
  'reads without being open': async (again) => {
    const store = again()
    await store.open()
    await store.append(chainOf(1))
    await store.close()
    expect(await all(again()), chainOf(1), 'read()')
  },
  'refuses what does not follow its last, and takes none of it': async (again) => {
    const store = again()
    await store.open()
    const entries = chainOf(2)
    await store.append(entries.slice(0, 1))
    await refuses(() => store.append(chainOf(2)), 'append() of a second chain')
    await store.open()
    await store.append(entries.slice(1))
    expect(await all(store), entries, 'read()')
    await store.close()
  },
  'refuses to append before it is open, and after it is closed': async (again) => {
    const store = again()
    await refuses(() => store.append(chainOf(1)), 'append() before open()')
    await store.open()
    await store.close()
    await refuses(() => store.append(chainOf(1)), 'append() after close()')
    await again().close()
  },
  'takes many and long entries': async (again) => {
    const store = again()
    await store.open()
    const entries = chainOf(300, 'é🍀"\\\n'.repeat(200))
    await store.append(entries)
    expect(await all(store), entries, 'read()')
    await store.close()
  },
}

/**
 * What every store of audit entries must do. Run each check with the test runner of your choice; for each
 * one a function that makes the store is asked for: called again, it gives a store of the same entries.
 */
export function auditStoreContract(
  fresh: () => OpenAgain | Promise<OpenAgain>,
): readonly AuditStoreCheck[] {
  return Object.entries(CHECKS).map(([name, check]) => ({
    name,
    run: async () => check(await fresh()),
  }))
}

/** Entries that follow one another; nothing in a store verifies a hash. */
function chainOf(count: number, more = ''): readonly StoredEntry[] {
  return Array.from({ length: count }, (_, index) => ({
    prev: index === 0 ? ZEROS : hashOf(index - 1),
    hash: hashOf(index),
    text: JSON.stringify({ index, more }),
  }))
}

function hashOf(index: number): string {
  return (index + 1).toString(16).padStart(64, 'a')
}

async function all(store: AuditStore): Promise<readonly (StoredEntry | BrokenEntry)[]> {
  const entries: (StoredEntry | BrokenEntry)[] = []
  for await (const entry of store.read()) entries.push(entry)
  return entries
}

async function refuses(run: () => unknown, what: string): Promise<void> {
  try {
    await run()
  } catch {
    return
  }
  throw new Error(`${what} must throw`)
}

function expect(given: unknown, wanted: unknown, what: string): void {
  const [left, right] = [JSON.stringify(given), JSON.stringify(wanted)]
  if (left !== right) throw new Error(`${what} must give ${right}, gave ${left}`)
}
