import { HASH_SIZE, type TreeHash } from './tree-hash.ts'

/** How large the tree of a log was, and its root (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Name of the log. */
  readonly origin: string
  /** How many entries are under it. */
  readonly size: number
  readonly root: TreeHash
}

/** What is signed of it. */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`
}

/** `null` for what is none. Lines behind the third are passed over. */
export function readCheckpoint(text: string): Checkpoint | null {
  const [origin = '', size = '', encoded = '', ...more] = text.split('\n')
  if (origin === '' || more.length === 0 || !/^(?:0|[1-9][0-9]{0,15})$/.test(size)) return null
  const root = Buffer.from(encoded, 'base64')
  const count = Number(size)
  const fits = root.length === HASH_SIZE && root.toString('base64') === encoded
  return fits && Number.isSafeInteger(count) ? { origin, size: count, root } : null
}
