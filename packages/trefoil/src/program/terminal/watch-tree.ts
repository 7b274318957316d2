import { type FSWatcher, readdirSync, watch } from 'node:fs'
import { join } from 'node:path'

const IGNORED: ReadonlySet<string> = new Set(['node_modules', 'dist', 'coverage'])
// Only code: an app that writes a database or a log beside its sources must not restart itself.
const SOURCE = /\.[cm]?[jt]sx?$|^\.env/
const MAX_DIRECTORIES = 2000

/**
 * Watches the source files under some directories, new ones included. Hidden directories,
 * `node_modules`, `dist` and `coverage` are left out.
 *
 * @param listener called for each change, often several times for one
 * @returns how to stop watching
 */
export function watchTree(directories: readonly string[], listener: () => void): () => void {
  const watchers = new Map<string, FSWatcher>()

  const add = (directory: string): void => {
    if (watchers.has(directory) || watchers.size === MAX_DIRECTORIES) return
    try {
      const watcher = watch(directory, (event, name) => changed(directory, event, name))
      watcher.on('error', () => remove(directory))
      watchers.set(directory, watcher)
      for (const entry of readdirSync(directory, { withFileTypes: true })) {
        if (entry.isDirectory() && !isIgnored(entry.name)) add(join(directory, entry.name))
      }
    } catch {
      // Gone again, or not ours to read: nothing in it can be part of the app.
      remove(directory)
    }
  }

  const remove = (directory: string): void => {
    watchers.get(directory)?.close()
    watchers.delete(directory)
  }

  const changed = (directory: string, event: string, name: string | null): void => {
    if (name === null || SOURCE.test(name)) listener()
    else if (event === 'rename' && !isIgnored(name)) {
      // A directory came, went or was replaced by another of its name.
      remove(join(directory, name))
      add(join(directory, name))
    }
  }

  for (const directory of directories) add(directory)
  return () => {
    for (const watcher of watchers.values()) watcher.close()
    watchers.clear()
  }
}

function isIgnored(name: string): boolean {
  return name.startsWith('.') || IGNORED.has(name)
}
