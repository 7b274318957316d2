import type { Command } from 'commander'
import { Option } from 'commander'
import { parseDuration } from '../../base/duration.ts'
import { usageError } from './usage-error.ts'

/** Options that may stand before or after the command. */
export interface GlobalFlags {
  readonly app?: string
  readonly json?: boolean
  readonly token?: string
  readonly header?: readonly string[]
  /** Duration, such as `10s`. */
  readonly timeout?: string
}

/** Options of commands that run a local app. */
export interface LifespanFlags {
  /** False with `--no-lifespan`. */
  readonly lifespan?: boolean
}

const MAX_TIMEOUT_MS = 86_400_000

/**
 * Gives them to a command and every one below it. Called when the tree is complete, so that
 * help shows the command's own options first.
 */
export function addGlobalFlags(command: Command): void {
  const options = [
    new Option('--app <module#export>', 'app to use (default: TREFOIL_APP, else looked for)'),
    new Option('--json', 'print one JSON document'),
    new Option('--token <token>', 'bearer token for this command (local: else TREFOIL_TOKEN)'),
    new Option('--header <line>', "request header 'Name: value'; may be repeated").argParser(
      collect,
    ),
    new Option('--timeout <duration>', 'how long to wait, such as 500ms or 30s (remote: 10s)'),
  ]
  for (const option of options) command.addOption(option.helpGroup('Global options:'))
  for (const each of command.commands) addGlobalFlags(each)
}

function collect(line: string, lines: readonly string[] | undefined): readonly string[] {
  return [...(lines ?? []), line]
}

/** Options of a command and of those above it; the nearest to the command wins. */
export function flagsOf<Flags extends object>(command: Command): Flags & GlobalFlags {
  const chain: Command[] = []
  for (let at: Command | null = command; at !== null; at = at.parent) chain.unshift(at)
  const headers = chain.flatMap((at) => at.opts<GlobalFlags>().header ?? [])
  const merged = Object.assign({}, ...chain.map((at) => at.opts()))
  return headers.length === 0 ? merged : { ...merged, header: headers }
}

/**
 * Milliseconds of `--timeout`; `undefined` when it is not given.
 *
 * @throws Problem `cli_usage`
 */
export function timeoutOf({ timeout }: GlobalFlags): number | undefined {
  if (timeout === undefined) return undefined
  const milliseconds = parseDuration(timeout)
  if (milliseconds === null || milliseconds === 0 || milliseconds > MAX_TIMEOUT_MS) {
    throw usageError(
      '--timeout must be a duration up to 24h',
      'Write a number and a unit, such as 500ms, 30s or 2m.',
    )
  }
  return milliseconds
}
