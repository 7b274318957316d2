import type { Command } from 'commander'
import { VARIABLE_SECTIONS } from '../../app/options/variable-rows.ts'
import { internalsOf } from '../../contract/call/app-internals.ts'
import type { VariableSection } from '../../contract/options/variable-row.ts'
import type { Context } from '../context.ts'
import { appFromEnvironment, loadLocalApp, type TargetFlags } from '../remotes/with-target.ts'
import { flagsOf } from '../terminal/flags.ts'
import { jsonScreen, type Screen, screen, visibleLine } from '../terminal/print.ts'

/** `variables`: what may be set, and what is. Never what a variable holds: it may be a secret. */
export function addVariablesCommand(program: Command, context: Context): void {
  program
    .command('variables')
    .description('list the variables that Trefoil reads, and which of them are set')
    .option('--set', 'only those that are set')
    .action(async (_flags: unknown, command: Command) => {
      context.finish(await showVariables(context, flagsOf<VariableFlags>(command)))
    })
}

interface VariableFlags extends TargetFlags {
  readonly set?: boolean
}

async function showVariables(context: Context, flags: VariableFlags): Promise<Screen> {
  const { io, view } = context
  // The app is not asked for unless somebody names it: one that lacks a variable would not load.
  const isNamed = (flags.app ?? appFromEnvironment(context)) !== undefined
  const ofParts = isNamed
    ? internalsOf((await loadLocalApp(context, flags)).app, 'trefoil').variables()
    : []
  const isSet = (name: string) => io.env[name] !== undefined
  const sections = [...VARIABLE_SECTIONS, ...ofParts].map(({ title, rows }) => ({
    title,
    rows: rows.filter(({ name }) => flags.set !== true || isSet(name)),
  }))
  if (view.json) {
    const variables = sections.flatMap(({ title, rows }) =>
      rows.map(({ name, option, value, doc }) => ({
        name,
        set: isSet(name),
        of: title,
        option: option === '' ? null : option,
        value: value === '' ? null : plain(value),
        meaning: plain(doc),
      })),
    )
    return jsonScreen({ variables })
  }
  const shown = sections.filter(({ rows }) => rows.length > 0).map((one) => section(one, isSet))
  const hint = isNamed ? '' : 'Those of the parts of an app: trefoil variables --app <app>\n'
  return screen([...shown, hint].filter((text) => text !== '').join('\n'))
}

function section({ title, rows }: VariableSection, isSet: (name: string) => boolean): string {
  const width = Math.max(...rows.map(({ name }) => name.length))
  const lines = rows.map(({ name, doc }) => {
    const mark = isSet(name) ? 'set' : '-  '
    return `  ${name.padEnd(width)}  ${mark}  ${visibleLine(plain(doc))}\n`
  })
  return `${visibleLine(title)}\n${lines.join('')}`
}

/** A line of the documentation, for whoever reads it in a terminal. */
function plain(doc: string): string {
  return doc.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replaceAll('`', '')
}
