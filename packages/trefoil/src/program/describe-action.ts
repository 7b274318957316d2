import { shellQuote } from '../base/shell-quote.ts'
import type { ManifestAction } from '../contract/protocol/action-protocol.ts'
import { type ActionFlag, actionFlags } from './terminal/argv.ts'
import { flagExample, flagType, placeholderOf } from './terminal/example-value.ts'
import {
  jsonScreen,
  type Screen,
  screen,
  type View,
  visibleBlock,
  visibleJson,
  visibleLine,
} from './terminal/print.ts'

/** What stands before the action in its commands: the program, its options, the remote. */
export type CommandPrefix = readonly string[]

interface Commands {
  readonly usage: string
  readonly dryRun: string
  /** `null` when the action needs no approval. */
  readonly approval: string | null
}

/** Everything needed to call one action (CLI-9, CLI-10). */
export function describeAction(action: ManifestAction, prefix: CommandPrefix, view: View): Screen {
  const flags = actionFlags(action.input_schema, action.text_lists)
  const commands = commandsOf(action, flags, prefix)
  if (view.json) return jsonScreen(jsonDescription(action, flags, commands))
  return screen(humanDescription(action, flags, commands))
}

function commandsOf(
  action: ManifestAction,
  flags: readonly ActionFlag[],
  prefix: CommandPrefix,
): Commands {
  const required = flags.filter((flag) => flag.required).flatMap(exampleWords)
  const command = (...more: readonly string[]): string =>
    [...prefix, action.name, ...required, ...more].map(shellQuote).join(' ')
  return {
    usage: command(),
    dryRun: command('--dry-run'),
    approval: action.needs_approval ? command('--approval', 'APPROVAL_TOKEN') : null,
  }
}

function exampleWords(flag: ActionFlag): readonly string[] {
  const example = flagExample(flag)
  if (flag.flag === null) return ['--arg', `${flag.name}=${example}`]
  return example.startsWith('--') ? [`--${flag.flag}=${example}`] : [`--${flag.flag}`, example]
}

function jsonDescription(
  action: ManifestAction,
  flags: readonly ActionFlag[],
  commands: Commands,
): unknown {
  return {
    ...action,
    arguments: flags.map((flag) => ({
      name: flag.name,
      flag: spelling(flag),
      required: flag.required,
      type: flagType(flag),
      example: flagExample(flag),
    })),
    usage: {
      argument_style: '--name value',
      command: commands.usage,
      dry_run_command: commands.dryRun,
      ...(commands.approval === null ? {} : { approval_command: commands.approval }),
    },
  }
}

function humanDescription(
  action: ManifestAction,
  flags: readonly ActionFlag[],
  commands: Commands,
): string {
  const lines = [visibleLine(action.name)]
  if (action.method !== null && action.path !== null) {
    lines.push(`  ${visibleLine(`${action.method} ${action.path}`)}`)
  }
  if (action.description !== '') lines.push(indented(action.description.trim(), '  '))
  lines.push(`  protected action: ${action.needs_approval ? 'yes' : 'no'}`)
  if (action.asks === true) lines.push('  asks while it runs: yes')
  lines.push('  arguments:', ...argumentLines(flags, action.sensitive ?? []))
  lines.push('  usage:', `    ${visibleLine(commands.usage)}`)
  lines.push('  dry run:', `    ${visibleLine(commands.dryRun)}`)
  if (commands.approval !== null) {
    lines.push('  with approval:', `    ${visibleLine(commands.approval)}`)
  }
  lines.push('  input schema:', indented(visibleJson(action.input_schema, 2), '    '))
  return `${lines.join('\n')}\n`
}

/** Columns that short signatures leave for the longest. */
const MAX_WIDTH = 40

function argumentLines(
  flags: readonly ActionFlag[],
  sensitive: readonly string[],
): readonly string[] {
  if (flags.length === 0) return ['    none']
  const signatures = flags.map((flag) => visibleLine(`${spelling(flag)}${gap(flag)}`))
  const width = signatures.reduce(
    (most, { length }) => Math.min(Math.max(most, length), MAX_WIDTH),
    0,
  )
  return flags.map((flag, index) => {
    const need = flag.required ? 'required' : 'optional'
    const secret = sensitive.includes(flag.name) ? ['(a secret)'] : []
    const notes = [...notesOf(flag), ...secret].map((note) => `  ${visibleLine(note)}`)
    return `    ${(signatures[index] ?? '').padEnd(width)}  ${need}${notes.join('')}`
  })
}

/** What the schema says beyond the type, as far as it fits on the line. */
function notesOf({ schema, list }: ActionFlag): readonly string[] {
  const { description, enum: values, default: fallback } = schema
  const notes = typeof description === 'string' ? [description.trim()] : []
  if (list === 'repeated') notes.push('(once for each item)')
  if (list === 'commas') notes.push('(commas between items)')
  if (Array.isArray(values)) notes.push(`(one of ${listOf(values)})`)
  if (fallback !== undefined) notes.push(`(default ${textOf(fallback)})`)
  return notes
}

/** Values named on one line; the schema below has them all. */
const MAX_VALUES = 50

function listOf(values: readonly unknown[]): string {
  const named = values.slice(0, MAX_VALUES).map(textOf).join(', ')
  return values.length > MAX_VALUES ? `${named}, …` : named
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : visibleJson(value)
}

function gap(flag: ActionFlag): string {
  return flag.flag === null ? placeholderOf(flag) : ` ${placeholderOf(flag)}`
}

function spelling({ flag, name }: ActionFlag): string {
  return flag === null ? `--arg ${name}=` : `--${flag}`
}

function indented(text: string, indent: string): string {
  return indent + visibleBlock(text).replaceAll('\n', `\n${indent}`)
}
