import { readFileSync } from 'node:fs'
import { Command, CommanderError } from 'commander'
import { problemEnvelope } from '../client/problem-envelope.ts'
import { Problem, refuse } from '../contract/problems/problem.ts'
import { CommandTime } from './command-time.ts'
import { addAccessCommand } from './commands/access-command.ts'
import { addActionsCommand } from './commands/actions-command.ts'
import { addCallCommand } from './commands/call-command.ts'
import { addConnectCommands } from './commands/connect-commands.ts'
import { addMcpCommand } from './commands/mcp-command.ts'
import { addRemotesCommand } from './commands/remotes-command.ts'
import { addServeCommands } from './commands/serve-commands.ts'
import { addVariablesCommand } from './commands/variables-command.ts'
import { addWorkCommand } from './commands/work-command.ts'
import type { Context } from './context.ts'
import { performPart } from './part-commands.ts'
import { addGlobalFlags } from './terminal/flags.ts'
import type { ProgramIo } from './terminal/io.ts'
import {
  jsonScreen,
  type Screen,
  screen,
  showProblem,
  type View,
  visibleBlock,
} from './terminal/print.ts'
import { usageError } from './terminal/usage-error.ts'

/**
 * The `trefoil` program. Never ends the process itself.
 *
 * @param argv words after the program's name
 * @returns exit code: 0, or that of the problem's row (1 failed, 2 wrong usage, 75 needs something
 * of a person, 124 out of time, 130 and 143 ended by a signal)
 */
export async function main(argv: readonly string[], io: ProgramIo): Promise<number> {
  const view: View = { json: wantsJson(argv), terminal: io.stdout.isTerminal }
  const time = new CommandTime()
  const forget = io.onStop((signal) => time.interrupt(signal))
  let shown: Screen
  try {
    shown = await perform(argv, io, view, time)
  } catch (error) {
    if (!(error instanceof Problem)) explain(error, io)
    shown = showProblem(problemEnvelope(problemOf(error)), view)
  } finally {
    time.done()
    forget()
  }
  if (shown.stdout !== '') io.stdout.write(shown.stdout)
  if (shown.stderr !== '') io.stderr.write(shown.stderr)
  return shown.exit
}

/** `--json` before `--`, wherever it stands: even words that make no sense get a JSON answer. */
function wantsJson(argv: readonly string[]): boolean {
  const end = argv.indexOf('--')
  return argv.slice(0, end < 0 ? argv.length : end).includes('--json')
}

async function perform(
  argv: readonly string[],
  io: ProgramIo,
  view: View,
  time: CommandTime,
): Promise<Screen> {
  const version = readVersion()
  let finished: Screen | null = null
  const context: Context = {
    io,
    view,
    time,
    version,
    warn: (text) => io.stderr.write(`warning: ${visibleBlock(text).replaceAll('\n', '\n  ')}\n`),
    finish: (done) => {
      finished = done
    },
  }
  const written = { out: '', err: '' }
  const ofPart = await performPart(context, argv)
  if (ofPart !== null) return ofPart
  const program = buildProgram(context, written)
  try {
    await program.parseAsync([...argv], { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return answerOf(error, written, context, commandPath(program, argv))
  }
  if (finished === null) throw new Error('a command left no answer')
  return finished
}

function buildProgram(context: Context, written: { out: string; err: string }): Command {
  const program = new Command('trefoil')
    .description('Serve a Trefoil app and call its actions, here or on a remote.')
    .version(context.version, '--version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand(false)
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => {
        written.out += text
      },
      writeErr: (text) => {
        written.err += text
      },
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .configureHelp({
      subcommandTerm: (command) =>
        `${command.name()} ${command.usage().replace(/\[options\] ?/, '')}`,
    })
  addServeCommands(program, context)
  addWorkCommand(program, context)
  addActionsCommand(program, context)
  addCallCommand(program, context)
  addMcpCommand(program, context)
  addAccessCommand(program, context)
  addVariablesCommand(program, context)
  addConnectCommands(program, context)
  addRemotesCommand(program, context)
  addGlobalFlags(program)
  return program
}

/** Help and version come out of the command tree as errors with exit code 0. */
function answerOf(
  error: CommanderError,
  { out, err }: { readonly out: string; readonly err: string },
  { view, version }: Context,
  path: readonly string[],
): Screen {
  if (error.code === 'commander.version') {
    return view.json ? jsonScreen({ ok: true, version }) : screen(`${version}\n`)
  }
  if (error.exitCode === 0) return view.json ? jsonScreen({ ok: true, help: out }) : screen(out)
  // Without a command the tree writes its help as an error.
  if (error.code === 'commander.help') {
    if (view.json) throw usageError('A command is missing')
    return { stdout: '', stderr: err, exit: 2 }
  }
  if (error.code === 'commander.unknownOption' && path[0] === 'call') {
    throw usageError(
      sentence(error.message),
      'Arguments stand after the action: trefoil call [remote] <action> --name value',
    )
  }
  throw usageError(sentence(error.message), `See \`${['trefoil', ...path, '--help'].join(' ')}\`.`)
}

/** Names of the command and its subcommand among the words. */
function commandPath(program: Command, argv: readonly string[]): readonly string[] {
  const path: string[] = []
  let at = program
  for (const word of argv) {
    const next = at.commands.find((command) => command.name() === word)
    if (next === undefined) continue
    path.push(word)
    at = next
  }
  return path
}

function sentence(message: string): string {
  const text = message.replace(/^error: /, '').replaceAll('\n', ' ')
  return text.charAt(0).toUpperCase() + text.slice(1)
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error
  return refuse('INTERNAL_ERROR', {
    detail: 'Command failed',
    fix: 'Set TREFOIL_ENV=development and repeat the command to see why.',
  })
}

/** What nobody expected may hold secrets, so it is shown only where someone develops. */
function explain(error: unknown, { env, stderr }: ProgramIo): void {
  if (env['TREFOIL_ENV'] !== 'development') return
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
  stderr.write(`${visibleBlock(text)}\n`)
}

function readVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  const document: unknown = JSON.parse(text)
  const isNamed = typeof document === 'object' && document !== null && 'version' in document
  return isNamed && typeof document.version === 'string' ? document.version : 'unknown'
}
