import type { SpoolFile } from '../node/files/spool.ts'

type SpoolModule = typeof import('../node/files/spool.ts')

let loading: Promise<SpoolModule | null> | null = null

/**
 * A file for an upload that is too large for memory; `null` where there is no file system, and
 * uploads then stay in memory, within `limits.body`. Loaded when the first one is needed.
 */
export async function openSpoolFile(): Promise<SpoolFile | null> {
  loading ??= import('../node/files/spool.ts').catch(() => null)
  const spool = await loading
  return spool === null ? null : spool.createSpoolFile()
}

let servers = 0

/**
 * A server counts itself in. The returned function counts it out; the last one out removes what
 * uploads have left on disk (of calls that were cut off and never ended, say).
 */
export function holdUploads(): () => Promise<void> {
  servers++
  let held = true
  return async () => {
    if (!held) return
    held = false
    servers--
    if (servers === 0 && loading !== null) await (await loading)?.sweepSpool()
  }
}
