import type { CommandTime } from './command-time.ts'
import type { ProgramIo } from './terminal/io.ts'
import type { Screen, View } from './terminal/print.ts'

/** What every command gets. */
export interface Context {
  readonly io: ProgramIo
  readonly view: View
  /** How long the command may go on. */
  readonly time: CommandTime
  /** Version of the program. */
  readonly version: string
  /** A line for people, on standard error so that it never mixes with the answer. */
  warn(text: string): void
  /** Takes what the command leaves behind. */
  finish(screen: Screen): void
}
