import process from 'node:process'
import type { AnyDatabase } from 'trefoil/database'
import { definePart, type Part } from 'trefoil/parts'

/** `kill -9` of this process, by itself. */
export function die(): void {
  process.kill(process.pid, 'SIGKILL')
}

/**
 * Ends the process in the commit of a unit: `before` with everything done and nothing committed, `after` with all of it
 * committed and nobody answered; never for any other word.
 */
export function killer(data: AnyDatabase, dies: string): Part {
  return definePart({
    name: 'killer',
    transaction: {
      begin() {},
      async beforeCommit(_, unit) {
        if (dies === 'after') data.afterCommit(unit, die)
        if (dies !== 'before') return
        die()
        await new Promise(() => {})
      },
    },
  })
}
